// What every error says, without asking first which of its cases it is.

package paywright

import java.util.Locale

/** What the error says. */
val PaywrightException.refusal: Refusal
    get() = when (this) {
        is PaywrightException.InvalidInput -> refusal
        is PaywrightException.NotFound -> refusal
        is PaywrightException.Conflict -> refusal
        is PaywrightException.SignatureInvalid -> refusal
        is PaywrightException.Declined -> refusal
        is PaywrightException.GatewayException -> refusal
        is PaywrightException.RateLimited -> refusal
        is PaywrightException.GatewayUnavailable -> refusal
        is PaywrightException.CredentialsRejected -> refusal
        is PaywrightException.StorageException -> refusal
        is PaywrightException.ConfigException -> refusal
        is PaywrightException.InternalException -> refusal
    }

/** What went wrong: a short word that never changes. */
val PaywrightException.code: String get() = refusal.code

/** The same call may succeed later. */
val PaywrightException.retryable: Boolean get() = refusal.retryable

/** A sentence for people, in Chinese where their language is Chinese and in English elsewhere. */
fun PaywrightException.explanation(locale: Locale = Locale.getDefault()): String =
    if (locale.language == "zh") refusal.explanationZh else refusal.explanation

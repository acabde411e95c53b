// What the plain types of the public face are in Kotlin, on their way in. It rounds nothing and refuses nothing: what is
// no amount or no instant is for the core to say, with the code that every language has for it.

package paywright

import java.math.BigDecimal
import java.time.Instant
import kotlin.math.abs

/** What proves a message genuine, as a provider gives it out: a text, or bytes. */
sealed interface AnySecret

/** A secret on its way in. It never prints what it is. */
class SecretText(private val text: String) : AnySecret {
    internal fun reveal(): String = text

    /** Whether both are the same secret. */
    override fun equals(other: Any?): Boolean = other is SecretText && other.text == text

    /** The same for the same secret. */
    override fun hashCode(): Int = text.hashCode()

    /** `[redacted]`. */
    override fun toString(): String = "[redacted]"
}

/** A secret that is no text, such as 32 random bytes. It never prints what it is, and keeps a copy of its own. */
class SecretBytes(bytes: ByteArray) : AnySecret {
    private val bytes = bytes.copyOf()

    internal fun reveal(): ByteArray = bytes

    /** Whether both are the same secret. */
    override fun equals(other: Any?): Boolean = other is SecretBytes && other.bytes.contentEquals(bytes)

    /** The same for the same secret. */
    override fun hashCode(): Int = bytes.contentHashCode()

    /** `[redacted]`. */
    override fun toString(): String = "[redacted]"
}

internal fun secretBytes(secret: AnySecret): ByteArray = when (secret) {
    is SecretText -> FfiConverterString.toUtf8(secret.reveal()).let { utf8 -> ByteArray(utf8.limit()).also(utf8::get) }
    is SecretBytes -> secret.reveal()
}

/** A decimal with more zeros than any amount has digits is not written out. */
private const val ZEROS_MAX = 64

internal fun amountText(amount: BigDecimal): String =
    if (abs(amount.scale().toLong()) <= ZEROS_MAX) amount.toPlainString() else amount.toString()

/** Instants further away than a number of milliseconds reaches are its ends, which no calendar has. */
internal fun milliseconds(time: Instant): Long =
    try {
        time.toEpochMilli()
    } catch (_: ArithmeticException) {
        if (time.epochSecond < 0) Long.MIN_VALUE else Long.MAX_VALUE
    }

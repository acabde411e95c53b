// What every error says, without asking first which of its cases it is.

import Foundation

extension PaywrightError {
    /// What the error says.
    public var refusal: Refusal {
        switch self {
        case .InvalidInput(let refusal), .NotFound(let refusal), .Conflict(let refusal),
            .SignatureInvalid(let refusal), .Declined(let refusal), .GatewayError(let refusal),
            .RateLimited(let refusal), .GatewayUnavailable(let refusal), .CredentialsRejected(let refusal),
            .StorageError(let refusal), .ConfigError(let refusal), .InternalError(let refusal):
            return refusal
        }
    }

    /// What went wrong: a short word that never changes.
    public var code: String { refusal.code }

    /// The same call may succeed later.
    public var retryable: Bool { refusal.retryable }

    /// A sentence in English, with the values it is about.
    public var message: String { refusal.explanation }

    /// The sentence for people who read a language, such as `zh-Hans` or `en_GB`: in Chinese or in English.
    public func message(for language: String) -> String {
        let tongue = language.lowercased().prefix { $0 != "-" && $0 != "_" }
        return tongue == "zh" ? refusal.explanationZh : refusal.explanation
    }
}

extension PaywrightError: LocalizedError {
    /// The sentence in the language that whoever uses the device prefers.
    public var errorDescription: String? {
        message(for: Locale.preferredLanguages.first ?? "en")
    }
}

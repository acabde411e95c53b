// What the plain types of the public face are in Swift, on their way in and out. It rounds no amount and refuses
// nothing: what is no amount or no instant is for the core to say, with the code that every language has for it.

import Foundation

/// A secret on its way in. It never prints what it is.
public struct SecretText: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    private let text: String

    /// The secret itself.
    public init(_ text: String) { self.text = text }

    public init(stringLiteral text: String) { self.text = text }

    public var description: String { "[redacted]" }

    public var debugDescription: String { "[redacted]" }

    public var customMirror: Mirror { Mirror(self, children: []) }

    func reveal() -> String { text }
}

private let posix = Locale(identifier: "en_US_POSIX")

/// Digits as the core reads them, whatever the language of the device.
func amountText(_ amount: Decimal) -> String {
    NSDecimalNumber(decimal: amount).description(withLocale: posix)
}

/// An amount of the core, which is always digits; were it not, it would be no number rather than a wrong one.
func decimal(_ text: String) -> Decimal {
    Decimal(string: text, locale: posix) ?? Decimal.nan
}

/// The nearest millisecond: a `Date` is a binary fraction of seconds, and mostly lies a little beside the one it was made of.
/// Instants further away than a number of milliseconds reaches are its ends, which no calendar has.
func milliseconds(_ time: Date) -> Int64 {
    let millis = (time.timeIntervalSince1970 * 1000).rounded()
    if let exact = Int64(exactly: millis) { return exact }
    return millis > 0 ? Int64.max : Int64.min
}

func date(_ milliseconds: Int64) -> Date {
    Date(timeIntervalSince1970: Double(milliseconds) / 1000)
}

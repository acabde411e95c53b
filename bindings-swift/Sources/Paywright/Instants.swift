// An instant as the text that JSON has for it, such as `2026-01-01T00:00:00.000Z`: written in UTC with milliseconds, read
// with any fraction and any offset. It knows the calendar by itself, and so asks for no formatter, locale or time zone.

import Foundation

extension Date {
    /// The text, for the years 0 to 9999.
    var instant: String? {
        let total = milliseconds(self)
        guard (Self.first...Self.last).contains(total) else { return nil }
        let (days, rest) = total.divided(by: 86_400_000)
        let (year, month, day) = civil(days)
        let (seconds, millis) = rest.divided(by: 1000)
        let time = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(time).\(padded(millis, 3))Z"
    }

    /// What a text says, to the millisecond.
    init?(instant text: String) {
        var reader = Digits(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2, in: 1...12), reader.skip("-"),
            let day = reader.number(2, in: 1...31), reader.skip("T"), let hour = reader.number(2, in: 0...23),
            reader.skip(":"), let minute = reader.number(2, in: 0...59), reader.skip(":"),
            let second = reader.number(2, in: 0...59), let millis = reader.fraction(), let offset = reader.offset(),
            reader.isAtEnd
        else { return nil }
        let days = daysSince1970(year, month, day)
        guard civil(days) == (year, month, day) else { return nil }
        let seconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second
        self = date(seconds * 1000 + millis)
    }

    /// The first and the last instant that four digits can say.
    private static let first: Int64 = -62_167_219_200_000
    private static let last: Int64 = 253_402_300_799_999
}

private func padded(_ number: Int64, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

extension Int64 {
    /// Quotient and remainder, the remainder never negative.
    fileprivate func divided(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

/// Days in 400 years, after which the calendar repeats. Years are counted from March here, so that leap days come last.
private let era: Int64 = 146_097

/// The day of a count of days since 1970-01-01.
private func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let (eras, day) = (days + 719_468).divided(by: era)
    let years = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let ofYear = day - (365 * years + years / 4 - years / 100)
    let months = (5 * ofYear + 2) / 153
    let month = months < 10 ? months + 3 : months - 9
    return (years + eras * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * months + 2) / 5 + 1)
}

private func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let (eras, years) = (month <= 2 ? year - 1 : year).divided(by: 400)
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return eras * era + years * 365 + years / 4 - years / 100 + ofYear - 719_468
}

/// Reads a text from left to right.
private struct Digits {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int, in allowed: ClosedRange<Int64> = 0...9999) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest.removeFirst(count)
        let number = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        return allowed.contains(number) ? number : nil
    }

    /// Milliseconds after the dot, of up to nine digits; none without a dot.
    mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(9).prefix { (48...57).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(digits.count)
        return (Array(digits.prefix(3)) + [48, 48]).prefix(3).reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
    }

    /// How many minutes a place is ahead of UTC.
    mutating func offset() -> Int64? {
        if skip("Z") { return 0 }
        let isAhead = skip("+")
        guard isAhead || skip("-"), let hours = number(2, in: 0...23), skip(":"), let minutes = number(2, in: 0...59) else {
            return nil
        }
        return (isAhead ? 1 : -1) * (hours * 60 + minutes)
    }
}

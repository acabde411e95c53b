// How values are written in JSON, the same as every server of ours writes them: amounts and times as text, bytes as base64,
// nothing as null. It takes no amount that a number could have rounded, and knows no record: `CodingRecords.swift` does.

import Foundation

/// A value that can stand in JSON.
protocol InJSON {
    init(inJSON decoder: any Decoder) throws
    func tell(_ encoder: any Encoder) throws
}

/// A value that is written as its own `Codable` says.
extension InJSON where Self: Codable {
    init(inJSON decoder: any Decoder) throws { try self.init(from: decoder) }

    func tell(_ encoder: any Encoder) throws { try encode(to: encoder) }
}

extension String: InJSON {}
extension Int64: InJSON {}
extension Bool: InJSON {}
extension Dictionary: InJSON where Key == String, Value == String {}

extension Decimal: InJSON {
    init(inJSON decoder: any Decoder) throws {
        let text: String
        do {
            text = try decoder.singleValueContainer().decode(String.self)
        } catch DecodingError.typeMismatch {
            let why = #"an amount is text, such as "100.00": what reads a JSON number may round it"#
            throw DecodingError.typeMismatch(Decimal.self, .init(codingPath: decoder.codingPath, debugDescription: why))
        }
        guard let amount = Decimal(exactly: text) else { throw wrong("\(text.prefix(40)) is no amount", at: decoder) }
        self = amount
    }

    func tell(_ encoder: any Encoder) throws {
        let text = amountText(self)
        guard Decimal(exactly: text) == self else { throw unsayable(self, "it is no amount", at: encoder) }
        var place = encoder.singleValueContainer()
        try place.encode(text)
    }

    /// The amount that a text says, digit for digit: as many as a `Decimal` holds, and no exponent.
    fileprivate init?(exactly text: String) {
        let unsigned = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let parts = unsigned.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let isDigits = parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (48...57).contains($0) } }
        let hasSpareZero = parts[0].count > 1 && parts[0].first == UInt8(ascii: "0")
        guard isDigits, !hasSpareZero, parts.reduce(0, { $0 + $1.count }) <= 38 else { return nil }
        let amount = decimal(text)
        guard !amount.isNaN else { return nil }
        self = amount
    }
}

extension Date: InJSON {
    init(inJSON decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let time = Date(instant: text) else { throw wrong("\(text.prefix(40)) is no instant", at: decoder) }
        self = time
    }

    func tell(_ encoder: any Encoder) throws {
        guard let text = instant else { throw unsayable(self, "no calendar has it", at: encoder) }
        var place = encoder.singleValueContainer()
        try place.encode(text)
    }
}

extension Data: InJSON {
    init(inJSON decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bytes = Data(base64Encoded: text) else { throw wrong("it is no base64", at: decoder) }
        self = bytes
    }

    func tell(_ encoder: any Encoder) throws {
        var place = encoder.singleValueContainer()
        try place.encode(base64EncodedString())
    }
}

extension Array: InJSON where Element: InJSON {
    init(inJSON decoder: any Decoder) throws {
        var items = try decoder.unkeyedContainer()
        self = []
        while !items.isAtEnd { append(try items.decode(Member<Element>.self).value) }
    }

    func tell(_ encoder: any Encoder) throws {
        var items = encoder.unkeyedContainer()
        for item in self { try items.encode(Member(value: item)) }
    }
}

private func wrong(_ why: String, at decoder: any Decoder) -> DecodingError {
    .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: why))
}

private func unsayable(_ value: Any, _ why: String, at encoder: any Encoder) -> EncodingError {
    .invalidValue(value, .init(codingPath: encoder.codingPath, debugDescription: why))
}

/// A value under a name or in a list.
private struct Member<Value: InJSON>: Codable {
    let value: Value

    init(value: Value) { self.value = value }

    init(from decoder: any Decoder) throws { value = try Value(inJSON: decoder) }

    func encode(to encoder: any Encoder) throws { try value.tell(encoder) }
}

/// The name of a member, as the table spells it.
private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }

    /// As Swift and JavaScript spell it: `order_id` as `orderId`.
    var inCamelCase: Name {
        let words = stringValue.split(separator: "_")
        return Name(stringValue: words.dropFirst().reduce(String(words[0])) { $0 + $1.capitalized })
    }
}

/// The members of an object of JSON, to be read. Those that nobody asks for are passed over, so that a newer server may
/// say more.
struct Members {
    private let members: KeyedDecodingContainer<Name>

    init(_ decoder: any Decoder) throws { members = try decoder.container(keyedBy: Name.self) }

    /// What stands under a name.
    func needed<Value: InJSON>(_ name: String) throws -> Value {
        try members.decode(Member<Value>.self, forKey: key(name)).value
    }

    /// What stands under a name, if anything does.
    func maybe<Value: InJSON>(_ name: String) throws -> Value? {
        try members.decodeIfPresent(Member<Value>.self, forKey: key(name))?.value
    }

    /// The spelling that is there. Both at once might say two things.
    private func key(_ name: String) throws -> Name {
        let usual = Name(stringValue: name)
        let other = usual.inCamelCase
        guard other.stringValue != name, members.contains(other) else { return usual }
        guard !members.contains(usual) else {
            let why = "\(name) and \(other.stringValue) are the same member"
            throw DecodingError.dataCorruptedError(forKey: other, in: members, debugDescription: why)
        }
        return other
    }
}

/// The members of an object of JSON, to be written. What is nothing is null.
struct Told {
    private var members: KeyedEncodingContainer<Name>

    init(_ encoder: any Encoder) { members = encoder.container(keyedBy: Name.self) }

    mutating func set<Value: InJSON>(_ name: String, _ value: Value) throws {
        try members.encode(Member(value: value), forKey: Name(stringValue: name))
    }

    mutating func set<Value: InJSON>(_ name: String, _ value: Value?) throws {
        guard let value else { return try members.encodeNil(forKey: Name(stringValue: name)) }
        try set(name, value)
    }
}

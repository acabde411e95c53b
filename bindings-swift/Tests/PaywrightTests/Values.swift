// Between the JSON of scenario files and the types of the public face, in both directions.

import Foundation

@testable import Paywright

/// The types have no way to say what a scenario file says here: an unknown word, a text that is no number.
struct Inexpressible: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A type that a host can hand in.
protocol Readable {
    static func read(_ json: Any) throws -> Self
}

/// Named values from JSON.
struct Given {
    let members: [String: Any]

    init(_ json: Any) throws {
        guard let members = json as? [String: Any] else { throw Inexpressible("\(json) is no object") }
        self.members = members
    }

    func needed<T: Readable>(_ name: String) throws -> T {
        guard let value = members[name] else { throw Inexpressible("\(name) is missing") }
        return try T.read(value)
    }

    func maybe<T: Readable>(_ name: String) throws -> T? {
        guard let value = members[name], !(value is NSNull) else { return nil }
        return try T.read(value)
    }

    func list<T: Readable>(_ name: String) throws -> [T] {
        try maybe(name) ?? []
    }

    func only() throws -> (String, Any) {
        guard members.count == 1, let (name, value) = members.first else { throw Inexpressible("one member") }
        return (name.replacingOccurrences(of: "_", with: ""), value)
    }
}

private func text(_ json: Any) throws -> String {
    guard let text = json as? String else { throw Inexpressible("\(json) is no text") }
    return text
}

extension String: Readable {
    static func read(_ json: Any) throws -> String { try text(json) }
}

extension Int64: Readable {
    static func read(_ json: Any) throws -> Int64 {
        guard let number = json as? NSNumber else { throw Inexpressible("\(json) is no number") }
        return number.int64Value
    }
}

extension Bool: Readable {
    static func read(_ json: Any) throws -> Bool {
        guard let flag = json as? Bool else { throw Inexpressible("\(json) is neither true nor false") }
        return flag
    }
}

extension Decimal: Readable {
    /// A text that a decimal would read otherwise cannot be said in Swift.
    static func read(_ json: Any) throws -> Decimal {
        let given = try text(json)
        let isPlain = given.range(of: #"^-?[0-9]{1,20}(\.[0-9]{1,10})?$"#, options: .regularExpression) != nil
        guard isPlain, let amount = Decimal(string: given) else { throw Inexpressible("\(given) is no decimal") }
        return amount
    }
}

extension Date: Readable {
    static func read(_ json: Any) throws -> Date {
        let form = ISO8601DateFormatter()
        let given = try text(json)
        if given.contains(".") { form.formatOptions.insert(.withFractionalSeconds) }
        guard let date = form.date(from: given) else { throw Inexpressible("\(given) is no instant") }
        return date
    }
}

extension Data: Readable {
    static func read(_ json: Any) throws -> Data { Data(try text(json).utf8) }
}

extension SecretText: Readable {
    /// An object stands for its JSON text.
    static func read(_ json: Any) throws -> SecretText {
        if let text = json as? String { return SecretText(text) }
        return SecretText(String(decoding: try JSONSerialization.data(withJSONObject: json), as: UTF8.self))
    }
}

extension Array: Readable where Element: Readable {
    /// One header is written as a text and handed in as a list of one.
    static func read(_ json: Any) throws -> [Element] {
        try (json as? [Any] ?? [json]).map(Element.read)
    }
}

extension Dictionary: Readable where Key == String, Value: Readable {
    static func read(_ json: Any) throws -> [String: Value] {
        try Given(json).members.mapValues(Value.read)
    }
}

/// A name of Swift as the table spells it.
func snake(_ name: String) -> String {
    name.reduce(into: "") { out, letter in
        if letter.isUppercase { out.append("_") }
        out.append(contentsOf: letter.lowercased())
    }
}

/// A result as the scenario files write it. An amount stays a decimal, because Swift's keep no zeros at their ends.
func plain(_ value: Any) -> Any {
    switch value {
    case let amount as Decimal: return amount
    case let text as String: return text
    case let flag as Bool: return flag
    case let number as Int64: return number
    case let date as Date:
        let form = ISO8601DateFormatter()
        let isWhole = date.timeIntervalSince1970.truncatingRemainder(dividingBy: 1) == 0
        form.formatOptions = isWhole ? [.withInternetDateTime] : [.withInternetDateTime, .withFractionalSeconds]
        return form.string(from: date)
    case let bytes as Data: return String(decoding: bytes, as: UTF8.self)
    case let secret as SecretText: return secret.description
    case let texts as [String: String]: return texts
    case let headers as [String: [String]]: return headers.mapValues { $0.joined(separator: ", ") }
    default: return reflected(value)
    }
}

private func reflected(_ value: Any) -> Any {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { plain($0.value) } ?? NSNull()
    case .collection: return mirror.children.map { plain($0.value) }
    case .enum: return snake("\(value)")
    default:
        let members = mirror.children.map { (snake($0.label ?? ""), plain($0.value)) }
        return Dictionary(uniqueKeysWithValues: members)
    }
}

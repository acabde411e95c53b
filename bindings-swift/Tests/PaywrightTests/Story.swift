// Plays scenario files through the typed API. It compares; the engine decides.

import Foundation

@testable import Paywright

/// What a story did otherwise than its file says.
struct Differs: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A scenario under way.
final class Story {
    private let file: [String: Any]
    private let clock: ManualClock
    private let pay: Paywright
    private var saved: [String: Any] = [:]
    /// The steps, counted from one, whose arguments Swift's types cannot hold, with the code that their file expects.
    private(set) var keptOut: [String] = []

    init(_ file: [String: Any]) throws {
        self.file = file
        let given = try Given(file)
        clock = ManualClock(now: try given.maybe("clock") ?? Date.read("2026-01-01T00:00:00Z"))
        pay = try Paywright.open(
            database: "sqlite::memory:",
            gateways: try given.maybe("gateways") ?? [.mock(Mock())],
            mode: try given.maybe("mode") ?? .test,
            flows: (file["flows"] as? [Any] ?? []).map(Story.json),
            webhooks: try given.list("webhooks"),
            clock: clock,
            seed: try given.maybe("seed") ?? 1
        )
    }

    private static func json(_ value: Any) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
    }

    func play() throws {
        for (index, step) in (file["steps"] as? [[String: Any]] ?? []).enumerated() {
            do {
                try self.step(step)
            } catch is Inexpressible where step["refused"] != nil {
                keptOut.append("\(index + 1): \(step["refused"] ?? "")")
            } catch {
                throw Differs("step \(index + 1) (\(step["call"] ?? "clock")): \(error)")
            }
        }
        guard file["verify"] as? Bool ?? true else { return }
        let found = try pay.verify().violations
        if !found.isEmpty { throw Differs("at the end: \(found)") }
    }

    private func step(_ step: [String: Any]) throws {
        if let seconds = step["advance"] { return clock.advance(seconds: try Int64.read(seconds)) }
        if let time = step["set_clock"] { return clock.set(now: try Date.read(time)) }
        if let code = step["refused"] as? String { return try refused(step, code) }
        let answer = try called(step)
        if let record = answer as? any Codable & Equatable { try survivesJSON(record) }
        let result = plain(answer)
        if let expected = step["expect"] { try compare("expect", try filled(expected), result) }
        for (name, path) in step["save"] as? [String: String] ?? [:] { saved[name] = try part(result, path) }
    }

    private func refused(_ step: [String: Any], _ code: String) throws {
        do {
            let result = try called(step)
            throw Differs("expected the refusal \(code), got \(result)")
        } catch let error as PaywrightError {
            if error.code != code { throw Differs("expected the refusal \(code), got \(error)") }
            let refusal = error.refusal
            if let details = step["details"] { try compare("details", try filled(details), plain(refusal.details)) }
            if let reply = step["reply"] { try compare("reply", try filled(reply), plain(refusal.reply as Any)) }
        }
    }

    private func called(_ step: [String: Any]) throws -> Any {
        try call(pay, step["call"] as? String ?? "", Given(try filled(step["with"] ?? [:] as [String: Any])))
    }

    private func filled(_ value: Any) throws -> Any { try filledIn(value, from: saved) }
}

/// With what was saved in place of its names.
func filledIn(_ value: Any, from saved: [String: Any]) throws -> Any {
    switch value {
    case let text as String where text.hasPrefix("$"):
        guard let there = saved[String(text.dropFirst())] else { throw Differs("\(text) was never saved") }
        return there
    case let items as [Any]: return try items.map { try filledIn($0, from: saved) }
    case let members as [String: Any]: return try members.mapValues { try filledIn($0, from: saved) }
    default: return value
    }
}

/// What the engine answers with is the same after it was written as JSON and read.
private func survivesJSON<Value: Codable & Equatable>(_ value: Value) throws {
    let read = try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    if read != value { throw Differs("in JSON it becomes \(read)") }
}

/// What stands at `name.0.name`; after `?`, the parameter of the address that stands there.
func part(_ value: Any, _ path: String) throws -> Any {
    let parts = path.components(separatedBy: "?")
    let found = try parts[0].split(separator: ".").reduce(value) { of, name in
        if let items = of as? [Any], let index = Int(name), index < items.count { return items[index] }
        guard let there = (of as? [String: Any])?[String(name)] else { throw Differs("nothing stands at \(path)") }
        return there
    }
    guard parts.count > 1 else { return found }
    let query = URLComponents(string: found as? String ?? "")?.percentEncodedQueryItems ?? []
    guard let item = query.first(where: { $0.name == parts[1] }) else { throw Differs("nothing stands at \(path)") }
    return item.value ?? ""
}

func compare(_ path: String, _ expected: Any, _ found: Any) throws {
    if let members = expected as? [String: Any], let there = found as? [String: Any] {
        for (name, value) in members {
            guard let other = there[name] else { throw Differs("\(path).\(name): there is no such member") }
            try compare("\(path).\(name)", value, other)
        }
    } else if let items = expected as? [Any], let there = found as? [Any], items.count == there.count {
        for (index, value) in items.enumerated() { try compare("\(path).\(index)", value, there[index]) }
    } else if !isSame(expected, found) {
        throw Differs("\(path): expected \(expected), got \(found)")
    }
}

private func isSame(_ expected: Any, _ found: Any) -> Bool {
    switch (expected, found) {
    case (is NSNull, is NSNull): return true
    case (let one as String, let amount as Decimal): return Decimal(string: one) == amount
    case (let one as Decimal, let amount as Decimal): return one == amount
    case (let one as String, let other as String): return one == other
    case (let one as Bool, let other as Bool): return one == other
    case (let one as NSNumber, let other as Int64): return one.int64Value == other
    case (let one as Int64, let other as Int64): return one == other
    default: return false
    }
}

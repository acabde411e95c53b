import Foundation
import XCTest

@testable import Paywright

/// A type of which the tests have a value with every part set.
protocol Sample: Codable, Hashable {
    static var sample: Self { get }
}

extension String: Sample {
    static var sample: String { "\u{8336}\u{1F600} \"\\\n\u{0}é" }
}
extension Int64: Sample {
    static var sample: Int64 { Int64.max }
}
extension Bool: Sample {
    static var sample: Bool { true }
}
extension Decimal: Sample {
    static var sample: Decimal { Decimal(string: "-1234567890123456789.01")! }
}
extension Date: Sample {
    static var sample: Date { Date(timeIntervalSince1970: 1_767_225_600.123) }
}
extension Data: Sample {
    static var sample: Data { Data([0, 255, 10, 128]) }
}
extension Dictionary: Sample where Key == String, Value == String {
    static var sample: [String: String] { ["order_id": "kept as it is", "": "\u{8336}"] }
}

/// Compiles only for a value that may go to another thread and be a key.
func requireValue<Value: Sendable & Hashable>(_: Value.Type) {}

final class CodingTests: XCTestCase {
    private func members(_ data: Data) throws -> [String: Any] {
        try XCTUnwrap(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func read<Value: Decodable>(_ json: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    /// A written line of an order, with one member said otherwise or left out.
    private func line(_ name: String = "", _ value: String? = nil) -> String {
        let usual = ["kind": #""item""#, "description": #""tea""#, "quantity": "2", "unit_amount": #""12.50""#, "amount": #""25""#]
        let said = usual.filter { $0.key != name }.map { "\"\($0)\": \($1)" } + (value.map { ["\"\(name)\": \($0)"] } ?? [])
        return "{\(said.joined(separator: ", "))}"
    }

    /// Why a line is refused, in the words of `DecodingError`.
    private func refusal(_ json: String) -> String {
        do {
            let line: Line = try read(json)
            return "read as \(line)"
        } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context) {
            return context.debugDescription
        } catch DecodingError.keyNotFound(let key, _) {
            return "\(key.stringValue) is missing"
        } catch DecodingError.valueNotFound(_, let context) {
            return "nothing at \(context.codingPath.map(\.stringValue))"
        } catch {
            return "another error: \(error)"
        }
    }

    /// Protects: every record survives JSON with every part set, under exactly the names of the table.
    func testEveryRecordThereAndBack() throws {
        func check<Value: Sample>(_ type: Value.Type, _ names: [String]) throws {
            let written = try JSONEncoder().encode(Value.sample)
            XCTAssertEqual(try members(written).keys.sorted(), names.sorted(), "\(type)")
            XCTAssertEqual(try JSONDecoder().decode(Value.self, from: written), Value.sample, "\(type)")
        }
        XCTAssertGreaterThan(everyRecord.count, 30)
        for (type, names) in everyRecord { try check(type, names) }
    }

    /// Protects: a choice is written as the word of the table, and no other word is one.
    func testEveryWord() throws {
        func check<Value: Codable & Hashable>(_ value: Value, _ word: String) throws {
            XCTAssertEqual(String(decoding: try JSONEncoder().encode([value]), as: UTF8.self), "[\"\(word)\"]")
            XCTAssertEqual(try read("[\"\(word)\"]", as: [Value].self), [value])
            XCTAssertThrowsError(try read("[\"\(word) \"]", as: [Value].self))
        }
        for (value, word) in everyWord { try check(value, word) }
    }

    /// Protects: no amount is ever a number of JSON; instants are UTC with milliseconds, bytes base64, nothing is null.
    func testHowValuesAreWritten() throws {
        let line = Line(kind: .deposit, description: "", quantity: 1, unitAmount: Decimal(string: "0.10")!, amount: 100)
        let written = try members(JSONEncoder().encode(line))
        XCTAssertEqual(written["unit_amount"] as? String, "0.1")
        XCTAssertEqual(written["amount"] as? String, "100")
        XCTAssertEqual(written["kind"] as? String, "deposit")
        let row = ImportRow(id: "1", reference: "r", amount: 1, status: "PAID", createdAt: Date(timeIntervalSince1970: 0.007))
        let told = try members(JSONEncoder().encode(row))
        XCTAssertEqual(told["created_at"] as? String, "1970-01-01T00:00:00.007Z")
        XCTAssertTrue(told["paid_at"] is NSNull)
        let delivery = try members(JSONEncoder().encode(Delivery(headers: ["a_b": "c"], body: Data([0xFB, 0xFF]))))
        XCTAssertEqual(delivery["body"] as? String, "+/8=")
        XCTAssertEqual(delivery["headers"] as? [String: String], ["a_b": "c"])
        for amount in [Decimal.nan, Decimal(sign: .plus, exponent: 60, significand: 1)] {
            let unsayable = Line(kind: .item, description: "", quantity: 1, unitAmount: amount, amount: 1)
            XCTAssertThrowsError(try JSONEncoder().encode(unsayable)) { XCTAssertTrue($0 is EncodingError) }
        }
        for seconds in [Double.infinity, Double.nan, 1e300, -1e12, 253_402_300_800] {
            let unsayable = ImportRow(
                id: "1", reference: "r", amount: 1, status: "PAID", createdAt: Date(timeIntervalSince1970: seconds))
            XCTAssertThrowsError(try JSONEncoder().encode(unsayable), "\(seconds)") { XCTAssertTrue($0 is EncodingError) }
        }
    }

    /// Protects: an amount that a reader of JSON might have rounded is refused, and so is every text that is no amount.
    func testHostileAmounts() throws {
        for number in ["0.1", "100", "100.00", "-0", "1e2", "12345678901234567890123456789"] {
            XCTAssertTrue(refusal(line("amount", number)).hasPrefix("an amount is text"), number)
        }
        for mark in ["NaN", "Infinity", "1e400", "01", ".5", "5."] {
            XCTAssertFalse(refusal(line("amount", mark)).hasPrefix("read"), mark)
        }
        let texts = [
            "", "-", ".", "NaN", "nan", "Infinity", "1e400", "1E2", "+1", "1.", ".5", "01", "1,5", "1 ", " 1", "1.2.3", "--1",
            "0x10", "12abc", "\u{0661}", "\u{FF11}", "1_000", String(repeating: "9", count: 40), "0." + String(repeating: "3", count: 80),
        ]
        for text in texts {
            XCTAssertTrue(refusal(line("amount", "\"\(text)\"")).hasSuffix("is no amount"), text)
        }
        for text in ["0", "-0.01", "0.10", "100.00", String(repeating: "9", count: 38), "0." + String(repeating: "1", count: 37)] {
            XCTAssertEqual(try read(line("amount", "\"\(text)\""), as: Line.self).amount, Decimal(string: text), text)
        }
    }

    /// Protects: JSON that lacks something, or says something else, is refused by name and ends no process.
    func testHostileJSON() throws {
        XCTAssertEqual(try read(line(), as: Line.self).quantity, 2)
        XCTAssertEqual(refusal(line("quantity")), "quantity is missing")
        XCTAssertEqual(refusal(line("amount", "null")), #"nothing at ["amount"]"#)
        XCTAssertTrue(refusal(line("kind", #""bribe""#)).contains("bribe"))
        XCTAssertFalse(refusal(line("kind", #""Item""#)).hasPrefix("read"))
        for quantity in ["12.9", "1e400", "NaN", "\"2\"", "true", "9223372036854775808", "[]"] {
            XCTAssertFalse(refusal(line("quantity", quantity)).hasPrefix("read"), quantity)
        }
        for time in [#""99999-01-01T00:00:00Z""#, #""+292277026596-12-04T15:30:07Z""#, #""now""#, "0", "1e400", "1767225600"] {
            let row = #"{"id": "1", "reference": "r", "amount": "1", "status": "PAID", "created_at": \#(time)}"#
            XCTAssertThrowsError(try read(row, as: ImportRow.self), time) { XCTAssertTrue($0 is DecodingError) }
        }
        for json in ["", "null", "[]", "{", "1", "\"x\"", String(repeating: "[", count: 100_000)] {
            XCTAssertThrowsError(try read(json, as: Line.self), json.prefix(9).description)
        }
    }

    /// Protects: an instant is read to the millisecond whatever its fraction and offset, and nothing else is one.
    func testInstants() throws {
        let known = [
            ("1970-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00.123456Z", 1_767_225_600_123),
            ("2026-01-01T08:00:00.5+08:00", 1_767_225_600_500), ("2025-12-31T19:00:00-05:00", 1_767_225_600_000),
            ("2024-02-29T12:34:56.789Z", 1_709_210_096_789), ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("9999-12-31T23:59:59.999999999Z", 253_402_300_799_999), ("1969-12-31T23:59:59.999Z", -1),
        ]
        for (text, millis) in known {
            XCTAssertEqual(milliseconds(try XCTUnwrap(Date(instant: text), text)), Int64(millis), text)
        }
        let none = [
            "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
            "+292277-01-01T00:00:00Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx", "-001-01-01T00:00:00Z",
        ]
        for text in none { XCTAssertNil(Date(instant: text), text) }
        let form = ISO8601DateFormatter()
        form.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        for number in 0..<2000 {
            let time = date(Int64(number) * 7_919_777_131 - 1_000_000_000_123)
            XCTAssertEqual(time.instant, form.string(from: time))
            XCTAssertEqual(time.instant.flatMap(Date.init(instant:)), time)
        }
    }

    /// Protects: an instant loses no millisecond on its way through the engine, though a `Date` is a binary fraction.
    func testMillisecondsAreKept() {
        for number in 0..<5000 {
            let millis = 1_767_225_600_000 + Int64(number) * 997_001
            XCTAssertEqual(milliseconds(date(millis)), millis)
        }
        XCTAssertEqual(milliseconds(Date.distantFuture), 64_092_211_200_000)
    }

    /// Protects: what servers in Python and Node write is read, to the last member, and said again as they say it. Only
    /// zeros at the end of an amount are lost, which a `Decimal` does not keep.
    func testAnswersOfServers() throws {
        func said(_ value: Any) -> Any {
            switch value {
            case let members as [String: Any]:
                return Dictionary(uniqueKeysWithValues: members.map { (snake($0), said($1)) })
            case let items as [Any]: return items.map(said)
            case let text as String where text.range(of: #"^-?[0-9]+\.[0-9]+$"#, options: .regularExpression) != nil:
                return amountText(decimal(text))
            case let text as String: return Date(instant: text)?.instant ?? text
            default: return value
            }
        }
        func check<Value: Sample>(_ type: Value.Type, _ json: Data, _ from: String) throws {
            let again = try members(JSONEncoder().encode(JSONDecoder().decode(type, from: json)))
            let (here, there) = (said(again) as? NSDictionary, said(try members(json)) as? NSDictionary)
            XCTAssertEqual(here, there, "\(type) by \(from)")
        }
        var checked = 0
        for file in ["python", "node"] {
            let place = root.appendingPathComponent("bindings-swift/Tests/answers/\(file).json")
            let answers = try JSONSerialization.jsonObject(with: Data(contentsOf: place)) as? [[String: String]]
            for answer in try XCTUnwrap(answers) {
                let type = try XCTUnwrap(everyRecord.first { "\($0.0)" == answer["record"] }).0
                try check(type, Data(XCTUnwrap(answer["json"]).utf8), XCTUnwrap(answer["by"]))
                checked += 1
            }
        }
        XCTAssertGreaterThan(checked, 30)
    }

    /// Protects: what servers in JavaScript write is read as well, unless both spellings say something.
    func testCamelCase() throws {
        let camel = line("unit_amount").replacingOccurrences(of: "{", with: #"{"unitAmount": "12.50", "#)
        XCTAssertEqual(try read(camel, as: Line.self), try read(line(), as: Line.self))
        let twice = line().replacingOccurrences(of: "{", with: #"{"unitAmount": "99.00", "#)
        XCTAssertTrue(refusal(twice).contains("are the same member"))
        let converting = JSONDecoder()
        converting.keyDecodingStrategy = .convertFromSnakeCase
        XCTAssertEqual(try converting.decode(Line.self, from: Data(line().utf8)).quantity, 2)
    }

    /// Protects: a newer server may say more than this version knows.
    func testUnknownMembersArePassedOver() throws {
        let more = line().replacingOccurrences(of: "{", with: #"{"colour": {"deep": [1e400]}, "#)
        XCTAssertEqual(try read(more.replacingOccurrences(of: "1e400", with: "null"), as: Line.self).quantity, 2)
    }

    /// Protects: what holds secrets cannot be written down, not even by mistake.
    func testSecretsHaveNoJSON() {
        for type in neverWritten + [SecretText.self] {
            XCTAssertFalse(type is any Encodable.Type, "\(type)")
            XCTAssertFalse(type is any Decodable.Type, "\(type)")
        }
    }

    /// Protects: values may be handed to another thread; this test is its own compilation.
    func testEverythingIsAValue() {
        everyTypeIsAValue()
        requireValue(SecretText.self)
        requireValue(Refusal.self)
        requireValue(PaywrightError.self)
        requireValue(FollowedPayment.self)
        requireValue(FollowAnswer.self)
        requireValue(FollowStep.self)
        requireValue(ServerMessage.self)
    }
}

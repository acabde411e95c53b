import Foundation
import XCTest

@testable import Paywright

/// What no host should hand in: refused with the code that Rust has for the same text, and the process goes on.
final class BadInputTests: XCTestCase {
    private let pay = try! Paywright.open(database: "sqlite::memory:", gateways: [.mock(Mock())], mode: .test, seed: 1)

    private func code(_ call: () throws -> Void) -> String {
        do {
            try call()
            return "taken"
        } catch {
            return (error as? PaywrightError)?.code ?? "\(error)"
        }
    }

    /// Protects: an amount that is none, or that no currency has, is refused; none is rounded to one that is.
    func testAmounts() throws {
        let nines = String(repeating: "9", count: 38)
        let amounts: [(Decimal, String, String)] = [
            (.nan, "CNY", "amount_format"), (0, "CNY", "amount_range"), (-1, "CNY", "amount_range"),
            (Decimal(string: "-0.01")!, "CNY", "amount_range"), (Decimal(string: "1.005")!, "CNY", "amount_scale"),
            (Decimal(string: "10.5")!, "JPY", "amount_scale"), (Decimal(string: "1.2345")!, "KWD", "amount_scale"),
            (Decimal(string: nines)!, "CNY", "amount_range"), (Decimal(string: "0.\(nines)")!, "CNY", "amount_scale"),
            (Decimal(string: "92233720368547758.08")!, "CNY", "amount_range"),
            (.greatestFiniteMagnitude, "CNY", "amount_range"), (-Decimal.greatestFiniteMagnitude, "CNY", "amount_range"),
            (.leastNonzeroMagnitude, "CNY", "amount_range"), (Decimal(0.1 + 0.2), "CNY", "amount_scale"),
        ]
        for (amount, currency, wanted) in amounts {
            XCTAssertEqual(code { _ = try pay.createOrder(currency: currency, amount: amount) }, wanted, "\(amount)")
            let line = NewLine(description: "tea", unitAmount: amount)
            XCTAssertEqual(code { _ = try pay.createOrder(currency: currency, lines: [line]) }, wanted, "\(amount)")
        }
        let order = try pay.createOrder(currency: "CNY", amount: Decimal(string: "0.10")!)
        XCTAssertEqual(order.total, Decimal(string: "0.1"))
    }

    /// Protects: an instant that no calendar has is refused; the ends of Foundation's own range are only far away.
    func testInstants() throws {
        for seconds in [Double.infinity, -.infinity, .nan, .signalingNaN, 1e300, -1e300, .greatestFiniteMagnitude] {
            let time = Date(timeIntervalSince1970: seconds)
            XCTAssertEqual(code { _ = try pay.createOrder(currency: "CNY", amount: 1, payableUntil: time) }, "argument_range")
            XCTAssertEqual(code { _ = try pay.createOrder(currency: "CNY", amount: 1, endsAt: time) }, "argument_range")
        }
        let far = try pay.createOrder(currency: "CNY", amount: 1, payableUntil: .distantFuture)
        XCTAssertEqual(far.payableUntil, .distantFuture)
        XCTAssertNotEqual(code { _ = try pay.createOrder(currency: "CNY", amount: 1, payableUntil: .distantPast) }, "internal")
        let clock = ManualClock(now: Date(timeIntervalSince1970: 0))
        clock.set(now: .distantFuture)
        XCTAssertEqual(clock.now(), .distantFuture)
    }

    /// Protects: texts that hold what texts should not hold are refused or kept as they are, never cut.
    func testTexts() throws {
        for id in ["", " ", "ord_\u{1F600}", "ord_\0", "ord_\n", "ord_" + String(repeating: "0", count: 100_000), "\u{202E}"] {
            XCTAssertEqual(code { _ = try pay.order(orderId: id) }, "id_format")
            XCTAssertEqual(code { _ = try pay.payment(paymentId: id) }, "id_format")
        }
        XCTAssertEqual(code { _ = try pay.createOrder(currency: "CNY", amount: 1, customer: "a\0b") }, "id_format")
        for currency in ["", "cny ", "\u{FFE5}", "CNY\0", "\u{1F1E8}\u{1F1F3}"] {
            XCTAssertEqual(code { _ = try pay.createOrder(currency: currency, amount: 1) }, "currency")
        }
        let note = ["note": "\u{1F600}\u{0301}\u{2028}\u{10FFFF}"]
        XCTAssertEqual(try pay.createOrder(currency: "CNY", amount: 1, metadata: note).metadata, note)
    }

    /// Protects: half a surrogate cannot be handed in: a text of Swift holds only whole characters, and what is read as one
    /// becomes U+FFFD before the engine sees it.
    func testLoneSurrogatesCannotExist() throws {
        let text = String(decoding: [0xD83D], as: UTF16.self)
        XCTAssertEqual(text, "\u{FFFD}")
        XCTAssertEqual(code { _ = try pay.order(orderId: "ord_\(text)") }, "id_format")
        XCTAssertEqual(try pay.createOrder(currency: "CNY", amount: 1, metadata: ["note": text]).metadata, ["note": text])
    }

    /// Protects: whole numbers outside their range are refused.
    func testNumbers() {
        for number in [0, -1, Int64.min, Int64.max] {
            XCTAssertEqual(code { _ = try pay.orders(page: 1, size: number) }, "argument_range", "\(number)")
        }
        XCTAssertEqual(code { _ = try pay.orders(page: 0) }, "argument_range")
        XCTAssertEqual(code { _ = try Paywright.open(database: "sqlite::memory:", seed: -1) }, "argument_range")
        XCTAssertEqual(code { _ = try Paywright.open(database: "sqlite::memory:", busyTimeoutMs: .min) }, "argument_range")
    }

    /// Protects: bytes that are no text are refused like any message that cannot be read, and an empty body too.
    func testBodies() {
        for body in [Data(), Data([0xFF, 0xFE, 0x00]), Data(repeating: 0x7B, count: 1 << 20)] {
            let refused = code { _ = try pay.handleCallback(gateway: "mock", headers: [:], body: body) }
            XCTAssertTrue(refused.hasPrefix("auth_"), refused)
        }
        let large = Data(repeating: 0x20, count: (1 << 20) + 1)
        XCTAssertEqual(code { _ = try pay.handleCallback(gateway: "mock", headers: [:], body: large) }, "too_large")
        XCTAssertEqual(code { _ = try qrModules(text: "") }, "argument_missing")
        XCTAssertEqual(code { _ = try formatAmount(amount: .nan, currency: "CNY") }, "amount_format")
    }
}

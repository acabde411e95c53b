import Foundation
import XCTest

@testable import Paywright

/// The model of `examples/swift/screen`, which is compiled into these tests.
@available(iOS 17, macOS 14, *)
final class ScreenTests: XCTestCase {
    /// A source that tells readings that were written down before.
    private struct Told: PaymentReadings {
        let payments: [Payment]

        func readings() -> AsyncStream<Payment> {
            AsyncStream { told in
                payments.forEach { told.yield($0) }
                told.finish()
            }
        }
    }

    /// A payment with some members said otherwise.
    private func payment(_ changes: [String: Any], action: [String: Any] = ["kind": "none"]) throws -> Payment {
        var members: [String: Any] = [
            "id": "pay_1", "order_id": "ord_1", "gateway": "mock", "method": "wechat", "state": "init", "amount": "1234.5",
            "captured": "0", "refunded": "0", "refund_pending": "0", "currency": "CNY", "possible": [String](), "late": false,
            "manual": false, "reused": false, "expires_at": "2026-01-01T00:30:00Z", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "version": 1,
        ]
        members["action"] = ["parameters": [String: String]()].merging(action) { $1 }
        members.merge(changes) { $1 }
        return try JSONDecoder().decode(Payment.self, from: JSONSerialization.data(withJSONObject: members))
    }

    /// Protects: a screen says "paid" for a payment that succeeded and for no other, in both languages.
    @MainActor func testOnlySucceededIsPaid() async throws {
        for (state, isPaid) in [
            ("init", false), ("processing", false), ("authorized", false), ("succeeded", true), ("failed", false),
            ("cancelled", false), ("expired", false),
        ] {
            let payment = try payment(["state": state])
            let (english, chinese) = (PaymentModel(payment, language: "en-GB"), PaymentModel(payment, language: "zh-Hant"))
            XCTAssertEqual(english.isPaid, isPaid, state)
            XCTAssertEqual(english.sentence == "Paid", isPaid, state)
            XCTAssertEqual(chinese.sentence == "已付款", isPaid, state)
            XCTAssertEqual(english.amount, "CN¥1,234.50")
            XCTAssertEqual(chinese.amount, "¥1,234.50")
        }
    }

    /// Protects: a code and a way on are shown only while the payer can use them, and no link leads into the open.
    @MainActor func testWhatThePayerDoesNext() async throws {
        let code = ["kind": "qr_code", "qr_text": "weixin://wxpay/bizpayurl?pr=throwaway"]
        let rows = PaymentModel(try payment([:], action: code)).code
        XCTAssertEqual(rows.count, 29)
        XCTAssertTrue(rows.allSatisfy { $0.count == rows.count })
        XCTAssertEqual(PaymentModel(try payment(["state": "expired"], action: code)).code, [])
        for (url, leads) in [("https://pay.example/c", true), ("alipays://pay", true), ("http://pay.example/c", false)] {
            let redirect = try payment([:], action: ["kind": "redirect", "url": url])
            XCTAssertEqual(PaymentModel(redirect).link?.absoluteString, leads ? url : nil)
        }
        let bank = ["kind": "instructions", "parameters": ["reference": "R1", "account": "123"]] as [String: Any]
        XCTAssertEqual(PaymentModel(try payment([:], action: bank)).instructions.map(\.0), ["account", "reference"])
    }

    /// Protects: a screen never goes back to a reading that is older than what it shows.
    @MainActor func testOldReadingsAreNotShown() async throws {
        let model = PaymentModel(try payment([:]))
        let paid = try payment(["state": "succeeded", "version": 3])
        await model.follow(Told(payments: [paid, try payment(["state": "processing", "version": 2])]))
        XCTAssertEqual(model.payment, paid)
    }
}

import Foundation
import XCTest

@testable import Paywright

/// The model of `examples/swift/screen`, which is compiled into these tests. On Linux only what is awaited runs on the main actor.
@available(iOS 17, macOS 14, *)
final class ScreenTests: XCTestCase {
    /// A source that tells readings that were written down before.
    private struct Told: PaymentReadings {
        let payments: [FollowedPayment]

        func payments(_ paymentId: String) -> AsyncStream<FollowedPayment> {
            AsyncStream { told in
                payments.forEach { told.yield($0) }
                told.finish()
            }
        }
    }

    /// A payment of a state, read at a second.
    private func payment(_ state: PaymentState, action: Action? = nil, at second: Double = 0) -> FollowedPayment {
        FollowedPayment(
            id: "pay_1", orderId: nil, state: state, isFinal: false, amount: Decimal(string: "1234.5")!, currency: "CNY",
            action: action ?? Action(kind: .none, url: nil, qrText: nil, clientSecret: nil, parameters: [:]),
            expiresAt: nil, paidAt: nil, failureCode: nil, failureMessage: nil, confirmedAt: nil, nextQuestionAt: nil,
            failures: 0, lastStatus: nil, lastError: nil, createdAt: Date(timeIntervalSince1970: 0),
            updatedAt: Date(timeIntervalSince1970: second))
    }

    private func action(_ kind: ActionKind, url: String? = nil, code: String? = nil, _ rows: [String: String] = [:]) -> Action {
        Action(kind: kind, url: url, qrText: code, clientSecret: nil, parameters: rows)
    }

    /// Protects: a screen says "paid" for a payment that succeeded and for no other, in both languages.
    @MainActor func testOnlySucceededIsPaid() async {
        for state in [PaymentState.`init`, .processing, .authorized, .succeeded, .failed, .cancelled, .expired] {
            let (payment, isPaid) = (payment(state), state == .succeeded)
            let (english, chinese) = (PaymentModel(payment, language: "en-GB"), PaymentModel(payment, language: "zh-Hant"))
            XCTAssertEqual(english.isPaid, isPaid, "\(state)")
            XCTAssertEqual(english.sentence == "Paid", isPaid, "\(state)")
            XCTAssertEqual(chinese.sentence == "已付款", isPaid, "\(state)")
            XCTAssertEqual(english.amount, "CN¥1,234.50")
            XCTAssertEqual(chinese.amount, "¥1,234.50")
        }
    }

    /// Protects: a code and a way on are shown only while the payer can use them, and no link leads into the open.
    @MainActor func testWhatThePayerDoesNext() async {
        let code = action(.qrCode, code: "weixin://wxpay/bizpayurl?pr=throwaway")
        let rows = PaymentModel(payment(.`init`, action: code)).code
        XCTAssertEqual(rows.count, 29)
        XCTAssertTrue(rows.allSatisfy { $0.count == rows.count })
        XCTAssertEqual(PaymentModel(payment(.expired, action: code)).code, [])
        for (url, leads) in [("https://pay.example/c", true), ("alipays://pay", true), ("http://pay.example/c", false)] {
            let redirect = payment(.processing, action: action(.redirect, url: url))
            XCTAssertEqual(PaymentModel(redirect).link?.absoluteString, leads ? url : nil)
        }
        let bank = action(.instructions, ["reference": "R1", "account": "123"])
        XCTAssertEqual(PaymentModel(payment(.`init`, action: bank)).instructions.map(\.0), ["account", "reference"])
    }

    /// Protects: a screen never goes back to a reading that is older than what it shows.
    @MainActor func testOldReadingsAreNotShown() async {
        let model = PaymentModel(payment(.`init`))
        let paid = payment(.succeeded, at: 3)
        await model.follow(Told(payments: [paid, payment(.processing, at: 2)]))
        XCTAssertEqual(model.payment, paid)
    }

    /// Protects: a follower's own session fits the screen, and why nothing is heard is said.
    @MainActor func testAFollowerFits() async throws {
        let follower = try PaymentFollower.open(path: ":memory:", statusUrl: "https://shop.example/payments/{payment_id}")
        let session = FollowerSession(follower, by: Silent())
        let model = PaymentModel(payment(.`init`))
        await model.follow(session)
        XCTAssertNotNil(model.trouble)
        XCTAssertFalse(model.isPaid)
    }

    /// A server that is never reached.
    private struct Silent: Transport {
        func send(_ request: OutgoingRequest) async -> Answered { .notSent }
    }
}

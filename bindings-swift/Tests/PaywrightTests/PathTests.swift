import Foundation
import XCTest

@testable import Paywright

final class PathTests: XCTestCase {
    private func open(clock: ManualClock? = nil) throws -> Paywright {
        try Paywright.open(database: "sqlite::memory:", gateways: [.mock(Mock())], mode: .test, clock: clock, seed: 1)
    }

    /// Protects: the whole way in Swift's own types: ordered, paid once though told twice, refunded, told to the host.
    func testOrderIsPaidAndRefunded() throws {
        let pay = try open()
        let order = try pay.createOrder(currency: "CNY", amount: 100, reference: "tea-1", customer: "ada")
        let payment = try pay.createPayment(orderId: order.id, method: "wechat", returnUrl: "https://shop.example/done")
        XCTAssertEqual(payment.action.kind, .redirect)
        let callback = try XCTUnwrap(pay.mockCallbacks(paymentId: payment.id, kind: "success").first)
        let headers = callback.headers.mapValues { [$0] }
        let taken = try pay.handleCallback(gateway: "mock", headers: headers, body: callback.body)
        XCTAssertEqual(taken.outcome, .applied)
        XCTAssertTrue(try pay.handleCallback(gateway: "mock", headers: headers, body: callback.body).duplicate)
        XCTAssertEqual(try pay.payment(paymentId: payment.id).state, .succeeded)
        XCTAssertEqual(try pay.order(orderId: order.id).due, 0)
        let refund = try pay.refund(paymentId: payment.id, amount: 30, reason: "one box was damp")
        XCTAssertEqual(refund.amount, 30)
        XCTAssertEqual(try pay.order(orderId: order.id).refunded, 30)
        let events = try pay.events().map(\.event)
        XCTAssertTrue(events.contains("order.paid") && events.contains("refund.created"))
        XCTAssertTrue(try pay.verify().ok)
    }

    /// Protects: what is awaited runs away from the main thread, and tells the engine's errors as they are.
    func testBackground() async throws {
        let pay = try open()
        let (state, isMain) = try await pay.background {
            (try $0.createOrder(currency: "CNY", amount: 10).state, Thread.isMainThread)
        }
        XCTAssertEqual(state, "pending")
        XCTAssertFalse(isMain)
        do {
            _ = try await pay.background { try $0.createOrder(currency: "") }
            XCTFail("an order without a currency")
        } catch let error as PaywrightError {
            XCTAssertEqual(error.code, "currency")
        }
    }

    /// Protects: an error says what happened in every way that a host asks for it.
    func testErrorsSayWhatHappened() throws {
        XCTAssertThrowsError(try open().order(orderId: "ord_00000000000000000000000000")) { thrown in
            guard let error = thrown as? PaywrightError, case .NotFound = error else { return XCTFail("\(thrown)") }
            XCTAssertEqual(error.code, "order_not_found")
            XCTAssertFalse(error.retryable)
            XCTAssertEqual(error.refusal.httpStatus, 404)
            XCTAssertNotEqual(error.message(for: "zh-Hans"), error.message(for: "en_GB"))
            XCTAssertTrue([error.message, error.message(for: "zh")].contains(thrown.localizedDescription))
        }
    }

    /// Protects: who reads Chinese, in either script, is told in Chinese; everybody else in English, also where a language
    /// only begins like it.
    func testErrorsInBothLanguages() throws {
        XCTAssertThrowsError(try open().order(orderId: "ord_00000000000000000000000000")) { thrown in
            guard let error = thrown as? PaywrightError else { return XCTFail("\(thrown)") }
            XCTAssertTrue(error.refusal.explanationZh.contains("订单"))
            for language in ["zh", "zh-Hans", "zh-Hant", "zh-Hans-CN", "zh_TW", "ZH-HANT-HK"] {
                XCTAssertEqual(error.message(for: language), error.refusal.explanationZh, language)
            }
            for language in ["en", "en-GB", "de", "ja-JP", "zha", "", "x-zh"] {
                XCTAssertEqual(error.message(for: language), error.refusal.explanation, language)
            }
            let preferred = error.message(for: Locale.preferredLanguages.first ?? "en")
            XCTAssertEqual(error.errorDescription, preferred)
            XCTAssertEqual(thrown.localizedDescription, preferred)
        }
    }

    /// Protects: a secret is not told by printing what holds it.
    func testSecretsAreNotPrinted() {
        let webhook = Webhook(url: "https://shop.example/hook", secrets: ["whsec_dGhyb3dhd2F5"])
        var dumped = ""
        dump(webhook, to: &dumped)
        XCTAssertFalse("\(webhook) \(String(reflecting: webhook)) \(dumped)".contains("dGhyb3dhd2F5"))
    }

    /// Protects: a panic in the core is an error, and the process and the engine go on.
    func testPanicsAreErrors() throws {
        let pay = try open(clock: ManualClock(now: Date(timeIntervalSince1970: 1_767_225_600)))
        panicOnce()
        XCTAssertThrowsError(try pay.createOrder(currency: "CNY", amount: 10)) {
            XCTAssertEqual(($0 as? PaywrightError)?.code, "internal")
        }
        XCTAssertEqual(try pay.createOrder(currency: "CNY", amount: 10).state, "pending")
    }
}

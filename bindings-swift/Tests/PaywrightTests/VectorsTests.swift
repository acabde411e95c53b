import Foundation
import XCTest

@testable import Paywright

/// The vector files that concern a device, through the functions: what Rust is judged by, Swift is judged by, too.
final class VectorsTests: XCTestCase {
    private func cases(_ name: String, _ list: String) throws -> [[String: Any]] {
        let file = try readJSON(root.appendingPathComponent("tests/vectors/\(name).json"))
        return try XCTUnwrap(file[list] as? [[String: Any]], "\(name) has no \(list)")
    }

    private func body(_ one: [String: Any]) -> Data {
        if let base64 = one["body_b64"] as? String { return Data(base64Encoded: base64) ?? Data() }
        return Data((one["body"] as? String ?? "").utf8)
    }

    private func headers(_ one: [String: Any]) -> [String: [String]] {
        (one["headers"] as? [String: Any] ?? [:]).mapValues { $0 as? [String] ?? ["\($0)"] }
    }

    /// The code of a refusal; never a defect of ours.
    private func refusal(_ call: () throws -> Void) throws -> String? {
        do {
            try call()
            return nil
        } catch let error as PaywrightError {
            XCTAssertNotEqual(error.code, "internal")
            return error.code
        }
    }

    /// Compares with `verified`. Where a file admits both answers, ours is the stricter one.
    @discardableResult
    private func judged(_ one: [String: Any], _ call: () throws -> Void) throws -> String? {
        let expect = one["expect"] as? [String: Any] ?? [:]
        let verified = expect["verified"] as? Bool == true && expect["either"] as? Bool != true
        let code = try refusal(call)
        XCTAssertEqual(code == nil, verified, "\(one["id"] ?? ""): \(code ?? "verified")")
        return code
    }

    /// Protects: messages of Standard Webhooks with shared secrets and with key pairs, through the binding.
    func testStandardWebhooks() throws {
        for one in try cases("standard_webhooks", "cases") + cases("standard_webhooks", "v1a") {
            let key = try XCTUnwrap(one["public_key"] as? String ?? one["secret"] as? String)
            let now = try Int64.read(one["now"] as Any)
            try judged(one) {
                _ = try standardWebhooksVerify(body: body(one), headers: headers(one), secrets: [key], now: now)
            }
        }
    }

    /// Protects: the answers that the specification and its libraries print, checked and made again.
    func testStandardWebhooksPublished() throws {
        for one in try cases("standard_webhooks", "known_answers") {
            let given = try Given(one)
            let (id, signature): (String, String) = (try given.needed("id"), try given.needed("signature"))
            let time: Int64 = try given.needed("timestamp")
            let named = ["webhook-id": [id], "webhook-timestamp": ["\(time)"], "webhook-signature": [signature]]
            let secret: String? = try given.maybe("secret")
            let key = try XCTUnwrap(secret ?? given.maybe("public_key"))
            XCTAssertTrue(try standardWebhooksVerify(body: body(one), headers: named, secrets: [key], now: time).ok)
            if let secret {
                XCTAssertEqual(try standardWebhooksSign(id: id, timestamp: time, body: body(one), secret: secret), signature)
            }
        }
    }

    /// Protects: the generic callback in both schemes, with the reason of each refusal. A secret is a text in Swift; a
    /// binary one is for the engine, from a description.
    func testHmacCallback() throws {
        for one in try cases("hmac_callback", "cases") {
            let config = try Given(one["config"] as Any)
            let now = try Int64.read(one["now"] as Any)
            let expect = try Given(one["expect"] as Any)
            let keys = config.members["keys"] as? [[String: Any]] ?? []
            if keys.contains(where: { $0["secret_b64"] != nil }) {
                let pay = try engine(one)
                try judged(one) { _ = try pay.verifyCallback(gateway: "vectors", headers: headers(one), body: body(one)) }
                continue
            }
            let limit = { (key: [String: Any], name: String) in (key[name] as? NSNumber)?.int64Value ?? now }
            let valid = keys.filter { limit($0, "not_before") <= now && now <= limit($0, "not_after") }
            var digest = ""
            let call = {
                digest = try hmacCallbackVerify(
                    body: self.body(one),
                    secrets: valid.compactMap { $0["secret"] as? String },
                    now: now,
                    headers: self.headers(one),
                    scheme: config.maybe("scheme"),
                    signatureHeader: config.maybe("signature_from"),
                    keyIds: valid.compactMap { $0["id"] as? String },
                    requireFresh: config.maybe("require_fresh"),
                    toleranceS: config.maybe("tolerance_s")
                ).digest
            }
            if expect.members["either"] as? Bool == true {
                _ = try refusal(call)
                continue
            }
            let code = try judged(one, call)
            if let reason: String = try expect.maybe("reason"), code != nil { XCTAssertEqual(code, reason) }
            if let known: String = try expect.maybe("digest"), code == nil { XCTAssertEqual(digest, known) }
        }
    }

    /// An engine whose only gateway is the one that a case configures, at the time of the case.
    private func engine(_ one: [String: Any]) throws -> Paywright {
        var config = try Given(one["config"] as Any).members
        config["name"] = "vectors"
        config["methods"] = ["any"]
        let now = Date(timeIntervalSince1970: TimeInterval(try Int64.read(one["now"] as Any)))
        return try Paywright.open(
            database: "sqlite::memory:",
            gateways: [.signed(Signed(description: SecretText.read(config)))],
            mode: .test, clock: ManualClock(now: now), seed: 1)
    }

    /// The sender says that the payment is under way, signed with the first key of the case.
    private func begin(_ pay: Paywright, _ one: [String: Any], _ reference: String) throws {
        let keys = try XCTUnwrap((one["config"] as? [String: Any])?["keys"] as? [[String: Any]])
        var fields = ["nonce": "throwaway-nonce-of-the-judge", "payment_id": reference, "status": "PROCESSING"]
        fields["timestamp"] = "\(try Int64.read(one["now"] as Any))"
        fields["signature"] = try hmacCallbackSign(fields: fields, secret: XCTUnwrap(keys[0]["secret"] as? String))
        _ = try pay.handleCallback(gateway: "vectors", headers: [:], body: JSONEncoder().encode(fields))
    }

    /// What the engine does with a callback, in the words of the file.
    private func verdict(_ pay: Paywright, _ one: [String: Any]) throws -> (String, String?) {
        do {
            let result = try pay.handleCallback(gateway: "vectors", headers: headers(one), body: body(one))
            let words: [CallbackOutcome: String] = [.applied: "APPLY", .held: "HOLD", .already: "NOOP", .ignored: "NOOP"]
            return (words[result.outcome] ?? "", result.exception?.kind.rawValue)
        } catch let error as PaywrightError {
            XCTAssertNotEqual(error.code, "internal")
            return ("REJECT", error.code)
        }
    }

    /// Protects: whole callbacks of a signed gateway, as the engine of a device judges them against an order.
    func testSignedCallbacks() throws {
        for one in try cases("hmac_callback", "events") {
            let (order, expect) = (try Given(one["order"] as Any), try Given(one["expect"] as Any))
            let pay = try engine(one)
            let minor: Int64 = try order.needed("amount_minor")
            let currency: String = try order.needed("currency")
            let exponent = ["JPY": 0, "KWD": -3][currency] ?? -2
            let amount = Decimal(sign: .plus, exponent: exponent, significand: Decimal(minor))
            let reference: String = try order.needed("payment_id")
            let owed = try pay.createOrder(currency: currency, amount: amount)
            let payment = try pay.createPayment(orderId: owed.id, reference: reference)
            switch order.members["status"] as? String {
            case "init": break
            case "processing": try begin(pay, one, reference)
            case "succeeded":
                _ = try pay.confirmPayment(
                    paymentId: payment.id, actor: "vectors", reason: "as the vector says",
                    transactionId: order.maybe("transaction_id"))
            default: XCTFail("\(order.members) is not understood")
            }
            let (result, code) = try verdict(pay, one)
            XCTAssertEqual(result, try expect.needed("result"), "\(one["id"] ?? "")")
            XCTAssertEqual(code, try expect.maybe("code"), "\(one["id"] ?? "")")
            XCTAssertTrue(try pay.verify().ok)
        }
    }
}

// The server of an application, as far as its followers see it: it tells how payments stand, signed, and takes messages.

import Foundation

@testable import Paywright

final class FollowedShop: @unchecked Sendable {
    static let publicKey = "whpk_8BF79/1IAeU9JqwqdqpD0JXvDYCjBq0cxfNkvZGED4k="

    private struct Payment {
        /// It succeeds with this question; nothing if nobody ever pays.
        let paidAtQuestion: Int?
        var questions = 0
    }

    private let lock = NSLock()
    private var payments: [String: Payment] = [:]
    private var seen: [ServedRequest] = []
    private var taken: [(key: String, body: String)] = []
    private var contradictions: [String] = []
    private var trouble: @Sendable (ServedRequest) -> Answering? = { _ in nil }
    private var clock: ManualClock?

    /// Answers by this clock, or by the machine's.
    init(clock: ManualClock? = nil) { self.clock = clock }

    /// All requests so far.
    var requests: [ServedRequest] { lock.withLock { seen } }

    /// The messages that were taken, each once.
    var messages: [(key: String, body: String)] { lock.withLock { taken } }

    /// Numbers under which another message came than before.
    var contradicted: [String] { lock.withLock { contradictions } }

    /// Whether somebody has asked often enough to hear that it is paid.
    func isPaid(_ id: String) -> Bool {
        lock.withLock { payments[id].map { $0.questions >= $0.paidAtQuestion ?? Int.max } ?? false }
    }

    /// What an application gets when a payment is made here.
    func make(_ number: Int, paidAtQuestion: Int?) -> (id: String, json: String) {
        let id = String(format: "pay_01J%023d", number)
        lock.withLock { payments[id] = Payment(paidAtQuestion: paidAtQuestion) }
        return (id, String(decoding: FollowedShop.json(id, "processing"), as: UTF8.self))
    }

    /// Goes wrong from now on where `trouble` says how.
    func goWrong(_ trouble: @escaping @Sendable (ServedRequest) -> Answering?) {
        lock.withLock { self.trouble = trouble }
    }

    @Sendable
    func answer(_ request: ServedRequest) -> Answering {
        let trouble = lock.withLock {
            seen.append(request)
            return self.trouble
        }
        if let reply = trouble(request) { return reply }
        return request.method == "POST" ? take(request) : tell(request)
    }

    /// Takes a message, once under its number, and the same whenever it comes again.
    @discardableResult
    func take(_ request: ServedRequest) -> Answering {
        guard request.path == "/messages", let key = request.headers["idempotency-key"] else { return .answer(status: 404) }
        let body = String(decoding: request.body, as: UTF8.self)
        return lock.withLock {
            guard let known = taken.first(where: { $0.key == key }) else {
                taken.append((key, body))
                return .answer(status: 204)
            }
            if known.body != body { contradictions.append(key) }
            return .answer(status: 204)
        }
    }

    private func tell(_ request: ServedRequest) -> Answering {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count == 3, parts[0] == "payments", parts[2] == "status" else { return .answer(status: 404) }
        let state = lock.withLock { () -> String? in
            guard var payment = payments[parts[1]] else { return nil }
            payment.questions += 1
            payments[parts[1]] = payment
            return payment.questions >= payment.paidAtQuestion ?? Int.max ? "succeeded" : "processing"
        }
        guard let state else { return .answer(status: 404) }
        return said(FollowedShop.json(parts[1], state), signedBy: "server")
    }

    static func json(_ id: String, _ state: String, amount: String = "100.00") -> Data {
        Data("{\"id\":\"\(id)\",\"state\":\"\(state)\",\"amount\":\"\(amount)\",\"currency\":\"CNY\"}".utf8)
    }

    /// An answer, signed by a key of `privateKeys` or by none.
    func said(_ body: Data, signedBy key: String?) -> Answering {
        let now = (clock?.now() ?? Date()).timeIntervalSince1970
        let headers = try? key.map { try signatureHeaders(body, by: $0, at: Int64(now)) }
        var all: Headers = headers ?? [:]
        all["set-cookie"] = ["visitor=1"]
        return .answer(status: 200, headers: all, body: body)
    }
}

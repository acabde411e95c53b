// An application on a phone follows a payment of its own server until the server's signed word ends it. The tests of the
// Swift package compile and run it.
import Foundation
import Paywright

/// Plays the server, which hears of the money between its first answer and its second. The key is a throwaway one.
actor Shop: Transport {
    private var asked = 0
    private let id: String

    init(of id: String) { self.id = id }

    func send(_ request: OutgoingRequest) -> Answered {
        asked += 1
        let state = asked == 1 ? "processing" : "succeeded"
        let body = Data("{\"id\": \"\(id)\", \"state\": \"\(state)\", \"amount\": \"100.00\", \"currency\": \"CNY\"}".utf8)
        let (message, now) = ("msg_\(asked)", Int64(Date().timeIntervalSince1970))
        let key = "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgc2VydmVyIC4uLi7wEXv3/UgB5T0mrCp2qkPQle8NgKMGrRzF82S9kYQPiQ=="
        guard let signature = try? standardWebhooksSign(id: message, timestamp: now, body: body, secret: key)
        else { return .notSent }
        let headers = ["webhook-id": [message], "webhook-timestamp": ["\(now)"], "webhook-signature": [signature]]
        return .answered(status: 200, headers: headers, body: body)
    }
}

func openFollower(at path: String) throws -> PaymentFollower {
    try PaymentFollower.open(
        path: path, statusUrl: "https://shop.example/payments/{payment_id}/status",
        messagesUrl: "https://shop.example/messages",
        publicKeys: ["whpk_8BF79/1IAeU9JqwqdqpD0JXvDYCjBq0cxfNkvZGED4k="])
}

func overTheNetwork(_ token: @escaping @Sendable () -> String) -> URLSessionTransport {
    URLSessionTransport { _ in ["authorization": "Bearer \(token())"] }
}

func show(_ made: String, with session: FollowerSession) async throws {
    let running = Task { try await session.run() }  // for as long as the application is at the front

    let payment = try await session.follow(made)    // the JSON in which the server answered
    print("the payer scans \(payment.action.qrText ?? "nothing")")
    for await payment in try await session.payments(payment.id) {
        print("the payment is \(payment.state)\(payment.isFinal ? ", and that is final" : "")")
    }

    running.cancel()
    try await running.value
}

let id = "pay_01J0000000000000000000000A"
let made = """
    {"id": "\(id)", "state": "init", "amount": "100.00", "currency": "CNY",
     "action": {"kind": "qr_code", "qr_text": "weixin://pay/1"}}
    """
// An application hands in `overTheNetwork { token }`, and a file of its own, so that it goes on where it was when it was ended.
try await show(made, with: FollowerSession(openFollower(at: ":memory:"), by: Shop(of: id)))

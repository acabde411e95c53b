// An application on a phone follows a payment of its own server until the server's signed word ends it. The tests of the
// Swift package compile and run it.
import Foundation
import Paywright

/// Plays the server, which hears of the money between its first answer and its second. An application hands in
/// `URLSessionTransport(headers: { _ in ["authorization": token] })` in its place. The key is a throwaway one.
actor Shop: Transport {
    private var asked = 0

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

// In an application: a file of its own, so that it goes on where it was when it was ended.
let follower = try PaymentFollower.open(
    path: ":memory:", statusUrl: "https://shop.example/payments/{payment_id}/status",
    publicKeys: ["whpk_8BF79/1IAeU9JqwqdqpD0JXvDYCjBq0cxfNkvZGED4k="])
let session = FollowerSession(follower, by: Shop())
let running = Task { try await session.run() }

// What the server answered with when the payment was made.
let id = "pay_01J0000000000000000000000A"
let made = """
    {"id": "\(id)", "state": "init", "amount": "100.00", "currency": "CNY",
     "action": {"kind": "qr_code", "qr_text": "weixin://pay/1"}}
    """
let payment = try await session.follow(made)
print("the payer scans \(payment.action.qrText ?? "nothing")")
for await payment in try await session.payments(id) {
    print("the payment is \(payment.state)\(payment.isFinal ? ", and that is final" : "")")
}

running.cancel()
try await running.value

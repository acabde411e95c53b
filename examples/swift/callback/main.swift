// What an application does with a gateway's callback: it takes effect once, every delivery gets the same answer, a forgery
// changes nothing. The tests of the Swift package compile and run it.
import Paywright

let pay = try Paywright.open(database: "sqlite::memory:", gateways: [.mock(Mock())], mode: .test)
let order = try pay.createOrder(currency: "CNY", amount: 100, reference: "ORD123456")
let payment = try pay.createPayment(orderId: order.id, method: "wechat")

// In a web framework: the request's headers, and its body as it arrived, before anything has parsed it.
let delivery = try pay.mockCallbacks(paymentId: payment.id, kind: "success")[0]
let headers = delivery.headers.mapValues { [$0] }

for _ in 1...2 {
    let result = try pay.handleCallback(gateway: "mock", headers: headers, body: delivery.body)
    print("delivered \(result.duplicate ? "again" : "first"), answered with \(result.reply.status)")
}
do {
    _ = try pay.handleCallback(gateway: "mock", headers: headers, body: delivery.body + [0x20])
} catch PaywrightError.SignatureInvalid(let refusal) {
    print("forged: \(refusal.code), answered with \(refusal.reply?.status ?? 0)")
}
print("paid \(try pay.order(orderId: order.id).paid)")

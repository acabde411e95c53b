// Money that goes back: a part of it, once although asked for twice, and never more than came. The tests of the Swift
// package compile and run it.
import Paywright

let pay = try Paywright.open(database: "sqlite::memory:", gateways: [.mock(Mock())], mode: .test)
let order = try pay.createOrder(currency: "CNY", amount: 100, reference: "ORD123456")
let payment = try pay.createPayment(orderId: order.id, method: "wechat")
let delivery = try pay.mockCallbacks(paymentId: payment.id, kind: "success")[0]
_ = try pay.handleCallback(gateway: "mock", headers: delivery.headers.mapValues { [$0] }, body: delivery.body)

for _ in 1...2 {
    _ = try pay.refund(paymentId: payment.id, amount: 30, reason: "one cup was broken", idempotencyKey: "cup-1")
}
let refunded = try pay.order(orderId: order.id).refunded
print("paid back \(refunded) in \(try pay.refunds(paymentId: payment.id).total) refund")
do {
    _ = try pay.refund(paymentId: payment.id, amount: 80)
} catch let tooMuch as PaywrightError {
    print(tooMuch.message(for: "en"))
}
print("the books are \(try pay.verify().ok ? "right" : "wrong")")

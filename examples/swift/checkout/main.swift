// A payment from order to books, with the mock gateway. The tests of the Swift package compile and run it.
import Paywright

let pay = try Paywright.open(database: "sqlite::memory:", gateways: [.mock(Mock())], mode: .test)
let order = try pay.createOrder(currency: "CNY", amount: 100, reference: "ORD123456")
let payment = try pay.createPayment(orderId: order.id, method: "wechat")
print("the payer goes to \(payment.action.url ?? "nowhere")")

// In a shop, the gateway posts this to an address of the server.
for callback in try pay.mockCallbacks(paymentId: payment.id, kind: "success") {
    let headers = callback.headers.mapValues { [$0] }
    let result = try pay.handleCallback(gateway: "mock", headers: headers, body: callback.body)
    let books = try pay.verify().ok ? "right" : "wrong"
    print("the order is \(result.order?.state ?? "not known") and the books are \(books)")
}

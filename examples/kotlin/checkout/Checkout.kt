// A payment from order to books, with the mock gateway. The tests of the Kotlin package compile and run it.
package checkout

import java.math.BigDecimal
import paywright.Gateway
import paywright.Mock
import paywright.Mode
import paywright.Paywright

fun main() = Paywright.open("sqlite::memory:", gateways = listOf(Gateway.Mock(Mock())), mode = Mode.TEST).use { pay ->
    val order = pay.createOrder("CNY", amount = BigDecimal("100.00"), reference = "ORD123456")
    val payment = pay.createPayment(order.id, method = "wechat")
    println("the payer goes to ${payment.action.url}")

    // In a shop, the gateway posts this to an address of the server.
    val callback = pay.mockCallbacks(payment.id, "success").single()
    val headers = callback.headers.mapValues { listOf(it.value) }
    val result = pay.handleCallback("mock", headers, callback.body)
    println("the order is ${result.order?.state} and the books are ${if (pay.verify().ok) "right" else "wrong"}")
}

// What an application does with a gateway's callback: it takes effect once, every delivery gets the same answer, a forgery
// changes nothing. The tests of the Kotlin package compile and run it.
package callback

import java.math.BigDecimal
import paywright.Gateway
import paywright.Mock
import paywright.Mode
import paywright.Paywright
import paywright.PaywrightException
import paywright.code
import paywright.refusal

fun main() = Paywright.open("sqlite::memory:", gateways = listOf(Gateway.Mock(Mock())), mode = Mode.TEST).use { pay ->
    val order = pay.createOrder("CNY", amount = BigDecimal("100.00"), reference = "ORD123456")
    val payment = pay.createPayment(order.id, method = "wechat")

    // In a web framework: the request's headers, and its body as it arrived, before anything has parsed it.
    val delivery = pay.mockCallbacks(payment.id, "success").single()
    val headers = delivery.headers.mapValues { listOf(it.value) }

    repeat(2) {
        val result = pay.handleCallback("mock", headers, delivery.body)
        println("delivered ${if (result.duplicate) "again" else "first"}, answered with ${result.reply.status}")
    }
    try {
        pay.handleCallback("mock", headers, delivery.body + ' '.code.toByte())
    } catch (forged: PaywrightException.SignatureInvalid) {
        println("forged: ${forged.code}, answered with ${forged.refusal.reply?.status}")
    }
    println("paid ${pay.order(order.id).paid}")
}

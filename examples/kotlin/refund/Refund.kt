// Money that goes back: a part of it, once although asked for twice, and never more than came. The tests of the Kotlin
// package compile and run it.
package refund

import java.math.BigDecimal
import java.util.Locale
import paywright.Gateway
import paywright.Mock
import paywright.Mode
import paywright.Paywright
import paywright.PaywrightException
import paywright.explanation

fun main() = Paywright.open("sqlite::memory:", gateways = listOf(Gateway.Mock(Mock())), mode = Mode.TEST).use { pay ->
    val order = pay.createOrder("CNY", amount = BigDecimal("100.00"), reference = "ORD123456")
    val payment = pay.createPayment(order.id, method = "wechat")
    val delivery = pay.mockCallbacks(payment.id, "success").single()
    pay.handleCallback("mock", delivery.headers.mapValues { listOf(it.value) }, delivery.body)

    repeat(2) {
        val part = BigDecimal("30.00")
        pay.refund(payment.id, amount = part, reason = "one cup was broken", idempotencyKey = "cup-1")
    }
    println("paid back ${pay.order(order.id).refunded} in ${pay.refunds(paymentId = payment.id).total} refund")
    try {
        pay.refund(payment.id, amount = BigDecimal("80.00"))
    } catch (tooMuch: PaywrightException) {
        println(tooMuch.explanation(Locale.ENGLISH))
    }
    println("the books are ${if (pay.verify().ok) "right" else "wrong"}")
}

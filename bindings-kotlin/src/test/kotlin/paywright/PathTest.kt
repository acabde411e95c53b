package paywright

import java.math.BigDecimal
import java.time.Instant
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

class PathTest {
    private fun open(clock: ManualClock? = null) =
        Paywright.open("sqlite::memory:", listOf(Gateway.Mock(Mock())), Mode.TEST, clock = clock, seed = 1)

    /** Protects: the whole way in Kotlin's own types: ordered, paid once though told twice, refunded, told to the host. */
    @Test
    fun orderIsPaidAndRefunded() = open().use { pay ->
        val order = pay.createOrder("CNY", amount = BigDecimal("100.00"), reference = "tea-1", customer = "ada")
        val payment = pay.createPayment(order.id, method = "wechat", returnUrl = "https://shop.example/done")
        assertEquals(ActionKind.REDIRECT, payment.action.kind)
        val callback = pay.mockCallbacks(payment.id, "success").single()
        val headers = callback.headers.mapValues { listOf(it.value) }
        val taken = pay.handleCallback("mock", headers, callback.body)
        assertEquals(CallbackOutcome.APPLIED, taken.outcome)
        assertTrue(pay.handleCallback("mock", headers, callback.body).duplicate)
        assertEquals(PaymentState.SUCCEEDED, pay.payment(payment.id).state)
        assertEquals(BigDecimal("0.00"), pay.order(order.id).due)
        val refund = pay.refund(payment.id, amount = BigDecimal("30.00"), reason = "one box was damp")
        assertEquals(BigDecimal("30.00"), refund.amount)
        assertEquals(BigDecimal("30.00"), pay.order(order.id).refunded)
        assertTrue(listOf("order.paid", "refund.created").all { wanted -> pay.events().any { it.event == wanted } })
        assertTrue(pay.verify().ok)
    }

    /** Protects: a coroutine waits on another thread than its own, and hears the engine's errors as they are. */
    @Test
    fun coroutinesWaitElsewhere() = runBlocking {
        open().use { pay ->
            val own = Thread.currentThread()
            val (order, worker) = pay.background {
                createOrder("CNY", amount = BigDecimal.TEN) to Thread.currentThread()
            }
            assertTrue(worker != own)
            assertEquals("pending", order.state)
            val error = assertThrows<PaywrightException> { runBlocking { pay.background { createOrder("") } } }
            assertEquals("currency", error.code)
        }
    }

    /** Protects: an error says what happened in every way that a host asks for it. */
    @Test
    fun errorsSayWhatHappened() = open().use { pay ->
        val error = assertThrows<PaywrightException> { pay.order("ord_00000000000000000000000000") }
        assertIs<PaywrightException.NotFound>(error)
        assertEquals("order_not_found", error.code)
        assertEquals(false, error.retryable)
        assertEquals(404, error.refusal.httpStatus)
        assertEquals("${error.explanation(java.util.Locale.ENGLISH)} (order_not_found)", error.message)
        assertTrue(error.explanation(java.util.Locale.CHINA).any { it > '\u4e00' })
    }

    /** Protects: a secret is not told by printing what holds it. */
    @Test
    fun secretsAreNotPrinted() {
        val webhook = Webhook("https://shop.example/hook", secrets = listOf(SecretText("whsec_dGhyb3dhd2F5")))
        assertTrue("dGhyb3dhd2F5" !in webhook.toString())
    }

    /** Protects: a panic in the core is an error, and the process and the engine go on. */
    @Test
    fun panicsAreErrors() {
        val clock = ManualClock(Instant.parse("2026-01-01T00:00:00Z"))
        open(clock).use { pay ->
            panicOnce()
            val error = assertThrows<PaywrightException.InternalException> {
                pay.createOrder("CNY", amount = BigDecimal.TEN)
            }
            assertEquals("internal", error.code)
            assertEquals("pending", pay.createOrder("CNY", amount = BigDecimal.TEN).state)
        }
    }
}

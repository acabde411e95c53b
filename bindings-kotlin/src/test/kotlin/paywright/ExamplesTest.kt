package paywright

import callback.main as takeCallbacks
import checkout.main as payAtTheCheckout
import follow.main as followPayment
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.math.BigDecimal
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.jupiter.api.Test
import refund.main as payBack
import screen.Words
import screen.shown

class ExamplesTest {
    private fun said(program: () -> Unit): String {
        val (said, usual) = ByteArrayOutputStream() to System.out
        System.setOut(PrintStream(said))
        try {
            program()
        } finally {
            System.setOut(usual)
        }
        return said.toString()
    }

    private fun check(program: () -> Unit, vararg wanted: String) {
        val said = said(program)
        wanted.forEach { assertTrue(it in said, said) }
    }

    /** Protects: the examples do what they say. */
    @Test
    fun checkout() = check(::payAtTheCheckout, "the order is paid and the books are right")

    /** Protects: the examples do what they say. */
    @Test
    fun callback() = check(::takeCallbacks, "delivered first", "delivered again", "forged: auth_mismatch", "paid 100.00")

    /** Protects: the examples do what they say. */
    @Test
    fun refund() = check(::payBack, "paid back 30.00 in 1 refund", "80.00", "the books are right")

    /** Protects: the payment screen offers what the payer does next, and nothing once the payment is over. */
    @Test
    fun screen() = Paywright.open("sqlite::memory:", listOf(Gateway.Mock(Mock())), Mode.TEST).use { pay ->
        val order = pay.createOrder("CNY", amount = BigDecimal("1234.50"))
        val asked = pay.createPayment(order.id, method = "wechat")
        assertEquals("¥1,234.50" to asked.action.url, shown(asked, "zh").let { it.amount to it.link })
        val scanned = asked.copy(action = asked.action.copy(kind = ActionKind.QR_CODE, qrText = "weixin://pay?1"))
        assertEquals(null to qrModules("weixin://pay?1"), shown(scanned, "en").let { it.link to it.code })
        for (over in PaymentState.entries - PaymentState.INIT - PaymentState.PROCESSING) {
            listOf(asked, scanned).map { shown(it.copy(state = over), "en") }.forEach {
                assertEquals(null to null, it.link to it.code, "$over")
            }
        }
        assertFalse(shown(asked, "en").waiting)
        assertTrue(shown(asked.copy(state = PaymentState.PROCESSING), "en").waiting)
        for (words in listOf(Words.ENGLISH, Words.CHINESE)) {
            assertEquals(PaymentState.entries.size, PaymentState.entries.map(words::state).toSet().size)
        }
    }

    /** Protects: the examples do what they say. */
    @Test
    fun follow() = check(
        ::followPayment, "the payer scans weixin://", "PROCESSING The message carries no signature", "SUCCEEDED \n", "0 messages wait",
    )
}

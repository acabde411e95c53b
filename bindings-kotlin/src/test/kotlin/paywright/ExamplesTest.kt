package paywright

import callback.main as takeCallbacks
import checkout.main as payAtTheCheckout
import follow.main as followPayment
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.jupiter.api.Test
import refund.main as payBack

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

    /** Protects: the examples do what they say. */
    @Test
    fun follow() = check(
        ::followPayment, "the payer scans weixin://", "PROCESSING The message carries no signature", "SUCCEEDED \n", "0 messages wait",
    )

    /** Protects: what the README shows of following a payment is in the example, and so compiled and run. */
    @Test
    fun readmeShowsTheExample() {
        val section = File(ROOT, "bindings-kotlin/README.md").readText().substringAfter("## Following a payment")
        val shown = section.substringAfter("```kotlin\n").substringBefore("```")
        val example = File(ROOT, "examples/kotlin/follow/Follow.kt").readText()
        assertTrue(shown.lines().size > 10, shown)
        assertEquals(emptyList(), shown.trim().split("\n\n").filter { it !in example })
    }
}

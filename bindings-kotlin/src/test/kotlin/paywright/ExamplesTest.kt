package paywright

import callback.main as takeCallbacks
import checkout.main as payAtTheCheckout
import java.io.ByteArrayOutputStream
import java.io.PrintStream
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
}

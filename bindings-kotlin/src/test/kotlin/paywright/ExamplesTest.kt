package paywright

import checkout.main as payAtTheCheckout
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import kotlin.test.assertTrue
import org.junit.jupiter.api.Test

class ExamplesTest {
    /** Protects: the example does what it says. */
    @Test
    fun checkoutPaysAnOrder() {
        val (said, usual) = ByteArrayOutputStream() to System.out
        System.setOut(PrintStream(said))
        try {
            payAtTheCheckout()
        } finally {
            System.setOut(usual)
        }
        assertTrue("the order is paid and the books are right" in said.toString(), said.toString())
    }
}

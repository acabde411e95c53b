package paywright

import java.math.BigDecimal
import java.time.Instant
import kotlin.test.assertEquals
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.assertThrows

class HostileTest {
    private val pay = Paywright.open("sqlite::memory:", gateways = listOf(Gateway.Mock(Mock())), mode = Mode.TEST)

    private fun code(call: () -> Unit): String = assertThrows<PaywrightException> { call() }.code

    /** Protects: an amount that is none has the code that it has in Rust, however large its exponent, and fills no memory. */
    @TestFactory
    fun amounts() = mapOf(
        "-1" to "amount_range", "0" to "amount_range", "1.001" to "amount_scale",
        "1E+1000000000" to "amount_format", "1E-1000000000" to "amount_format",
        "1" + "0".repeat(60) to "amount_range",
    ).map { (amount, code) ->
        dynamicTest(amount.take(20)) {
            assertEquals(code, code { pay.createOrder("CNY", amount = BigDecimal(amount)) })
        }
    }

    /** Protects: texts that hold what texts should not hold are refused or kept as they are, never cut. */
    @Test
    fun texts() {
        assertEquals("id_format", code { pay.order("ord_\uD83D\uDE00") })
        assertEquals("id_format", code { pay.order("") })
        assertEquals("id_format", code { pay.createOrder("CNY", amount = BigDecimal.ONE, customer = "a\u0000b") })
        assertEquals("currency", code { pay.createOrder("", amount = BigDecimal.ONE) })
        val note = mapOf("note" to "\uD83D\uDE00")
        assertEquals(note, pay.createOrder("CNY", amount = BigDecimal.ONE, metadata = note).metadata)
    }

    /** Protects: an instant that no calendar has is an error, not an overflow. */
    @TestFactory
    fun times() = listOf(Instant.MIN, Instant.MAX).map { time ->
        dynamicTest("$time") {
            assertEquals("argument_range", code { pay.createOrder("CNY", amount = BigDecimal.ONE, payableUntil = time) })
        }
    }

    /** Protects: numbers outside their range are refused. */
    @Test
    fun numbers() {
        assertEquals("argument_range", code { pay.orders(page = 0) })
        assertEquals("argument_range", code { pay.orders(size = Long.MAX_VALUE) })
        assertEquals("argument_range", code { Paywright.open("sqlite::memory:", seed = -1) })
    }
}

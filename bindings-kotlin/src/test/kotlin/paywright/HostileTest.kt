package paywright

import java.io.File
import java.math.BigDecimal
import java.math.BigInteger
import java.time.Instant
import java.time.temporal.ChronoUnit
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir

/** Half of a pair; no Unicode. */
private const val HALF = "\uD800"
private const val EMOJI = "\uD83D\uDE00"

/** What Kotlin can hand in that was never meant: each is refused with the code that it has in Rust, and the process goes on. */
class HostileTest {
    private val pay = Paywright.open("sqlite::memory:", gateways = listOf(Gateway.Mock(Mock())), mode = Mode.TEST)

    private fun refusal(call: () -> Unit): Refusal = assertThrows<PaywrightException> { call() }.refusal

    private fun code(call: () -> Unit): String = refusal(call).code

    private fun order(amount: BigDecimal = BigDecimal.ONE, metadata: Map<String, String>? = null, until: Instant? = null) =
        pay.createOrder("CNY", amount, metadata = metadata, payableUntil = until)

    /** Protects: an amount that is none has the code that it has in Rust, however large its exponent, and fills no memory. */
    @TestFactory
    fun amounts() = mapOf(
        "-1" to "amount_range", "-0.01" to "amount_range", "0" to "amount_range", "0E-3" to "amount_range",
        "1.001" to "amount_scale", "1E-30" to "amount_scale", "1" + "0".repeat(60) to "amount_range",
        "1E+60" to "amount_range", "1E+1000000000" to "amount_format", "1E-1000000000" to "amount_format",
        "0E-999999999" to "amount_format", "0E+999999999" to "amount_format",
        "1" + "0".repeat(5000) to "amount_range", "0." + "1".repeat(50) to "amount_scale",
    ).map { (amount, code) ->
        dynamicTest(amount.take(20)) { assertEquals(code, code { order(BigDecimal(amount)) }) }
    }

    /** Protects: the ends of what a `BigDecimal` can be are amounts like any other that is none. */
    @TestFactory
    fun ends() = listOf(Int.MIN_VALUE, Int.MAX_VALUE).map { scale ->
        dynamicTest("scale $scale") {
            assertEquals("amount_format", code { order(BigDecimal(BigInteger.ONE, scale)) })
            assertEquals("amount_format", code { formatAmount(BigDecimal(BigInteger.TEN, scale), "CNY") })
        }
    }

    /** Protects: what goes in comes out, to the last digit and with the digits of its currency. */
    @TestFactory
    fun exact() = listOf(
        Triple("0.1", "CNY", "0.10"), Triple("1E+2", "CNY", "100.00"), Triple("100", "JPY", "100"),
        Triple("1.234", "KWD", "1.234"), Triple("90071992547409.93", "CNY", "90071992547409.93"),
    ).map { (amount, currency, total) ->
        dynamicTest("$amount $currency") {
            assertEquals(total, pay.createOrder(currency, BigDecimal(amount)).total.toPlainString())
        }
    }

    /** Protects: half of a surrogate pair is refused wherever a text may stand, under the name of its field, and is never
     *  replaced by something that would be taken. */
    @TestFactory
    fun halves(): List<org.junit.jupiter.api.DynamicTest> {
        val body = "{}".toByteArray()
        return mapOf<Pair<String, String>, () -> Unit>(
            ("an id" to "order_id") to { pay.order("ord_$HALF") },
            ("the second half" to "order_id") to { pay.order("\uDC00") },
            ("halves in the wrong order" to "order_id") to { pay.order("\uDC00\uD800") },
            ("an optional text" to "customer") to { pay.createOrder("CNY", BigDecimal.ONE, customer = "a${HALF}b") },
            ("a value" to "metadata") to { order(metadata = mapOf("note" to HALF)) },
            ("a name" to "metadata") to { order(metadata = mapOf(HALF to "note")) },
            ("a line" to "lines") to { pay.createOrder("CNY", lines = listOf(NewLine(HALF, BigDecimal.ONE))) },
            ("a header" to "headers") to { pay.handleCallback("mock", mapOf("x" to listOf("a", HALF)), body) },
            ("an item" to "payments") to { pay.mockScript(payments = listOf("success", HALF)) },
            ("a function" to "title") to { qrSvg("tea", title = HALF) },
            ("a secret" to "secret") to { stripeSign(body, SecretText("whsec_$HALF"), 1) },
            ("secrets" to "secrets") to { stripeVerify(body, "t=1,v1=0", listOf(SecretText(HALF)), 1) },
            ("a database" to "database") to { Paywright.open("$HALF.db") },
            ("a gateway's secret" to "gateways") to {
                Paywright.open("sqlite::memory:", listOf(Gateway.Mock(Mock(secrets = listOf(SecretText(HALF))))))
            },
        ).map { (what, call) ->
            dynamicTest(what.first) {
                val refusal = refusal(call)
                assertEquals("text_format" to what.second, refusal.code to refusal.details["field"])
            }
        }
    }

    /** Protects: a text that is refused leaves nothing open: the engine that is closed afterwards gives its database back. */
    @Test
    fun nothingStaysOpen(@TempDir folder: File) {
        val (database, beside) = File(folder, "shop.db") to File(folder, "shop.db-wal")
        Paywright.open(database.path).use { pay ->
            pay.createOrder("CNY", BigDecimal.ONE)
            assertTrue(beside.exists())
            assertEquals("text_format", code { pay.createOrder("CNY", BigDecimal.ONE, description = HALF) })
        }
        assertFalse(beside.exists())
    }

    /** Protects: texts that hold what texts should not hold are refused or kept as they are, never cut. */
    @Test
    fun texts() {
        assertEquals("id_format", code { pay.order("ord_$EMOJI") })
        assertEquals("id_format", code { pay.order("") })
        assertEquals("id_format", code { pay.order("ord_\u0000") })
        assertEquals("id_format", code { pay.order("a".repeat(1 shl 20)) })
        assertEquals("id_format", code { pay.createOrder("CNY", BigDecimal.ONE, customer = "a\u0000b") })
        assertEquals("text_format", code { pay.createOrder("CNY", BigDecimal.ONE, description = "a\u0000b") })
        assertEquals("currency", code { pay.createOrder("", BigDecimal.ONE) })
        assertEquals("currency", code { pay.createOrder("CN\u0000", BigDecimal.ONE) })
        assertEquals("currency", code { pay.createOrder(EMOJI, BigDecimal.ONE) })
        listOf("$EMOJI 茶 \uFFFD", "é\u007F".dropLast(1), "\uE000", "").forEach { note ->
            assertEquals(mapOf("note" to note), order(metadata = mapOf("note" to note)).metadata)
        }
    }

    /** Protects: an instant that no calendar has is an error, not an overflow; one far away is kept to the millisecond. */
    @TestFactory
    fun times() = listOf(Instant.MIN, Instant.MAX, Instant.ofEpochSecond(Long.MAX_VALUE / 1000)).map { time ->
        dynamicTest("$time") { assertEquals("argument_range", code { order(until = time) }) }
    } + dynamicTest("far away") {
        val time = Instant.parse("9999-12-31T23:59:59.999Z")
        assertEquals(time, order(until = time.plusNanos(999_999)).payableUntil)
        for (far in listOf(time.plusMillis(1), Instant.EPOCH.minus(800_000, ChronoUnit.DAYS))) {
            assertEquals(far, order(until = far).payableUntil)
        }
    }

    /** Protects: numbers outside their range are refused. */
    @Test
    fun numbers() {
        assertEquals("argument_range", code { pay.orders(page = 0) })
        assertEquals("argument_range", code { pay.orders(page = Long.MIN_VALUE) })
        assertEquals("argument_range", code { pay.orders(size = Long.MAX_VALUE) })
        assertEquals("argument_range", code { Paywright.open("sqlite::memory:", seed = -1) })
        assertEquals("argument_range", code { Paywright.open("sqlite::memory:", busyTimeoutMs = -1) })
    }

    /** Protects: a body of any size is an error. */
    @Test
    fun bodies() {
        assertEquals("too_large", code { pay.handleCallback("mock", emptyMap(), ByteArray(50 shl 20)) })
        assertEquals("auth_missing", code { pay.handleCallback("mock", emptyMap(), ByteArray(0)) })
    }
}

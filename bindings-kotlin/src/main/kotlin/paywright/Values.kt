// What the plain types of the public face are in Kotlin, on their way in. It rounds nothing and refuses nothing: what is
// no amount or no instant is for the core to say, with the code that every language has for it.

package paywright

import java.math.BigDecimal
import java.time.Instant
import kotlin.math.abs

/** A secret on its way in. It never prints what it is. */
class SecretText(private val text: String) {
    internal fun reveal(): String = text

    override fun equals(other: Any?): Boolean = other is SecretText && other.text == text

    override fun hashCode(): Int = text.hashCode()

    override fun toString(): String = "[redacted]"
}

/** A decimal with more zeros than any amount has digits is not written out. */
private const val ZEROS_MAX = 64

internal fun amountText(amount: BigDecimal): String =
    if (abs(amount.scale().toLong()) <= ZEROS_MAX) amount.toPlainString() else amount.toString()

/** Instants further away than a number of milliseconds reaches are its ends, which no calendar has. */
internal fun milliseconds(time: Instant): Long =
    try {
        time.toEpochMilli()
    } catch (_: ArithmeticException) {
        if (time.epochSecond < 0) Long.MIN_VALUE else Long.MAX_VALUE
    }

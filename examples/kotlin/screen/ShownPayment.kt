// What the payment screen shows, as plain values. The tests of the Kotlin package compile and run it.
package screen

import paywright.ActionKind
import paywright.Payment
import paywright.PaymentState
import paywright.formatAmount
import paywright.qrModules

/** A payment as a payer sees it. `code` are the rows of a QR code to be scanned, `link` is to be opened on this device. */
data class ShownPayment(val amount: String, val state: PaymentState, val code: List<String>?, val link: String?) {
    /** Nothing is left for the payer to do, and it is not known yet how it ends. */
    val waiting: Boolean get() = state == PaymentState.PROCESSING || state == PaymentState.AUTHORIZED
}

/** What to show of a payment. What is over has nothing to scan or to open: nobody shall pay it again. */
fun shown(payment: Payment, language: String): ShownPayment {
    val open = payment.state == PaymentState.INIT || payment.state == PaymentState.PROCESSING
    val action = payment.action.takeIf { open }
    return ShownPayment(
        amount = formatAmount(payment.amount, payment.currency, language),
        state = payment.state,
        code = action?.takeIf { it.kind == ActionKind.QR_CODE }?.qrText?.let(::qrModules),
        link = action?.takeIf { it.kind == ActionKind.REDIRECT }?.url,
    )
}

/** The screen's words in a language. */
data class Words(val scan: String, val open: String, val states: Map<PaymentState, String>) {
    /** A state in words. */
    fun state(state: PaymentState): String = states.getValue(state)

    companion object {
        /** Those in English. */
        val ENGLISH = Words(
            "Scan this code to pay", "Pay",
            mapOf(
                PaymentState.INIT to "Waiting for you to pay", PaymentState.PROCESSING to "We are asking the bank",
                PaymentState.AUTHORIZED to "The amount is reserved", PaymentState.SUCCEEDED to "Paid",
                PaymentState.FAILED to "It did not work; you were not charged", PaymentState.CANCELLED to "Cancelled",
                PaymentState.EXPIRED to "The time to pay is over",
            ),
        )

        /** Those in Chinese. */
        val CHINESE = Words(
            "请扫码支付", "去支付",
            mapOf(
                PaymentState.INIT to "等待支付", PaymentState.PROCESSING to "正在确认支付结果",
                PaymentState.AUTHORIZED to "金额已预授权", PaymentState.SUCCEEDED to "支付成功",
                PaymentState.FAILED to "支付未成功，没有扣款", PaymentState.CANCELLED to "已取消",
                PaymentState.EXPIRED to "支付已超时",
            ),
        )
    }
}

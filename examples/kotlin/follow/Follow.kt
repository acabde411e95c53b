// An application on a phone or a kiosk shows a payment of its own server: what the payer does, and how it stands, by the server's
// signed word alone. The tests of the Kotlin package compile and run it, with a server that is played.
package follow

import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import paywright.Answered
import paywright.FollowerSession
import paywright.HttpTransport
import paywright.PaymentFollower
import paywright.SecretText
import paywright.UrlTransport
import paywright.standardWebhooksSign

/** The server's throwaway key; the application has its public half only. */
private const val SERVER_KEY =
    "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgc2VydmVyIC4uLi7wEXv3/UgB5T0mrCp2qkPQle8NgKMGrRzF82S9kYQPiQ=="
private const val SERVER_PUBLIC_KEY = "whpk_8BF79/1IAeU9JqwqdqpD0JXvDYCjBq0cxfNkvZGED4k="

/** What the server answered when the application asked it for a payment. */
private const val PAYMENT = """{"id": "pay_01J0000000000000000000000A", "state": "processing", "amount": "100.00",
    "currency": "CNY", "action": {"kind": "qr_code", "qr_text": "weixin://wxpay/bizpayurl?pr=throwaway"}}"""

fun openFollower(file: String) = PaymentFollower.open(
    file, // on Android: filesDir.resolve("payments.db").path
    statusUrl = "https://shop.example/payments/{payment_id}/status",
    messagesUrl = "https://shop.example/messages",
    publicKeys = listOf(SERVER_PUBLIC_KEY),
)

fun overTheNetwork(token: () -> String) = UrlTransport { mapOf("Authorization" to "Bearer ${token()}") }

suspend fun show(session: FollowerSession) = coroutineScope {
    val running = launch { session.run() } // while a screen is open

    val payment = session.follow(PAYMENT)
    println("the payer scans ${payment.action.qrText}")
    session.tell("""{"seen": "${payment.id}"}""")
    session.payment(payment.id).collect { println("${it.state} ${it.lastError.orEmpty()}") }

    running.cancel()
}

fun main() = runBlocking {
    openFollower(":memory:").use { follower ->
        val session = FollowerSession(follower, playedServer())
        show(session)
        println("${session.messages().size} messages wait")
    }
}

/** Somebody who would like to be paid answers first; then the server does. */
private fun playedServer(): HttpTransport {
    var questions = 0
    return HttpTransport { request ->
        if (request.method == "POST") return@HttpTransport Answered.Response(204, emptyMap(), ByteArray(0))
        val body = PAYMENT.replace("processing", "succeeded").toByteArray()
        questions += 1
        Answered.Response(200, if (questions == 1) emptyMap() else signature(body), body)
    }
}

private fun signature(body: ByteArray): Map<String, List<String>> {
    val now = System.currentTimeMillis() / 1000
    return mapOf(
        "webhook-id" to listOf("msg_1"),
        "webhook-timestamp" to listOf("$now"),
        "webhook-signature" to listOf(standardWebhooksSign("msg_1", now, body, SecretText(SERVER_KEY))),
    )
}

// The server of an application, for tests: it runs on this machine, signs what it says with a throwaway key, and has the troubles
// that a test gives it.

package paywright

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors

/** Half of the throwaway key that signs. */
const val SHOP_PUBLIC_KEY = "whpk_8BF79/1IAeU9JqwqdqpD0JXvDYCjBq0cxfNkvZGED4k="

/** A payment as the server answers. */
fun payment(id: String, state: String = "processing"): String =
    """{"id":"$id","state":"$state","amount":"100.00","currency":"CNY"}"""

/** An answer; nobody signs it where there is no signer. */
class Said(
    val status: Int,
    val body: String = "",
    val signer: String? = null,
    val headers: Map<String, String> = emptyMap(),
)

/** Something that was asked or told: which payment or message, for the how many-th time, and with what. */
class Heard(val id: String, val times: Int, val body: String, val headers: Map<String, String>)

/** Where a question goes that is not answered: the connection is closed without a word. */
object HangUp : RuntimeException() {
    private fun readResolve(): Any = HangUp
}

/** It answers `ask` and `take`, each given as a function, until it is closed. */
class ShopServer(
    port: Int = 0,
    private val take: (Heard) -> Said = { Said(204) },
    private val ask: (Heard) -> Said = { Said(200, payment(it.id), "server") },
) : AutoCloseable {
    private val threads = Executors.newCachedThreadPool()
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0)
    private val times = ConcurrentHashMap<String, Int>()

    /** The messages that it took, each as often as it said so. */
    val taken = CopyOnWriteArrayList<Pair<String, String>>()

    /** What it heard. */
    val heard = CopyOnWriteArrayList<Heard>()

    val port: Int get() = server.address.port
    val statusUrl: String get() = "http://127.0.0.1:$port/payments/{payment_id}/status"
    val messagesUrl: String get() = "http://127.0.0.1:$port/messages"

    init {
        server.executor = threads
        server.createContext("/payments/") { serve(it, it.requestURI.path.split("/")[2], ask) }
        server.createContext("/messages") { exchange ->
            serve(exchange, exchange.requestHeaders.getFirst("idempotency-key")) { heard ->
                take(heard).also { if (it.status in 200..299) taken += heard.id to heard.body }
            }
        }
        server.start()
    }

    private fun serve(exchange: HttpExchange, id: String, answer: (Heard) -> Said) = exchange.use {
        val headers = exchange.requestHeaders.entries.associate { (name, values) -> name.lowercase() to values.first() }
        val body = exchange.requestBody.readBytes().decodeToString()
        val said = Heard(id, times.merge(id, 1, Int::plus)!!, body, headers).also(heard::add).let(answer)
        val signature = said.signer?.let { signed(it, said.body) }.orEmpty()
        (said.headers + signature).forEach { (name, value) -> exchange.responseHeaders.set(name, value) }
        val bytes = said.body.toByteArray()
        exchange.sendResponseHeaders(said.status, if (bytes.isEmpty()) -1 else bytes.size.toLong())
        if (bytes.isNotEmpty()) exchange.responseBody.write(bytes)
    }

    override fun close() {
        server.stop(0)
        threads.shutdownNow()
    }
}

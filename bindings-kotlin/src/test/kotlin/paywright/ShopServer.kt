// The server of an application, for tests: it runs on this machine, signs what it says with a throwaway key, and has the troubles
// that a test gives it.

package paywright

import java.io.InputStream
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
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

/** Thrown in place of an answer: the connection is closed without a word. */
class HangUp : RuntimeException()

/**
 * It answers `ask` and `take`, each given as a function, until it is closed. Java's own server is not used: now and then it resets
 * a connection that it has just accepted, which a test could not tell from trouble of ours.
 */
class ShopServer(
    port: Int = 0,
    private val take: (Heard) -> Said = { Said(204) },
    private val ask: (Heard) -> Said = { Said(200, payment(it.id), "server") },
) : AutoCloseable {
    private val listener = ServerSocket(port, 50, InetAddress.getLoopbackAddress())
    private val threads = Executors.newCachedThreadPool()
    private val times = ConcurrentHashMap<String, Int>()

    /** The messages that it took, each as often as it said so. */
    val taken = CopyOnWriteArrayList<Pair<String, String>>()

    /** What it heard. */
    val heard = CopyOnWriteArrayList<Heard>()

    val port: Int get() = listener.localPort
    val statusUrl: String get() = "http://127.0.0.1:$port/payments/{payment_id}/status"
    val messagesUrl: String get() = "http://127.0.0.1:$port/messages"

    init {
        threads.execute {
            while (!listener.isClosed) {
                val socket = runCatching { listener.accept() }.getOrNull() ?: break
                threads.execute { runCatching { socket.use(::serve) } }
            }
        }
    }

    /** One request of one connection. What it throws closes the connection without a word. */
    private fun serve(socket: Socket) {
        val stream = socket.getInputStream().buffered()
        val (method, path) = line(stream).split(" ")
        val headers = generateSequence { line(stream).ifEmpty { null } }
            .associate { it.substringBefore(":").lowercase() to it.substringAfter(":").trim() }
        val body = stream.readNBytes(headers["content-length"]?.toInt() ?: 0).decodeToString()
        val id = if (method == "GET") path.split("/")[2] else headers.getValue("idempotency-key")
        val heard = Heard(id, times.merge(id, 1, Int::plus)!!, body, headers).also(heard::add)
        val said = if (method == "GET") ask(heard) else take(heard)
        if (method != "GET" && said.status in 200..299) taken += id to body
        val signature = said.signer?.let { signed(it, said.body) }.orEmpty()
        val bytes = said.body.toByteArray()
        val all = said.headers + signature + mapOf("content-length" to "${bytes.size}", "connection" to "close")
        val head = "HTTP/1.1 ${said.status} Said\r\n" + all.map { (name, value) -> "$name: $value\r\n" }.joinToString("") + "\r\n"
        socket.getOutputStream().write(head.toByteArray() + bytes)
    }

    private fun line(stream: InputStream): String {
        val bytes = generateSequence { stream.read().takeIf { it >= 0 && it != '\n'.code } }.map { it.toByte() }
        return bytes.toList().toByteArray().decodeToString().trimEnd('\r')
    }

    override fun close() {
        listener.close()
        threads.shutdownNow()
    }
}

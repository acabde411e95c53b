package paywright

import java.io.IOException
import java.math.BigDecimal
import java.net.InetAddress
import java.net.ServerSocket
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.assertThrows

private const val ID = "pay_01J0000000000000000000000A"
private val LOOPBACK = InetAddress.getLoopbackAddress()

class TransportTest {
    private fun get(url: String) = OutgoingRequest("GET", url, mapOf("accept" to listOf("application/json")), ByteArray(0))

    private fun post(url: String, body: String = "{}") =
        OutgoingRequest("POST", url, mapOf("idempotency-key" to listOf("msg_1")), body.toByteArray())

    private fun sent(request: OutgoingRequest, transport: HttpTransport = UrlTransport()) =
        runBlocking { transport.send(request) }

    private fun ShopServer.status() = statusUrl.replace("{payment_id}", ID)

    private fun missing(answered: Answered): NoResponse = assertIs<Answered.Missing>(answered).reason

    /** Protects: any status is an answer, with its headers and its body, also to a request with a body. */
    @TestFactory
    fun statuses() = listOf(200, 302, 401, 404, 410, 422, 500, 503).map { status ->
        dynamicTest("$status") {
            val said = Said(status, "{\"said\":1}", headers = mapOf("x-said" to "yes", "location" to "/payments/x/status"))
            ShopServer(take = { said }, ask = { said }).use { server ->
                listOf(get(server.status()), post(server.messagesUrl)).forEach { request ->
                    val answer = assertIs<Answered.Response>(sent(request))
                    assertEquals(status, answer.status)
                    // Java's own client keeps these words to itself where the body was not to be sent again.
                    if (status == 401 && request.method == "POST") return@forEach
                    assertEquals("{\"said\":1}", answer.body.decodeToString())
                    val header = answer.headers.entries.single { it.key.equals("x-said", ignoreCase = true) }
                    assertEquals(listOf("yes"), header.value)
                }
                assertEquals(2, server.heard.size, "a redirect was followed, or something was sent twice")
            }
        }
    }

    /** Protects: the server hears what was to be sent, with what the application adds, which replaces nothing. */
    @Test
    fun headersAreAdded() = ShopServer().use { server ->
        val own = mapOf("Authorization" to "Bearer throwaway", "Idempotency-Key" to "of the application")
        sent(post(server.messagesUrl, "{\"note\":\"早\"}"), UrlTransport { own })
        val heard = server.heard.single()
        assertEquals("Bearer throwaway", heard.headers["authorization"])
        assertEquals("msg_1", heard.headers["idempotency-key"])
        assertEquals("{\"note\":\"早\"}", heard.body)
    }

    /** Protects: what surely never left is told apart from what may have arrived. */
    @Test
    fun neverLeft() {
        val closed = ServerSocket(0, 1, LOOPBACK).use { it.localPort }
        assertEquals(NoResponse.NOT_SENT, missing(sent(post("http://127.0.0.1:$closed/messages"))))
        assertEquals(NoResponse.NOT_SENT, missing(sent(get("https://127.0.0.1:$closed/"))))
        assertEquals(NoResponse.NOT_SENT, missing(sent(get("https://nobody.invalid/"))))
    }

    /** Protects: nothing goes out in the clear, except to this machine under a name that surely means it. */
    @TestFactory
    fun inTheClear() = listOf(
        "http://[::ffff:127.0.0.1]:PORT/payments/x/status", "http://127.0.0.1.example:PORT/", "http://127.0.0.1@192.0.2.1/",
        "ftp://127.0.0.1/", "file:///etc/hosts", "nonsense", "",
    ).map { address ->
        dynamicTest("[$address]") {
            ShopServer().use { server ->
                val url = address.replace("PORT", "${server.port}")
                assertEquals(NoResponse.NOT_SENT, missing(sent(get(url))))
                assertEquals(emptyList(), server.heard)
            }
        }
    }

    /** Protects: an answer up to the limit is read, and no more than that. */
    @Test
    fun largeAnswers() {
        val limit = 4 * 1024 * 1024
        val size = AtomicInteger(limit)
        ShopServer(ask = { Said(200, "x".repeat(size.get())) }).use { server ->
            assertEquals(limit, assertIs<Answered.Response>(sent(get(server.status()))).body.size)
            size.incrementAndGet()
            assertEquals(NoResponse.UNKNOWN, missing(sent(get(server.status()))))
        }
    }

    /** A server that answers each connection with these bytes, then with nothing; how many connections it had. */
    private fun raw(answer: String, last: CountDownLatch? = null, work: (String, AtomicInteger) -> Unit) {
        val connections = AtomicInteger()
        ServerSocket(0, 9, LOOPBACK).use { server ->
            thread(isDaemon = true) {
                while (!server.isClosed) {
                    val socket = runCatching { server.accept() }.getOrNull() ?: break
                    connections.incrementAndGet()
                    thread(isDaemon = true) {
                        socket.use {
                            it.getInputStream().read(ByteArray(8192))
                            it.getOutputStream().apply { write(answer.toByteArray()) }.flush()
                            // Then a byte now and then, where there was anything at all, for as long as anybody listens.
                            while (last?.await(50, TimeUnit.MILLISECONDS) == false) {
                                if (answer.isNotEmpty()) it.getOutputStream().apply { write(' '.code) }.flush()
                            }
                        }
                    }
                }
            }
            work("http://127.0.0.1:${server.localPort}/", connections)
        }
    }

    /** Protects: a message whose answer is lost, cut off or nonsense is not sent again behind our back; its fate is open. */
    @TestFactory
    fun lostAnswers() = listOf(
        "", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        "no HTTP\r\n\r\n", "HTTP/1.1 \r\n\r\n",
    ).map { answer ->
        dynamicTest("[$answer]") {
            raw(answer) { url, connections ->
                assertEquals(NoResponse.UNKNOWN, missing(sent(post(url))))
                assertEquals(1, connections.get())
            }
        }
    }

    /** Protects: a server that says nothing, or hardly anything, is given up in time. */
    @TestFactory
    fun silence() = listOf("", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").map { answer ->
        dynamicTest("[$answer]") {
            val end = CountDownLatch(1)
            raw(answer, end) { url, _ ->
                val answered = runBlocking { withTimeout(60.seconds) { UrlTransport(wholeTimeoutMs = 300).send(get(url)) } }
                assertEquals(NoResponse.UNKNOWN, missing(answered))
                end.countDown()
            }
        }
    }

    /** Protects: whoever is cancelled does not wait for the network, and holds no connection. */
    @Test
    fun cancelled() = ServerSocket(0, 9, LOOPBACK).use { server ->
        val (begun, ended) = CompletableDeferred<Int>() to CompletableDeferred<Int>()
        thread(isDaemon = true) {
            server.accept().use {
                val stream = it.getInputStream()
                begun.complete(stream.read(ByteArray(8192)))
                ended.complete(stream.read())
            }
        }
        runBlocking {
            withTimeout(60.seconds) {
                val transport = UrlTransport(wholeTimeoutMs = 600_000)
                val sending = launch { transport.send(get("http://127.0.0.1:${server.localPort}/")) }
                assertTrue(begun.await() > 0)
                sending.cancelAndJoin()
                assertEquals(-1, ended.await())
            }
        }
    }

    /** Protects: an operation of an engine is carried to its end, through the troubles of a gateway. */
    @Test
    fun operationsAreCarried() {
        val url = """"url":"https://checkout.stripe.com/c/pay/x""""
        val answers = ArrayDeque<(String) -> Answered>()
        answers += { Answered.Response(503, emptyMap(), ByteArray(0)) }
        answers += { id ->
            val body = """{"id":"cs_test_1","object":"checkout.session","livemode":false,"amount_total":10000,""" +
                """"currency":"usd","status":"open","payment_status":"unpaid","mode":"payment",$url,""" +
                """"payment_intent":null,"metadata":{"payment_id":"$id"}}"""
            Answered.Response(200, mapOf("request-id" to listOf("req_1")), body.toByteArray())
        }
        val stripe = Stripe(SecretText("sk_test_throwaway"), webhookSecrets = listOf(SecretText("whsec_throwaway")))
        Paywright.open("sqlite::memory:", listOf(Gateway.Stripe(stripe)), Mode.TEST, seed = 1).use { pay ->
            val order = pay.createOrder("USD", amount = BigDecimal("100.00"))
            val id = pay.createPayment(order.id, method = "card", returnUrl = "https://shop.example/", send = false).id
            val sent = mutableListOf<OutgoingRequest>()
            val transport = HttpTransport { request -> answers.removeFirst()(id).also { sent += request } }
            val step = runBlocking { pay.carry(pay.begin(id, StepOperation.PAY), transport) }
            assertEquals("https://checkout.stripe.com/c/pay/x", step.payment?.action?.url)
            assertEquals(2, sent.size)
            assertContentEquals(sent[0].body, sent[1].body)
        }
    }

    /** Protects: what came back is handed in, also when whoever waits was cancelled; a broken transport breaks loudly. */
    @Test
    fun whatCameIsHandedIn() = runBlocking {
        val got = mutableListOf<Answered>()
        val begun = CompletableDeferred<Job>()
        val sending = launch {
            val transport = HttpTransport {
                begun.await().cancel()
                Answered.Response(200, emptyMap(), ByteArray(0))
            }
            transport.exchange(get("https://shop.example/")) {
                yield() // where whoever is cancelled goes no further
                got += it
            }
        }
        begun.complete(sending)
        sending.join()
        assertTrue(sending.isCancelled)
        assertIs<Answered.Response>(got.single())
        val broken = HttpTransport { throw IllegalStateException("a mistake") }
        assertThrows<IllegalStateException> { runBlocking { broken.exchange(get("https://shop.example/")) { got += it } } }
        val away = HttpTransport { throw IOException("no network") }
        away.exchange(get("https://shop.example/")) { got += it }
        assertEquals(listOf(NoResponse.UNKNOWN, NoResponse.UNKNOWN), got.drop(1).map(::missing))
    }
}

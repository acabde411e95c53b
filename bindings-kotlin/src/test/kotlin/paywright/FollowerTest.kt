package paywright

import java.io.IOException
import java.net.InetAddress
import java.net.ServerSocket
import java.time.Instant
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

private const val ID = "pay_01J0000000000000000000000A"

@OptIn(ExperimentalCoroutinesApi::class)
class FollowerTest {
    /** Works with a follower of a server while its session runs. */
    private fun following(
        server: ShopServer,
        transport: HttpTransport = UrlTransport(),
        work: suspend CoroutineScope.(FollowerSession) -> Unit,
    ) = open(server.statusUrl, server.messagesUrl).use { follower ->
        runBlocking {
            // A bound for a test that would hang, and nothing that is measured.
            withTimeout(60.seconds) {
                val session = FollowerSession(follower, transport)
                val running = launch { session.run() }
                work(session)
                running.cancelAndJoin()
            }
        }
    }

    private fun open(statusUrl: String, messagesUrl: String? = null, clock: ManualClock? = null) =
        PaymentFollower.open(":memory:", statusUrl, messagesUrl, listOf(SHOP_PUBLIC_KEY), clock)

    /** The payment once it is as wanted. Whoever waits presses the button that asks at once. */
    private suspend fun FollowerSession.untilPayment(wanted: (FollowedPayment) -> Boolean): FollowedPayment {
        while (true) {
            payments.value.find { it.id == ID && wanted(it) }?.let { return it }
            hurry()
            delay(20)
        }
    }

    /** Protects: a payment that becomes paid is shown as it moves, and the showing ends with it. */
    @Test
    fun paymentIsFollowedToItsEnd() = ShopServer(
        ask = { Said(200, payment(it.id, if (it.times < 2) "processing" else "succeeded"), "server") },
    ).use { server ->
        following(server) { session ->
            session.follow(payment(ID, "init"))
            val shown = session.payment(ID).toList()
            assertEquals(PaymentState.SUCCEEDED, shown.last().state)
            assertTrue(shown.last().isFinal)
            assertTrue(shown.dropLast(1).none { it.isFinal })
            assertEquals(shown.last(), session.payments.value.single())
            assertEquals(2, server.heard.size)
        }
    }

    /** Protects: what is told arrives in its order and is taken once, from a server that is down at first and then in trouble. */
    @Test
    fun messagesArriveOnce() {
        val port = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { it.localPort }
        val messages = "http://127.0.0.1:$port/messages"
        open("http://127.0.0.1:$port/payments/{payment_id}/status", messages).use { follower ->
            runBlocking {
                withTimeout(60.seconds) {
                    val session = FollowerSession(follower, UrlTransport { mapOf("Authorization" to "Bearer throwaway") })
                    val running = launch { session.run() }
                    val told = List(5) { session.tell("""{"note":$it}""") }
                    while (session.messages().first().attempts == 0L) delay(20)
                    assertEquals(told.map { it.id }, session.messages().map { it.id })
                    ShopServer(port, take = { Said(if (it.times < 3) 503 else 204) }).use { server ->
                        while (session.messages().isNotEmpty()) {
                            session.hurry()
                            delay(20)
                        }
                        assertEquals(told.map { it.id to it.body }, server.taken)
                        assertEquals(told.associate { it.id to 3 }, server.heard.groupingBy { it.id }.eachCount())
                        assertTrue(server.heard.all { it.headers["authorization"] == "Bearer throwaway" })
                    }
                    running.cancelAndJoin()
                }
            }
        }
    }

    /** Protects: "succeeded" is never shown while nobody signs it but a stranger, and is shown once the server does. */
    @Test
    fun claimsAreNotShown() {
        val isHonest = AtomicBoolean()
        val ask = { heard: Heard ->
            val signer = if (isHonest.get()) "server" else if (heard.times % 2 == 0) "other" else null
            Said(200, payment(heard.id, "succeeded"), signer)
        }
        ShopServer(ask = ask).use { server ->
            following(server) { session ->
                val shown = mutableListOf<PaymentState>()
                val showing = launch { session.payments.collect { all -> shown += all.map { it.state } } }
                session.follow(payment(ID, "succeeded"))
                session.untilPayment { it.failures >= 4 }
                assertEquals(setOf(PaymentState.PROCESSING), shown.toSet())
                isHonest.set(true)
                assertEquals(PaymentState.SUCCEEDED, session.untilPayment { it.isFinal }.state)
                showing.cancel()
            }
        }
    }

    /** Protects: nobody is followed to where another address, or a flood, would answer. */
    @Test
    fun redirectsAndFloodsAreNoAnswers() {
        val elsewhere = "pay_01J0000000000000000000000B"
        val ask = { heard: Heard ->
            when {
                heard.id == elsewhere -> Said(200, payment(ID, "succeeded"), "server")
                heard.times == 1 -> Said(302, headers = mapOf("location" to "/payments/$elsewhere/status"))
                else -> Said(200, " ".repeat(5 * 1024 * 1024) + payment(ID, "succeeded"), "server")
            }
        }
        ShopServer(ask = ask).use { server ->
            following(server) { session ->
                session.follow(payment(ID))
                assertEquals(302, session.untilPayment { it.failures == 1L }.lastStatus)
                assertNull(session.untilPayment { it.failures >= 2 }.lastStatus)
                assertEquals(PaymentState.PROCESSING, session.payments.value.single().state)
                assertTrue(server.heard.none { it.id == elsewhere })
            }
        }
    }

    /** Protects: a push is shown, a forged one is not, and a payment that is forgotten is shown no longer. */
    @Test
    fun pushesAreShown() = ShopServer(ask = { Said(503) }).use { server ->
        following(server) { session ->
            session.follow(payment(ID))
            val body = """{"type":"payment.succeeded","data":{"payment_id":"$ID"}}"""
            val forged = signed("other", body).mapValues { listOf(it.value) }
            assertEquals("auth_mismatch", assertThrows<PaywrightException> {
                runBlocking { session.receivePush(forged, body.toByteArray()) }
            }.code)
            assertEquals(PaymentState.PROCESSING, session.payments.value.single().state)
            session.receivePush(signed("server", body).mapValues { listOf(it.value) }, body.toByteArray())
            assertEquals(PaymentState.SUCCEEDED, session.payment(ID).toList().last().state)
            session.forget(ID)
            assertEquals(emptyList(), session.payments.value)
            val error = assertThrows<PaywrightException> { runBlocking { session.payment(ID).first() } }
            assertEquals("payment_not_found", error.code)
        }
    }

    /** Protects: an application that leaves while the server is silent does not wait, and asks again as soon as it is back. */
    @Test
    fun leavingAndComingBack() {
        val silence = CountDownLatch(1)
        val ask = { heard: Heard ->
            if (heard.times == 1) silence.await()
            Said(200, payment(heard.id, "succeeded"), "server")
        }
        ShopServer(ask = ask).use { server ->
            open(server.statusUrl).use { follower ->
                runBlocking {
                    withTimeout(60.seconds) {
                        val session = FollowerSession(follower)
                        session.follow(payment(ID))
                        val away = launch { session.run() }
                        while (server.heard.isEmpty()) delay(10)
                        away.cancelAndJoin()
                        assertEquals(1, session.payments.value.single().failures)
                        assertEquals(1, silence.count)
                        val back = launch { session.run() }
                        assertEquals(PaymentState.SUCCEEDED, session.payment(ID).toList().last().state)
                        back.cancelAndJoin()
                    }
                }
            }
            silence.countDown()
        }
    }

    /** Protects: an answer that has come is kept, also when everything was cancelled while it came. */
    @Test
    fun whatCameIsKept() = runBlocking {
        open("https://shop.example/payments/{payment_id}/status").use { follower ->
            lateinit var running: Job
            val transport = HttpTransport {
                running.cancel()
                val body = payment(ID, "succeeded")
                Answered.Response(200, signed("server", body).mapValues { listOf(it.value) }, body.toByteArray())
            }
            val session = FollowerSession(follower, transport)
            session.follow(payment(ID))
            running = launch { session.run() }
            running.join()
            assertEquals(PaymentState.SUCCEEDED, follower.followed(ID).state)
            assertEquals(PaymentState.SUCCEEDED, session.payments.value.single().state)
        }
    }

    /** Protects: one request that hangs does not keep the payer from hearing. */
    @Test
    fun oneThatHangsKeepsNoOther() {
        val silence = CountDownLatch(1)
        ShopServer(
            take = { Said(204).also { silence.await() } },
            ask = { Said(200, payment(it.id, "succeeded"), "server") },
        ).use { server ->
            following(server, UrlTransport(wholeTimeoutMs = 600_000)) { session ->
                session.tell("{}")
                while (server.heard.isEmpty()) delay(10)
                session.follow(payment(ID))
                assertEquals(PaymentState.SUCCEEDED, session.payment(ID).toList().last().state)
                assertEquals(1, session.messages().size)
                silence.countDown()
            }
        }
    }

    /** Runs a session in time that passes as fast as nobody has anything to do, by one clock for all. */
    private fun inNoTime(
        transport: HttpTransport,
        work: suspend TestScope.(FollowerSession, ManualClock) -> Unit,
    ) = runTest {
        val clock = ManualClock(Instant.parse("2026-01-01T00:00:00Z"))
        open("https://shop.example/{payment_id}", "https://shop.example/messages", clock).use { follower ->
            val here: CoroutineDispatcher = StandardTestDispatcher(testScheduler)
            val session = FollowerSession(follower, transport, here)
            backgroundScope.launch {
                while (true) {
                    delay(1.seconds)
                    clock.advance(1)
                }
            }
            val running = launch { session.run() }
            work(session, clock)
            running.cancelAndJoin()
        }
    }

    /** Protects: a network that is away for hours ends nothing, and a payer is told within minutes after it is back. */
    @Test
    fun theNetworkIsAwayForHours() {
        var isThere = false
        val transport = HttpTransport { request ->
            if (!isThere) throw IOException("no network")
            val body = payment(request.url.substringAfterLast('/'), "succeeded")
            Answered.Response(200, signed("server", body).mapValues { listOf(it.value) }, body.toByteArray())
        }
        inNoTime(transport) { session, clock ->
            session.follow(payment(ID))
            delay(5.hours)
            val waiting = session.payments.value.single()
            assertTrue(waiting.failures in 50..100, "${waiting.failures}")
            assertNotNull(waiting.nextQuestionAt)
            isThere = true
            val back = clock.now()
            assertEquals(PaymentState.SUCCEEDED, session.payment(ID).toList().last().state)
            assertTrue(clock.now() <= back.plusSeconds(6 * 60), "${clock.now()}")
        }
    }

    /** Protects: whoever comes back to the application after hours hears at once. */
    @Test
    fun comingBackAsksAtOnce() {
        var asked = 0
        val transport = HttpTransport { Answered.Response(503, emptyMap(), ByteArray(0)).also { asked += 1 } }
        inNoTime(transport) { session, _ ->
            session.follow(payment(ID))
            delay(5.hours)
            val (before, quiet) = asked to currentTime
            val second = launch { session.run() }
            while (asked == before) delay(1)
            assertTrue(currentTime - quiet < 100, "${currentTime - quiet} ms")
            second.cancelAndJoin()
        }
    }

    /** Protects: whoever tells, follows, asks or hurries waits for nothing, however quiet it was before. */
    @Test
    fun newsWakeAtOnce() {
        var asked = 0
        val transport = HttpTransport { request ->
            if (request.method == "GET") asked += 1
            Answered.Response(503, emptyMap(), ByteArray(0))
        }
        inNoTime(transport) { session, _ ->
            delay(1.hours)
            val quiet = currentTime
            session.tell("{}")
            session.follow(payment(ID))
            while (asked == 0 || session.messages().single().attempts == 0L) delay(1)
            session.hurry()
            while (asked == 1) delay(1)
            session.askNow(ID)
            while (asked == 2) delay(1)
            assertTrue(currentTime - quiet < 100, "${currentTime - quiet} ms")
        }
    }

    /** Protects: a job without a screen does what is due and says when more is. */
    @Test
    fun jobsDoWhatIsDue() = runBlocking {
        val sent = mutableListOf<String>()
        val transport = HttpTransport { request ->
            sent += request.method
            Answered.Response(204, emptyMap(), ByteArray(0))
        }
        val clock = ManualClock(Instant.parse("2026-01-01T00:00:00Z"))
        open("https://shop.example/{payment_id}", "https://shop.example/messages", clock).use { follower ->
            assertNull(follower.carryDue(transport))
            follower.tell("{}")
            follower.tell("{}")
            follower.follow(payment(ID))
            assertTrue(follower.carryDue(transport)!! in 1..2_000)
            assertEquals(listOf("POST", "POST", "GET"), sent)
            assertEquals(emptyList(), follower.messages())
        }
    }

    /** Protects: what is wrong with the file ends the work with its code, and is not tried for ever. */
    @Test
    fun closedFileEndsIt() = open("https://shop.example/{payment_id}").use { follower ->
        val session = FollowerSession(follower, {
            follower.shutDown()
            Answered.Missing(NoResponse.NOT_SENT)
        })
        val error = assertThrows<PaywrightException> {
            runBlocking {
                session.follow(payment(ID))
                withTimeout(60.seconds) { session.run() }
            }
        }
        assertEquals("store_closed", error.code)
    }
}

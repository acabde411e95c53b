// Drives a payment follower: waits, sends, hands in, and shows what changed. What is believed, and when the server is asked, is
// decided in the core; here is no word about it.

package paywright

import kotlin.math.min
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.transformWhile
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/** One request that hangs does not keep the others; more at a time would be a burden to a phone. */
private const val HANDS = 2

/** A device that slept counted no time, so nobody waits for longer without looking again. */
private const val LOOK_AGAIN_MS = 60_000L

/** A file that is busy is free again soon. */
private const val BUSY_MS = 1_000L

/**
 * Follows payments for the screens of an application: [run] does the work for as long as somebody looks, [payments] and
 * [payment] show what it comes to. One for each follower, in an object that outlives the screens; its methods may be called
 * from any thread and do their work on `files`. What is done to the follower past this object is seen with the next [run].
 *
 * Making one reads the follower's file, as opening the follower did. Cancel [run] before the follower is closed.
 */
class FollowerSession(
    private val follower: PaymentFollower,
    private val transport: HttpTransport = UrlTransport(),
    private val files: CoroutineDispatcher = Dispatchers.IO,
) {
    private val known = MutableStateFlow(follower.allFollowed())

    /** Counts what made it worth looking again. */
    private val changes = MutableStateFlow(0L)

    /** What is read first is shown first. */
    private val order = Mutex()

    /** All payments that are followed or were and are not forgotten, the first first. */
    val payments: StateFlow<List<FollowedPayment>> = known.asStateFlow()

    /**
     * One payment, whenever it changes, until it is final or forgotten. Late money may still make a failed one succeed;
     * [payments] shows it. Errors: `payment_not_found`, `id_format`.
     */
    fun payment(paymentId: String): Flow<FollowedPayment> = flow {
        changing { follower.followed(paymentId) }
        val one = known.map { all -> all.find { it.id == paymentId } }.distinctUntilChanged()
        emitAll(
            one.transformWhile { payment ->
                if (payment != null) emit(payment)
                payment?.isFinal == false
            },
        )
    }

    /**
     * Asks and tells until it is cancelled, beginning at once with everything that waits: start it whenever the application
     * comes to the front. It waits while the network is away, and while nothing is followed. What came back is kept, also when
     * it is cancelled. Errors: `storage_…`, unless they pass; and what the transport throws beside `IOException`.
     */
    suspend fun run(): Nothing = coroutineScope {
        inside {
            follower.hurry()
            order.withLock { known.value = follower.allFollowed() }
        }
        repeat(HANDS) { launch { work() } }
        awaitCancellation()
    }

    /** As `PaymentFollower.follow`; the server is asked at once while [run] runs. */
    suspend fun follow(payment: String): FollowedPayment = changing { follower.follow(payment) }

    /** As `PaymentFollower.askNow`. */
    suspend fun askNow(paymentId: String): FollowedPayment = changing { follower.askNow(paymentId) }

    /** As `PaymentFollower.receivePush`. */
    suspend fun receivePush(headers: Map<String, List<String>>, body: ByteArray): FollowedPayment? =
        changing { follower.receivePush(headers, body) }

    /** As `PaymentFollower.forget`. */
    suspend fun forget(paymentId: String): Unit = inside {
        order.withLock {
            follower.forget(paymentId)
            known.update { all -> all.filter { it.id != paymentId } }
        }
    }

    /** As `PaymentFollower.tell`: on disk when this returns, and sent at once while [run] runs. */
    suspend fun tell(body: String): ServerMessage = inside { follower.tell(body) }

    /** As `PaymentFollower.messages`. */
    suspend fun messages(): List<ServerMessage> = withContext(files) { follower.messages() }

    /** As `PaymentFollower.forgetMessage`. */
    suspend fun forgetMessage(messageId: String): Unit = inside { follower.forgetMessage(messageId) }

    /** As `PaymentFollower.hurry`: the network came back. */
    suspend fun hurry(): Unit = inside { follower.hurry() }

    private suspend fun work() {
        while (true) {
            val seen = changes.value
            val quietMs = try {
                follower.carryDue(transport, files) { ticket, came ->
                    changing { follower.resume(ticket, came).payment }
                }
            } catch (error: PaywrightException) {
                if (error.retryable) BUSY_MS else throw error
            }
            withTimeoutOrNull(min(quietMs ?: LOOK_AGAIN_MS, LOOK_AGAIN_MS)) { changes.first { it != seen } }
        }
    }

    /** Does something that a payment comes out of, and shows it. */
    private suspend fun <T : FollowedPayment?> changing(work: () -> T): T = inside {
        order.withLock { work().also(::show) }
    }

    private fun show(payment: FollowedPayment?) {
        if (payment == null) return
        known.update { all ->
            val isNew = all.none { it.id == payment.id }
            if (isNew) all + payment else all.map { if (it.id == payment.id) payment else it }
        }
    }

    /** What has begun is carried out, also when whoever awaits it is cancelled. Then [run] looks again. */
    private suspend fun <T> inside(work: suspend () -> T): T = withContext(NonCancellable + files) {
        work().also { changes.update { it + 1 } }
    }
}

/**
 * Asks and tells what is due now, one after the other, and answers with how long nothing more is, in milliseconds, or with
 * nothing where nothing is left to ask or tell. For a job that the system starts while no screen is open; screens have
 * [FollowerSession]. Errors: `storage_…`, and what the transport throws beside `IOException`.
 */
suspend fun PaymentFollower.carryDue(transport: HttpTransport): Long? =
    carryDue(transport, Dispatchers.IO) { ticket, came -> withContext(Dispatchers.IO) { resume(ticket, came) } }

private suspend fun PaymentFollower.carryDue(
    transport: HttpTransport,
    files: CoroutineDispatcher,
    handIn: suspend (String, Answered) -> Unit,
): Long? {
    while (true) {
        // Not to be cancelled: a request that was handed out and lost would not be handed out again for a minute.
        val step = withContext(NonCancellable + files) { nextStep() } ?: return null
        val request = step.request ?: return step.afterMs
        val ticket = step.ticket ?: return step.afterMs
        transport.exchange(request) { came -> handIn(ticket, came) }
    }
}

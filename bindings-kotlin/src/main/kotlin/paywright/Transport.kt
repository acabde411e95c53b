// Who carries a request, and what came of it. Here is only what every carrier has in common: whatever happens meanwhile, what
// came back is handed in. It sends nothing itself.

package paywright

import java.io.IOException
import kotlin.coroutines.cancellation.CancellationException
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext

/** Carries requests: [UrlTransport], or the application's own HTTP client. */
fun interface HttpTransport {
    /**
     * Sends a request once, to exactly the address that it names, following no redirect. Any status is an answer. A network
     * that is away is [Answered.Missing], or an `IOException`, which counts as [NoResponse.UNKNOWN].
     */
    suspend fun send(request: OutgoingRequest): Answered
}

/** What came of a request. */
sealed interface Answered {
    /** An answer, whatever it says. Names of headers may be in any case; the body is as it came. */
    class Response(val status: Int, val headers: Map<String, List<String>>, val body: ByteArray) : Answered

    /** No answer. [NoResponse.NOT_SENT] only where certainly nothing of the request went out. */
    class Missing(val reason: NoResponse) : Answered
}

/**
 * Carries an operation of an engine to its end: waits, sends and resumes until the step has a result. Cancelled while it
 * sends, it still hands in what came back, or that nothing did; what is open then is asked later, as after any lost answer.
 * Errors: those of the operation.
 */
suspend fun Paywright.carry(step: Step, transport: HttpTransport): Step {
    var now = step
    while (true) {
        val request = now.request ?: return now
        val ticket = now.ticket ?: return now
        delay(now.afterMs)
        now = transport.exchange(request) { came -> background { resume(ticket, came) } }
    }
}

/**
 * Sends a request and hands in what came of it, also where that is nothing, and also when whoever waits is cancelled: what was
 * handed out and never comes back would be waited for in vain.
 */
internal suspend fun <T> HttpTransport.exchange(request: OutgoingRequest, handIn: suspend (Answered) -> T): T {
    var came: Answered = Answered.Missing(NoResponse.NOT_SENT)
    var broken: Throwable? = null
    try {
        currentCoroutineContext().ensureActive()
        came = Answered.Missing(NoResponse.UNKNOWN)
        came = send(request)
    } catch (error: Throwable) {
        broken = error
    }
    val result = withContext(NonCancellable) { handIn(came) }
    currentCoroutineContext().ensureActive()
    // A network that is away and a deadline of the transport's own are no answer, and no more than that.
    if (broken != null && broken !is IOException && broken !is CancellationException) throw broken
    return result
}

internal fun PaymentFollower.resume(ticket: String, came: Answered): FollowAnswer = when (came) {
    is Answered.Response -> resume(ticket, came.status.toLong(), came.headers, came.body)
    is Answered.Missing -> resume(ticket, failure = came.reason)
}

internal fun Paywright.resume(ticket: String, came: Answered): Step = when (came) {
    is Answered.Response -> resume(ticket, came.status.toLong(), came.headers, came.body)
    is Answered.Missing -> resume(ticket, failure = came.reason)
}

// An application that follows payments, to be killed. It prints what it shows, each on a line: `state <payment> <state>`, and
// `told <message>` once the message is on disk. It never ends well: it is killed, or it ends after a minute.

package paywright

import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull

/** Between one message and the next. */
private const val PAUSE_MS = 100L

/** The file, the addresses of status and messages, then the payments as JSON. */
fun main(arguments: Array<String>): Unit = runBlocking(Dispatchers.Default) {
    val (file, statusUrl, messagesUrl) = arguments
    withTimeoutOrNull(1.minutes) {
        val follower = PaymentFollower.open(file, statusUrl, messagesUrl, listOf(SHOP_PUBLIC_KEY))
        val session = FollowerSession(follower)
        say("opened")
        launch { session.run() }
        arguments.drop(3).forEach { given ->
            val id = session.follow(given).id
            launch { session.payment(id).collect { say("state ${it.id} ${it.state}") } }
        }
        while (true) {
            say("told ${session.tell("""{"at":${System.nanoTime()}}""").id}")
            delay(PAUSE_MS)
        }
    }
    exitProcess(1)
}

/** A line is written at once and whole, or not at all. */
@Synchronized
private fun say(line: String) {
    System.out.write("$line\n".toByteArray())
    System.out.flush()
}

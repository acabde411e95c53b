package paywright

import java.io.File
import java.nio.file.Path
import java.util.concurrent.ThreadLocalRandom
import java.util.concurrent.TimeUnit
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** How often the application is killed: `-Dpaywright.kills=100` for more. */
private val KILLS = Integer.getInteger("paywright.kills", 15)

/** How long a process may take before it is up; then the test is broken. */
private const val UP_SECONDS = 60L

/** An application is killed within so long after it is up. */
private const val LIFE_MS = 2_000L

/** An application that starts is killed within so long after it was started. */
private const val START_MS = 1_200L

class KillTest {
    @TempDir
    lateinit var folder: Path

    private val seed = java.lang.Long.getLong("paywright.seed", System.nanoTime())
    private val dice = Random(seed)
    private val payments = List(8) { "pay_01J0000000000000000000000$it" }

    /** Each second one is paid, after this many questions; the others never are. */
    private val paidAfter = payments.filterIndexed { index, _ -> index % 2 == 0 }
        .associateWith { dice.nextInt(1, KILLS + 1) }

    /** What all processes printed, and what the file said after each. */
    private val told = mutableSetOf<String>()
    private val shownPaid = mutableSetOf<String>()
    private var kills = 0
    private var states = 0

    /**
     * Protects: whenever the application is killed, "succeeded" is never shown or kept for what was not paid, what was shown
     * is kept, every payment that was paid is known to be in the end, and every message whose `tell` returned arrives.
     */
    @Test
    fun killedOverAndOver() {
        ShopServer(take = ::take, ask = ::answer).use { server ->
            val file = folder.resolve("payments.db").toString()
            repeat(KILLS) {
                live(file, server)
                check(file, server)
            }
            settle(file, server)
            val said = "seed $seed: $kills kills, $states states shown, ${told.size} messages told, " +
                "${server.taken.size} taken"
            println("$said, ${server.heard.size} requests; ${shownPaid.size} payments were seen to be paid before the end")
            assertTrue(kills == KILLS && told.isNotEmpty(), said)
        }
    }

    /** A server in all its moods: true, late, in trouble, silent, and in the hands of somebody who would like to be paid. */
    private fun answer(heard: Heard): Said {
        val isPaid = heard.times >= (paidAfter[heard.id] ?: Int.MAX_VALUE)
        return when (ThreadLocalRandom.current().nextInt(10)) {
            0 -> Said(200, payment(heard.id, "succeeded"))
            1 -> Said(200, payment(heard.id, "succeeded"), "other")
            2 -> Said(503, payment(heard.id, "succeeded"), "server")
            3 -> throw HangUp()
            else -> Said(200, payment(heard.id, if (isPaid) "succeeded" else "processing"), "server").also { pause() }
        }
    }

    private fun take(heard: Heard): Said = when (ThreadLocalRandom.current().nextInt(10)) {
        0 -> Said(503)
        1 -> throw HangUp()
        else -> Said(204).also { pause() }
    }

    private fun pause() = Thread.sleep(ThreadLocalRandom.current().nextLong(30))

    /** One life of the application: started, killed while it starts or at work, and read to its last word. */
    private fun live(file: String, server: ShopServer) {
        val output = folder.resolve("output.txt").toFile()
        val java = File(System.getProperty("java.home"), "bin/java").path
        val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
        val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
        val given = listOf(file, server.statusUrl, server.messagesUrl) + payments.map { payment(it) }
        val command = listOf(java, library, "-XX:TieredStopAtLevel=1", "-cp", classes, "paywright.FollowerProgramKt") + given
        val process = ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start()
        try {
            if (dice.nextInt(5) == 0) process.waitFor(dice.nextLong(START_MS), TimeUnit.MILLISECONDS)
            else atWork(process, output)
            assertTrue(process.isAlive, output.readText())
        } finally {
            process.destroyForcibly().waitFor()
        }
        kills += 1
        output.readLines().forEach(::read)
    }

    private fun atWork(process: Process, output: File) {
        val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(UP_SECONDS)
        while ("opened" !in output.readText() && process.isAlive && System.nanoTime() < end) Thread.sleep(10)
        assertTrue("opened" in output.readText(), output.readText())
        process.waitFor(dice.nextLong(LIFE_MS), TimeUnit.MILLISECONDS)
    }

    private fun read(line: String) {
        val words = line.split(" ")
        when (words.first()) {
            "opened" -> Unit
            "told" -> told += words[1]
            "state" -> {
                states += 1
                if ("SUCCEEDED" in line) shownPaid += words[1]
            }
            else -> throw AssertionError(line)
        }
    }

    /** The file after a kill. */
    private fun check(file: String, server: ShopServer) = open(file, server).use { follower ->
        val succeeded = follower.allFollowed().filter { it.state == PaymentState.SUCCEEDED }.map { it.id }.toSet()
        assertEquals(emptySet(), (succeeded + shownPaid) - paidAfter.keys)
        assertEquals(emptySet(), shownPaid - succeeded, "it was shown and is not kept")
        val waiting = follower.messages().map { it.id }
        assertEquals(emptySet(), told - waiting.toSet() - server.taken.map { it.first }.toSet())
        follower.shutDown()
    }

    /** A last life, as long as it takes. */
    private fun settle(file: String, server: ShopServer) = open(file, server).use { follower ->
        runBlocking {
            val session = FollowerSession(follower)
            val running = launch { session.run() }
            withTimeout(5.minutes) {
                fun areKnown() = session.payments.value.all { it.isFinal || it.id !in paidAfter }
                while (session.messages().isNotEmpty() || !areKnown()) {
                    session.hurry()
                    delay(50)
                }
            }
            running.cancelAndJoin()
        }
        val succeeded = follower.allFollowed().filter { it.state == PaymentState.SUCCEEDED }.map { it.id }.toSet()
        assertEquals(paidAfter.keys, succeeded)
        // However often a number came, it said the same.
        assertTrue(server.taken.groupBy({ it.first }, { it.second }).values.all { it.toSet().size == 1 })
        assertEquals(emptySet(), told - server.taken.map { it.first }.toSet())
    }

    private fun open(file: String, server: ShopServer) =
        PaymentFollower.open(file, server.statusUrl, server.messagesUrl, listOf(SHOP_PUBLIC_KEY))
}

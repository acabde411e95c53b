// Plays the stories of followed payments through the typed API. It compares; the follower decides.

package paywright

import java.io.File
import java.nio.file.Path
import java.time.Instant
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.io.TempDir

/** Throwaway keys that sign, as the stories name them. */
val SIGNERS = mapOf(
    "server" to "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgc2VydmVyIC4uLi7wEXv3/UgB5T0mrCp2qkPQle8NgKMGrRzF82S9kYQPiQ==",
    "other" to "whsk_dGhyb3dhd2F5IGtleSBvZiB0aGUgb3RoZXIgLi4uLi6a7PcGavnAtQvpOxVMVxfZLhd+EmkaxXLXwQ8Lhr10bg==",
)

/** The headers of a message that one of them signed. */
fun signed(signer: String, body: String, at: Instant = Instant.now()): Map<String, String> {
    val signature = standardWebhooksSign("msg_1", at.epochSecond, body.toByteArray(), SecretText(SIGNERS.getValue(signer)))
    return mapOf("webhook-id" to "msg_1", "webhook-timestamp" to "${at.epochSecond}", "webhook-signature" to signature)
}

class FollowingsTest {
    private val files = File(ROOT, "tests/followings").listFiles { file -> file.extension == "json" }!!.sorted()

    @TempDir
    lateinit var folder: Path

    /** Protects: every story of a followed payment goes in Kotlin as it goes in Rust. */
    @TestFactory
    fun stories() = files.map { file ->
        DynamicTest.dynamicTest(file.nameWithoutExtension) {
            val database = folder.resolve("${file.nameWithoutExtension}.db")
            FollowingStory(read("tests/followings/${file.name}"), database.toString()).play()
        }
    }

    /** Protects: stories are found at all. */
    @Test
    fun storiesAreThere() = assertTrue(files.isNotEmpty())
}

/** A story under way. */
private class FollowingStory(private val story: JsonObject, private val file: String) {
    private val clock = ManualClock(Instant.parse("2026-01-01T00:00:00Z"))
    private val saved = mutableMapOf<String, JsonElement>()
    private var follower = open()
    private var ticket = ""

    private fun open() = PaymentFollower.open(
        file,
        statusUrl = "https://shop.example/payments/{payment_id}/status",
        messagesUrl = story["messages_url"]?.jsonPrimitive?.content,
        publicKeys = story["public_keys"]?.jsonArray.orEmpty().map { it.jsonPrimitive.content },
        clock = clock,
        seed = 1,
    )

    fun play() {
        story.getValue("steps").jsonArray.forEachIndexed { index, step ->
            try {
                step(step.jsonObject)
            } catch (wrong: Throwable) {
                throw AssertionError("step ${index + 1} (${step.jsonObject["call"]}): ${wrong.message}", wrong)
            }
        }
    }

    private fun step(step: JsonObject) {
        step["advance"]?.let { return clock.advance(it.jsonPrimitive.long) }
        // The old one lives on beside the new one, as if it had died without a word.
        if (step["kill"]?.jsonPrimitive?.boolean == true) return Unit.also { follower = open() }
        val with = filled(step["with"] ?: JsonObject(emptyMap())).jsonObject
        val call = step.getValue("call").jsonPrimitive.content
        val refusal = step["refused"]?.jsonPrimitive?.content
        val found = try {
            plain(call(call, with))
        } catch (error: PaywrightException) {
            return assertEquals(refusal, error.code, error.message)
        }
        assertEquals(null, refusal, "$found")
        step["expect"]?.let { compare("expect", filled(it), found) }
        step["save"]?.jsonObject?.forEach { (name, path) ->
            saved[name] = found.jsonObject.getValue(path.jsonPrimitive.content)
        }
    }

    private fun call(call: String, with: JsonObject): Any? = when (call) {
        "follow" -> follower.follow(text(with, "payment"))
        "followed" -> follower.followed(text(with, "payment_id"))
        "all_followed" -> follower.allFollowed()
        "ask_now" -> follower.askNow(text(with, "payment_id"))
        "forget" -> follower.forget(text(with, "payment_id"))
        "hurry" -> follower.hurry()
        "tell" -> follower.tell(text(with, "body"))
        "messages" -> follower.messages()
        "forget_message" -> follower.forgetMessage(text(with, "message_id"))
        "receive_push" -> follower.receivePush(headers(with), text(with, "body").toByteArray())
        "next_step" -> follower.nextStep().also { step -> step?.ticket?.let { ticket = it } }
        "answer" -> answer(with["ticket"]?.jsonPrimitive?.content ?: ticket, with)
        else -> throw AssertionError("no such call: $call")
    }

    private fun answer(ticket: String, with: JsonObject): FollowAnswer {
        val failure = with["failure"] ?: return follower.resume(
            ticket,
            status = with.getValue("status").jsonPrimitive.long,
            headers = headers(with),
            body = text(with, "body").toByteArray(),
        )
        return follower.resume(ticket, failure = NoResponse.valueOf(failure.jsonPrimitive.content.uppercase()))
    }

    /** A text, or an object that is written as one. */
    private fun text(with: JsonObject, name: String): String = when (val value = with[name] ?: with["${name}_text"]) {
        null, JsonNull -> ""
        is JsonPrimitive -> value.content
        else -> value.toString()
    }

    private fun headers(with: JsonObject): Map<String, List<String>> {
        val plain = with["headers"]?.jsonObject.orEmpty().mapValues { it.value.jsonPrimitive.content }
        val at = with["at"]?.let { Instant.parse(it.jsonPrimitive.content) } ?: clock.now()
        val signer = with["signed_by"]?.jsonPrimitive?.content
        val all = if (signer == null) plain else plain + signed(signer, text(with, "body"), at)
        return all.mapValues { listOf(it.value) }
    }

    /** With what was saved in place of its names. */
    private fun filled(value: JsonElement): JsonElement = when (value) {
        is JsonArray -> JsonArray(value.map(::filled))
        is JsonObject -> JsonObject(value.mapValues { filled(it.value) })
        is JsonPrimitive ->
            if (value.isString && value.content.startsWith("$")) saved.getValue(value.content.drop(1)) else value
    }
}

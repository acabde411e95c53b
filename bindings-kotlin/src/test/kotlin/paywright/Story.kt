// Plays scenario files through the typed API. It compares; the engine decides.

package paywright

import java.io.File
import java.time.Instant
import kotlin.reflect.full.memberFunctions
import kotlin.test.assertEquals
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long

val ROOT: File = File(System.getProperty("user.dir")).parentFile

fun read(path: String): JsonObject = Json.parseToJsonElement(File(ROOT, path).readText()).jsonObject

private val METHODS = Paywright::class.memberFunctions.associateBy { it.name }

/** A scenario under way. */
class Story(private val file: JsonObject) {
    /** The steps that were not played, because Kotlin's types have no way to write what is refused: number, call and why. */
    val keptOut = mutableListOf<String>()
    private val clock = ManualClock(Instant.parse(text("clock") ?: "2026-01-01T00:00:00Z"))
    private val saved = mutableMapOf<String, JsonElement>()
    private val pay = Paywright.open(
        "sqlite::memory:",
        gateways = list("gateways")?.map { gateway(it.jsonObject) } ?: listOf(Gateway.Mock(Mock())),
        mode = Mode.valueOf((text("mode") ?: "test").uppercase()),
        flows = list("flows").orEmpty().map { it.toString() },
        webhooks = list("webhooks").orEmpty().map { ::Webhook.called(it.jsonObject) },
        clock = clock,
        seed = file["seed"]?.jsonPrimitive?.long ?: 1,
    )

    private fun text(member: String): String? = file[member]?.jsonPrimitive?.content

    private fun list(member: String): JsonArray? = file[member]?.jsonArray

    fun play() = pay.use {
        list("steps")!!.forEachIndexed { index, step ->
            try {
                step(index + 1, step.jsonObject)
            } catch (wrong: Throwable) {
                throw AssertionError("step ${index + 1} (${step.jsonObject["call"]}): ${wrong.message}", wrong)
            }
        }
        if (file["verify"]?.jsonPrimitive?.boolean != false) assertEquals(emptyList(), pay.verify().violations)
    }

    private fun step(number: Int, step: JsonObject) {
        step["advance"]?.let { return clock.advance(it.jsonPrimitive.long) }
        step["set_clock"]?.let { return clock.set(Instant.parse(it.jsonPrimitive.content)) }
        step["refused"]?.let { return refused(number, step, it.jsonPrimitive.content) }
        val result = call(step)
        step["expect"]?.let { compare("expect", filled(it), result) }
        step["save"]?.jsonObject?.forEach { (name, path) -> saved[name] = part(result, path.jsonPrimitive.content) }
    }

    private fun refused(number: Int, step: JsonObject, code: String) {
        try {
            throw AssertionError("expected the refusal $code, got ${call(step)}")
        } catch (error: PaywrightException) {
            assertEquals(code, error.code, error.message)
            step["details"]?.let { compare("details", filled(it), plain(error.refusal.details)) }
            step["reply"]?.let { compare("reply", filled(it), plain(error.refusal.reply)) }
        } catch (kept: Inexpressible) {
            keptOut += "$number ${step.getValue("call").jsonPrimitive.content}: $code, ${kept.message}"
        }
    }

    private fun call(step: JsonObject): JsonElement {
        val method = METHODS.getValue(camel(step.getValue("call").jsonPrimitive.content))
        val given = step["with"]?.let { filled(it).jsonObject }.orEmpty()
        return try {
            plain(method.called(given, pay))
        } catch (thrown: java.lang.reflect.InvocationTargetException) {
            throw thrown.targetException
        }
    }

    private fun filled(value: JsonElement): JsonElement = when (value) {
        is JsonArray -> JsonArray(value.map(::filled))
        is JsonObject -> JsonObject(value.mapValues { filled(it.value) })
        is JsonPrimitive ->
            if (value.isString && value.content.startsWith("$")) saved.getValue(value.content.drop(1)) else value
    }
}

/** What stands at `name.0.name`; after `?`, the parameter of the address that stands there. */
private fun part(value: JsonElement, path: String): JsonElement {
    val (names, parameter) = path.split("?").let { it[0] to it.getOrNull(1) }
    val found = names.split(".").filter { it.isNotEmpty() }.fold(value) { of, name ->
        if (of is JsonArray) of[name.toInt()] else of.jsonObject.getValue(name)
    }
    if (parameter == null) return found
    return JsonPrimitive(Regex("[?&]$parameter=([^&]*)").find(found.jsonPrimitive.content)!!.groupValues[1])
}

fun compare(path: String, expected: JsonElement, found: JsonElement) {
    if (expected is JsonObject && found is JsonObject) {
        expected.forEach { (name, value) ->
            compare("$path.$name", value, found[name] ?: throw AssertionError("$path.$name: there is no such member"))
        }
    } else if (expected is JsonArray && found is JsonArray && expected.size == found.size) {
        expected.forEachIndexed { index, value -> compare("$path.$index", value, found[index]) }
    } else {
        assertEquals(expected, found, path)
    }
}

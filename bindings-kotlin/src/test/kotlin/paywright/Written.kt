// Between the JSON of scenario files and the types of the public face, in both directions, by what the types say.

package paywright

import java.math.BigDecimal
import java.time.Instant
import kotlin.reflect.KClass
import kotlin.reflect.KFunction
import kotlin.reflect.KParameter
import kotlin.reflect.KType
import kotlin.reflect.full.memberProperties
import kotlin.reflect.full.primaryConstructor
import kotlin.reflect.typeOf
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonArray
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** The types have no way to say what a scenario file says here: an unknown word, a text that is no number. */
class Inexpressible(what: String) : Exception(what)

fun camel(name: String): String = name.replace(Regex("_(\\w)")) { it.groupValues[1].uppercase() }

private fun snake(name: String): String = name.replace(Regex("[A-Z]")) { "_" + it.value.lowercase() }

/** Calls a function with arguments from JSON. What is not there is left out. */
fun <T> KFunction<T>.called(given: Map<String, JsonElement>, self: Any? = null): T {
    val byName = given.mapKeys { camel(it.key) }
    val unknown = byName.keys - parameters.mapNotNull { it.name }.toSet()
    if (unknown.isNotEmpty()) throw Inexpressible("$name has no $unknown")
    val arguments = parameters.mapNotNull { parameter ->
        val value = byName[parameter.name]
        when {
            parameter.kind == KParameter.Kind.INSTANCE -> parameter to self
            value != null -> parameter to typed(value, parameter.type)
            parameter.isOptional -> null
            parameter.type.isMarkedNullable -> parameter to null
            else -> throw Inexpressible("$name needs ${parameter.name}")
        }
    }
    return callBy(arguments.toMap())
}

/** A value of a scenario file as a host would hand it in. */
private fun typed(value: JsonElement, type: KType): Any? {
    if (value is JsonNull) return if (type.isMarkedNullable) null else throw Inexpressible("nothing is no $type")
    val kind = type.classifier as KClass<*>
    if (value !is JsonPrimitive && kind == String::class) throw Inexpressible("$value is no text")
    return when (kind) {
        String::class -> value.jsonPrimitive.content
        Boolean::class -> value.jsonPrimitive.content.toBooleanStrict()
        Long::class -> value.jsonPrimitive.content.toLong()
        BigDecimal::class -> decimal(value.jsonPrimitive)
        Instant::class -> Instant.parse(value.jsonPrimitive.content)
        ByteArray::class -> value.jsonPrimitive.content.toByteArray()
        SecretText::class -> SecretText((value as? JsonPrimitive)?.content ?: value.toString())
        List::class -> value.jsonArray.map { typed(it, type.arguments.single().type!!) }
        Map::class -> named(value.jsonObject, type.arguments.last().type!!)
        Gateway::class -> gateway(value.jsonObject)
        else -> if (kind.java.isEnum) word(kind, value.jsonPrimitive.content) else record(kind, value.jsonObject)
    }
}

private fun decimal(value: JsonPrimitive): BigDecimal =
    if (!value.isString) throw Inexpressible("a number")
    else value.content.toBigDecimalOrNull()?.takeIf { it.toPlainString() == value.content }
        ?: throw Inexpressible("${value.content} is no decimal")

/** Texts by name, or headers, of which each has several. */
private fun named(value: JsonObject, of: KType): Map<String, Any?> =
    value.mapValues { (_, item) ->
        if (of == typeOf<String>()) typed(item, of) else listOf(item.jsonPrimitive.content)
    }

private fun word(kind: KClass<*>, word: String): Any =
    kind.java.enumConstants.find { (it as Enum<*>).name.lowercase() == word }
        ?: throw Inexpressible("$kind has no $word")

private fun record(kind: KClass<*>, fields: JsonObject): Any = kind.primaryConstructor!!.called(fields)

/** The configuration of a gateway: one member, its name, with the fields. */
fun gateway(config: JsonObject): Gateway {
    val (name, fields) = config.entries.single()
    val case = Gateway::class.sealedSubclasses.find { it.simpleName!!.lowercase() == name.replace("_", "") }
        ?: throw Inexpressible("there is no gateway $name")
    val make = case.primaryConstructor!!
    return make.call(record(make.parameters.single().type.classifier as KClass<*>, fields.jsonObject))
}

/** A result as the scenario files write it. */
fun plain(value: Any?): JsonElement = when (value) {
    null -> JsonNull
    is String -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is Long -> JsonPrimitive(value)
    is BigDecimal -> JsonPrimitive(value.toPlainString())
    is Instant -> JsonPrimitive(value.toString())
    is ByteArray -> JsonPrimitive(value.decodeToString())
    is SecretText -> JsonPrimitive(value.toString())
    is Enum<*> -> JsonPrimitive(value.name.lowercase())
    is List<*> -> buildJsonArray { value.forEach { add(plain(it)) } }
    is Map<*, *> -> buildJsonObject {
        value.forEach { (name, item) -> put(name as String, plain((item as? List<*>)?.single() ?: item)) }
    }
    else -> buildJsonObject {
        value::class.memberProperties.forEach { put(snake(it.name), plain(it.getter.call(value))) }
    }
}

package paywright

import java.util.Base64
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory

/** The vector files through the functions: what Rust is judged by, Kotlin is judged by, too. */
class VectorsTest {
    private val files = mutableMapOf<String, JsonObject>()

    private fun file(name: String) = files.getOrPut(name) { read("tests/vectors/$name.json") }

    /** One test for each case of these lists. */
    private fun cases(name: String, vararg lists: String, judge: (JsonObject) -> Unit) = lists.flatMap { list ->
        file(name).getValue(list).jsonArray.mapIndexed { index, case ->
            val of = case.jsonObject
            DynamicTest.dynamicTest("$name:$list:${of.text("id") ?: index}") { judge(of) }
        }
    }

    private fun JsonObject.text(member: String): String? = (this[member] as? JsonPrimitive)?.content

    private fun JsonObject.number(member: String): Long = getValue(member).jsonPrimitive.long

    private fun JsonObject.flag(member: String): Boolean? = (this[member] as? JsonPrimitive)?.boolean

    private fun JsonObject.expected() = getValue("expect").jsonObject

    private fun headers(case: JsonObject): Headers = case["headers"]?.jsonObject.orEmpty().mapValues { (_, value) ->
        if (value is JsonArray) value.map { it.jsonPrimitive.content } else listOf(value.jsonPrimitive.content)
    }

    private fun body(case: JsonObject): ByteArray =
        case.text("body_b64")?.let { Base64.getDecoder().decode(it) } ?: case.text("body")!!.toByteArray()

    /** The code of a refusal; never a defect of ours. */
    private fun refusal(call: () -> Unit): String? = try {
        call()
        null
    } catch (error: PaywrightException) {
        assertNotEquals("internal", error.code)
        error.code
    }

    /** Compares with `verified`. Where a file admits both answers, ours is the stricter one. */
    private fun judged(case: JsonObject, call: () -> Unit): String? {
        val expect = case.expected()
        val code = refusal(call)
        assertEquals(expect.flag("verified")!! && expect.flag("either") != true, code == null, code)
        return code
    }

    /** Protects: Stripe's webhooks, through the binding. */
    @TestFactory
    fun stripe() = cases("stripe_webhooks", "cases") { case ->
        val secrets = listOf(case.text("secret")!!)
        val (now, tolerance) = case.number("now") to case.number("tolerance")
        judged(case) { stripeVerify(body(case), case.text("header"), secrets, now, tolerance) }
    }

    /** Protects: messages of Standard Webhooks with shared secrets and with key pairs, through the binding. */
    @TestFactory
    fun standardWebhooks() = cases("standard_webhooks", "cases", "v1a") { case ->
        val secrets = listOf(case.text("public_key") ?: case.text("secret")!!)
        judged(case) { standardWebhooksVerify(body(case), headers(case), secrets, case.number("now")) }
    }

    /** Protects: the answers that the specification and its libraries print, checked and made again. */
    @TestFactory
    fun standardWebhooksPublished() = cases("standard_webhooks", "known_answers") { case ->
        val (id, time, signature) = Triple(case.text("id")!!, case.number("timestamp"), case.text("signature")!!)
        val named = mapOf("webhook-id" to id, "webhook-timestamp" to "$time", "webhook-signature" to signature)
        val secret = case.text("secret")
        val key = secret ?: case.text("public_key")!!
        standardWebhooksVerify(body(case), named.mapValues { listOf(it.value) }, listOf(key), time)
        if (secret != null) assertEquals(signature, standardWebhooksSign(id, time, body(case), secret))
    }

    /** Protects: the generic callback in both schemes, with the reason of each refusal. A secret is a text in Kotlin; the
     *  engine alone takes binary ones, from a description. */
    @TestFactory
    fun hmacCallback() = cases("hmac_callback", "cases") { case ->
        val config = case.getValue("config").jsonObject
        val (now, expect) = case.number("now") to case.expected()
        val keys = config.getValue("keys").jsonArray.map { it.jsonObject }
        if (keys.any { "secret_b64" in it }) return@cases
        val limit = { key: JsonObject, name: String -> key[name]?.jsonPrimitive?.long ?: now }
        val valid = keys.filter { now in limit(it, "not_before")..limit(it, "not_after") }
        var digest: String? = null
        val call = {
            digest = hmacCallbackVerify(
                body(case), valid.map { it.text("secret")!! }, now, headers(case), config.text("scheme"),
                signatureHeader = config.text("signature_from"), keyIds = valid.map { it.text("id")!! },
                requireFresh = config.flag("require_fresh"), toleranceS = config["tolerance_s"]?.jsonPrimitive?.long,
            ).digest
        }
        if (expect.flag("either") == true) return@cases run { refusal(call) }
        val code = judged(case, call)
        if (expect.flag("verified") == false) assertEquals(expect.text("reason") ?: code, code)
        else expect.text("digest")?.let { assertEquals(it, digest) }
    }

    private fun keyOf(vectors: String, name: String, form: String) =
        file(vectors).getValue("keys").jsonObject.getValue(name).jsonObject.text(form)

    /** Protects: notices and answers of WeChat Pay, through the binding. */
    @TestFactory
    fun weChatPay() = cases("wechatpay", "verify", "notify_event") { case ->
        val names = case.getValue("trust_store").jsonArray.map { it.jsonPrimitive.content }
        val pem = { name: String ->
            keyOf("wechatpay", name, "certificate_pem") ?: keyOf("wechatpay", name, "public_spki_pem")!!
        }
        val keys = names.associate { keyOf("wechatpay", it, "serial")!! to pem(it) }
        val code = refusal { wechatpayVerify(body(case), headers(case), keys, case.number("now")) }
        if ("either" !in case.expected()) assertEquals(case.expected().flag("verified"), code == null, code)
    }

    /** Protects: notices of Alipay, through the binding; any of the configured keys may have signed. */
    @TestFactory
    fun alipay() = cases("alipay", "notify_verify", "notify_event") { case ->
        val names = case["alipay_keys"]?.jsonArray?.map { it.jsonPrimitive.content } ?: listOf("platform")
        val codes = names.map { refusal { alipayVerifyNotify(body(case), keyOf("alipay", it, "public_spki_pem")!!) } }
        if ("either" !in case.expected()) assertEquals(case.expected().flag("verified"), null in codes, "$codes")
    }

    /** Protects: the signature of every request to Alipay, byte for byte. */
    @TestFactory
    fun alipayRequests() = cases("alipay", "request") { case ->
        val key = keyOf("alipay", "app", "private_pkcs8_pem")!!
        val params = case.getValue("params").jsonArray.associate { pair ->
            val (name, value) = pair.jsonArray.map { it.jsonPrimitive.content }
            name to value
        }
        assertEquals(case.expected().text("sign"), alipaySign(params, key))
    }
}

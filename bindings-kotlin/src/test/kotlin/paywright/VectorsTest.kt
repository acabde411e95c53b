package paywright

import java.io.File
import java.net.URI
import java.time.Instant
import java.util.Base64
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlinx.serialization.json.JsonArray
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

/** The vector files through the functions: what Rust is judged by, Kotlin is judged by, too. */
class VectorsTest {
    private val files = mutableMapOf<String, JsonObject>()

    /** Who judges the cases of a list, by file and list. */
    private val judges: Map<String, (JsonObject) -> Unit> = mapOf(
        "stripe_webhooks:cases" to ::stripe,
        "standard_webhooks:cases" to ::standardWebhooks,
        "standard_webhooks:v1a" to ::standardWebhooks,
        "standard_webhooks:known_answers" to ::standardWebhooksPublished,
        "hmac_callback:cases" to ::hmacCallback,
        "hmac_callback:events" to ::hmacCallback,
        "wechatpay:verify" to ::weChatPay,
        "wechatpay:notify_event" to ::weChatPay,
        "wechatpay:resource" to ::weChatPayResource,
        "wechatpay:request" to ::weChatPayRequest,
        "alipay:notify_verify" to ::alipayNotice,
        "alipay:notify_event" to ::alipayNotice,
        "alipay:response_verify" to ::alipayAnswer,
        "alipay:request" to ::alipayRequest,
        "paypal_webhooks:cases" to ::payPal,
    )

    /** What no function of the public face does, in any language, so that only Rust can be judged by it. */
    private val notOffered = mapOf(
        "wechatpay:pay_sign" to "a gateway signs it into a payment's action",
        "wechatpay:certificates" to "a gateway fetches its certificates",
        "wechatpay:oaep" to "no request of ours encrypts a field",
        "alipay:cert_sn" to "a gateway reads the certificates it is configured with",
        "alipay:v3.request" to "no request of ours goes to that interface",
        "alipay:v3.response" to "no request of ours goes to that interface",
        "stripe_form_encoding:cases" to "a gateway writes its requests",
        "stripe_events" to "samples without an expectation, which the gateway's own tests read",
        "paypal_events" to "samples without an expectation, which the gateway's own tests read",
        "keys" to "the keys of the other files",
    )

    private fun file(name: String) = files.getOrPut(name) { read("tests/vectors/$name.json") }

    private fun list(place: String): JsonArray =
        place.split(":").let { (name, list) -> file(name).getValue(list).jsonArray }

    /** Protects: every case of every file has the answer here that it has in Rust; a test for each. */
    @TestFactory
    fun cases() = judges.flatMap { (place, judge) ->
        list(place).mapIndexed { index, case ->
            val of = case.jsonObject
            DynamicTest.dynamicTest("$place:${of.text("id") ?: index}") { judge(of) }
        }
    }

    /** Protects: a file or a list that is new is judged here, or its reason is written down. */
    @Test
    fun nothingIsLeftOut() {
        val places = File(ROOT, "tests/vectors").listFiles()!!.flatMap { entry ->
            if (entry.isDirectory) listOf(entry.name)
            else lists(file(entry.nameWithoutExtension)).map { "${entry.nameWithoutExtension}:$it" }
        }
        assertEquals(places.toSortedSet(), (judges.keys + notOffered.keys).toSortedSet())
    }

    /** The members, one inside another, that are lists of objects: cases, whatever they are called. */
    private fun lists(file: JsonObject): List<String> = file.flatMap { (name, value) ->
        when {
            value is JsonArray && value.any { it is JsonObject } -> listOf(name)
            value is JsonObject -> lists(value).map { "$name.$it" }
            else -> emptyList()
        }
    }

    private fun JsonObject.text(member: String): String? = (this[member] as? JsonPrimitive)?.content

    private fun JsonObject.number(member: String): Long = getValue(member).jsonPrimitive.long

    private fun JsonObject.flag(member: String): Boolean? = (this[member] as? JsonPrimitive)?.boolean

    private fun JsonObject.texts(member: String): List<String>? = this[member]?.jsonArray?.map { it.jsonPrimitive.content }

    private fun JsonObject.expected() = getValue("expect").jsonObject

    private fun headers(case: JsonObject): Headers = case["headers"]?.jsonObject.orEmpty().mapValues { (_, value) ->
        if (value is JsonArray) value.map { it.jsonPrimitive.content } else listOf(value.jsonPrimitive.content)
    }

    private fun body(case: JsonObject): ByteArray =
        case.text("body_b64")?.let { Base64.getDecoder().decode(it) } ?: case.text("body")!!.toByteArray()

    private fun keyOf(vectors: String, name: String, form: String) =
        file(vectors).getValue("keys").jsonObject.getValue(name).jsonObject.text(form)

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

    /** Compares with `verified`, whatever is refused; where a file admits both answers, both are right. */
    private fun agreed(case: JsonObject, codes: List<String?>) {
        if ("either" !in case.expected()) assertEquals(case.expected().flag("verified"), null in codes, "$codes")
    }

    private fun stripe(case: JsonObject) {
        val secrets = listOf(SecretText(case.text("secret")!!))
        judged(case) {
            stripeVerify(body(case), case.text("header"), secrets, case.number("now"), case.number("tolerance"))
        }
    }

    private fun standardWebhooks(case: JsonObject) {
        val secrets = listOf(SecretText(case.text("public_key") ?: case.text("secret")!!))
        judged(case) { standardWebhooksVerify(body(case), headers(case), secrets, case.number("now")) }
    }

    /** The answers that the specification and its libraries print, checked and made again. */
    private fun standardWebhooksPublished(case: JsonObject) {
        val (id, time, signature) = Triple(case.text("id")!!, case.number("timestamp"), case.text("signature")!!)
        val named = mapOf("webhook-id" to id, "webhook-timestamp" to "$time", "webhook-signature" to signature)
        val secret = case.text("secret")?.let(::SecretText)
        val key = secret ?: SecretText(case.text("public_key")!!)
        standardWebhooksVerify(body(case), named.mapValues { listOf(it.value) }, listOf(key), time)
        if (secret != null) assertEquals(signature, standardWebhooksSign(id, time, body(case), secret))
    }

    /** Both schemes, with the reason of each refusal; of a whole callback, whether it is genuine. */
    private fun hmacCallback(case: JsonObject) {
        val config = case.getValue("config").jsonObject
        val (now, expect) = case.number("now") to case.expected()
        val limit = { key: JsonObject, name: String -> key[name]?.jsonPrimitive?.long ?: now }
        // Which secret is valid when is the engine's to know; the functions are given those that are valid.
        val valid = config.getValue("keys").jsonArray.map { it.jsonObject }
            .filter { now in limit(it, "not_before")..limit(it, "not_after") }
        val secrets = valid.map { key ->
            key.text("secret")?.let(::SecretText) ?: SecretBytes(Base64.getDecoder().decode(key.text("secret_b64")))
        }
        var digest: String? = null
        val call = {
            digest = hmacCallbackVerify(
                body(case), secrets, now, headers(case), config.text("scheme"),
                signatureHeader = config.text("signature_from"), keyIds = valid.map { it.text("id")!! },
                requireFresh = config.flag("require_fresh"), toleranceS = config["tolerance_s"]?.jsonPrimitive?.long,
            ).digest
        }
        if (expect.flag("either") == true) return run { refusal(call) }
        val code = judged(case, call)
        if (expect.flag("verified") == false) assertEquals(expect.text("reason") ?: code, code)
        else expect.text("digest")?.let { assertEquals(it, digest) }
    }

    private fun weChatPay(case: JsonObject) {
        val pem = { name: String ->
            keyOf("wechatpay", name, "certificate_pem") ?: keyOf("wechatpay", name, "public_spki_pem")!!
        }
        val keys = case.texts("trust_store")!!.associate { keyOf("wechatpay", it, "serial")!! to pem(it) }
        agreed(case, listOf(refusal { wechatpayVerify(body(case), headers(case), keys, case.number("now")) }))
    }

    private fun weChatPayResource(case: JsonObject) {
        val (key, expect) = SecretText(case.text("apiv3_key")!!) to case.expected()
        var opened: ByteArray? = null
        val code = refusal { opened = wechatpayDecrypt(case.getValue("resource").toString(), key) }
        if (expect.flag("ok")!!) assertEquals(expect.text("plaintext"), opened?.decodeToString(), code)
        else assertTrue(code in expect.texts("reasons")!!, code)
    }

    /** The signature of every request, byte for byte. */
    private fun weChatPayRequest(case: JsonObject) {
        val (config, url) = file("wechatpay").getValue("config").jsonObject to URI(case.text("url")!!)
        val header = wechatpayAuthorization(
            case.text("method")!!, url.rawPath + url.rawQuery?.let { "?$it" }.orEmpty(), body(case),
            config.text("mchid")!!, config.text("merchant_serial")!!,
            SecretText(keyOf("wechatpay", "merchant", "private_pkcs8_pem")!!),
            case.number("timestamp"), case.text("nonce_str")!!,
        )
        assertTrue(header.startsWith("WECHATPAY2-SHA256-RSA2048 "), header)
        assertTrue("signature=\"${case.expected().text("signature")}\"" in header, header)
    }

    /** Any of the configured keys may have signed. */
    private fun alipayNotice(case: JsonObject) {
        val names = case.texts("alipay_keys") ?: listOf("platform")
        agreed(case, names.map { refusal { alipayVerifyNotify(body(case), keyOf("alipay", it, "public_spki_pem")!!) } })
    }

    /** What is given out is what was signed. */
    private fun alipayAnswer(case: JsonObject) {
        val found = mutableListOf<String>()
        val (text, method) = body(case).decodeToString() to case.text("method")!!
        agreed(case, case.texts("alipay_keys")!!.map { name ->
            refusal { found += alipayVerifyResponse(text, method, keyOf("alipay", name, "public_spki_pem")!!) }
        })
        case.expected().text("signed_content")?.let { if ("either" !in case.expected()) assertEquals(listOf(it), found) }
    }

    /** The signature of every request, byte for byte, with a key in each of its wrappings. */
    private fun alipayRequest(case: JsonObject) {
        val params = case.getValue("params").jsonArray.associate { pair ->
            pair.jsonArray.map { it.jsonPrimitive.content }.let { (name, value) -> name to value }
        }
        listOf("private_pkcs8_pem", "private_pkcs1_pem", "private_pkcs8_bare", "private_pkcs1_bare").forEach {
            assertEquals(case.expected().text("sign"), alipaySign(params, SecretText(keyOf("alipay", "app", it)!!)), it)
        }
    }

    /** With the certificates that the file trusts. */
    private fun payPal(case: JsonObject) {
        val vectors = file("paypal_webhooks")
        val certificate = vectors.getValue("certs").jsonObject.text(case.text("cert")!!)!!
        val now = Instant.parse(case.text("now")!!).epochSecond
        agreed(case, listOf(refusal {
            paypalVerify(
                body(case), headers(case), case.text("webhook_id")!!, certificate, vectors.texts("trust_roots")!!,
                case.text("environment")!!, now,
            )
        }))
    }
}

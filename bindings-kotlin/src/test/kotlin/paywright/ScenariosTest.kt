package paywright

import java.io.File
import kotlin.test.assertEquals
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

class ScenariosTest {
    private val files = File(ROOT, "tests/scenarios").listFiles { file -> file.extension == "json" }!!.sorted()

    /** The steps that no program in Kotlin can write: the compiler refuses what the core would refuse. All others are played. */
    private val keptOut = mapOf(
        "order_refusals" to listOf(
            "5 create_order: amount_format, 1,00 is no decimal", "6 create_order: amount_format, 1e2 is no decimal",
        ),
        "refund_refusals" to listOf("9 refund: amount_format, ten is no decimal"),
    )

    /** Protects: every story goes in Kotlin as it goes in Rust, down to the ids. */
    @TestFactory
    fun stories() = files.map { file ->
        DynamicTest.dynamicTest(file.nameWithoutExtension) {
            val story = Story(read("tests/scenarios/${file.name}"))
            story.play()
            assertEquals(keptOut[file.nameWithoutExtension].orEmpty(), story.keptOut)
        }
    }

    /** Protects: every method of the public face is called by some story. */
    @Test
    fun everyMethodIsPlayed() {
        val table = read("tests/surface.json").getValue("methods").jsonArray
        val methods = table.map { it.jsonObject.getValue("name").jsonPrimitive.content }
        val steps = files.flatMap { read("tests/scenarios/${it.name}").getValue("steps").jsonArray }
        val called = steps.mapNotNull { it.jsonObject["call"]?.jsonPrimitive?.content }.toSet()
        assertEquals(emptySet(), methods.toSet() - called)
    }
}

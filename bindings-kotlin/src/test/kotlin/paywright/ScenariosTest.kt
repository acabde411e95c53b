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

    /** Protects: every story goes in Kotlin as it goes in Rust, down to the ids. */
    @TestFactory
    fun stories() = files.map { file ->
        DynamicTest.dynamicTest(file.nameWithoutExtension) { Story(read("tests/scenarios/${file.name}")).play() }
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

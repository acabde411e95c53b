// Texts on their way in. A string of the JVM may be none: half of a surrogate pair is no Unicode, and no database holds it. It
// is refused with the code that every language has for it, never replaced by a question mark.

package paywright

import java.nio.charset.CharacterCodingException
import java.nio.charset.MalformedInputException

/** Looks at the texts of a field before anything of a call has crossed the border. */
internal inline fun unicode(field: String, texts: () -> Unit) {
    try {
        texts()
    } catch (_: CharacterCodingException) {
        refuseText(field)
    }
}

/** How many bytes a text takes as UTF-8. Fails where it is no Unicode. */
internal fun utf8Length(text: String): Long {
    var length = 0L
    var at = 0
    while (at < text.length) {
        val letter = text.codePointAt(at)
        length += when {
            letter < 0x80 -> 1
            letter < 0x800 -> 2
            letter in 0xD800..0xDFFF -> throw MalformedInputException(1)
            letter < 0x10000 -> 3
            else -> 4
        }
        at += Character.charCount(letter)
    }
    return length
}

"""What uniffi writes for Kotlin, made to look at every text of a call before anything crosses the border, and its machinery
put out of a host's sight. It changes nothing that a host calls.

A string of the JVM may hold half of a surrogate pair, which is no Unicode. uniffi notices it in the middle of a call: what
stands before it has crossed already and would never be freed, and the engine would stay open after it was closed. The
error would be one of Java's own, without a code."""

from __future__ import annotations

import re

# These hold no text.
PLAIN = {f"{maybe}{kind}" for kind in ("Boolean", "Long", "ByteArray", "TypeAmount", "TypeTime") for maybe in ("", "Optional")}
CALL = re.compile(r"(?P<object>callWithHandle \{\n\s+)?(?P<opened>uniffiRustCall(?:WithError)?\([^)\n]*\) \{ _status ->\n)"
                  r"(?P<called>\s+UniffiLib\.uniffi_\w+\(\n(?:\s+it,)?\s+(?P<given>[^\n]*)_status\))")
GIVEN = re.compile(r"FfiConverter(\w+)\.lower\(`(\w+)`\)")


# What must be public in Kotlin because public things are made of it, and is for no host.
MACHINERY = ["open class RustBuffer ", "class InternalException(", "interface UniffiRustCallStatusErrorHandler<",
             "object UniffiNullRustCallStatusErrorHandler:", "public fun uniffiEnsureInitialized(", "interface Disposable ",
             "inline fun <T : Disposable?, R> T.use(", "object UniffiWithHandle", "object NoHandle", "interface UniffiCleaner ",
             "public interface ManualClockInterface ", "public interface PaywrightInterface "]


def rewritten(written: str) -> str:
    """The same code as this package has it."""
    return _hidden(_looked_at(written))


def _hidden(written: str) -> str:
    written = re.sub(r"^public ((?:object|typealias|interface) FfiConverter)", r"internal \1", written, flags=re.MULTILINE)
    for begin in MACHINERY:
        written = _once(written, f"\n{begin}", f"\n/** @suppress */\n{begin}")
    # What stands there speaks of a file that this package does not have.
    written = re.sub(r"/\*\*\n \* Typealias from the type name.*?\*/\npublic typealias (\w+)",
                     r"/** What the reference calls `\1`. */\npublic typealias \1", written, flags=re.DOTALL)
    # Members that every type of a kind has.
    for begin in ("companion object$", "companion object ErrorHandler ", "override fun destroy\\(", "override fun toString\\(",
                  "override val message$"):
        written = re.sub(f"^( +)({begin})", r"\1/** @suppress */\n\1\2", written, flags=re.MULTILINE)
    written = _once(written, '"refusal=${ `refusal` }"', "`refusal`.toString()", None)
    written = _once(written, "    @Synchronized\n    override fun close()",
                    "    /** Gives back what it holds. It cannot be used afterwards. */\n    @Synchronized\n    override fun close()", None)
    written = _once(written, "        val v1: ", "        /** Its settings. */\n        val v1: ", None)
    return _once(written, "    companion object {\n        \n    /**\n     * Opens an engine",
                 "    /** How an engine is opened. */\n    companion object {\n        \n    /**\n     * Opens an engine")


def _looked_at(written: str) -> str:
    written = _once(written, "callWithHandle(block: (handle: Long) -> R): R {\n",
                    "callWithHandle(look: () -> Unit = {}, block: (handle: Long) -> R): R {\n        look()\n", None)
    # Asked for every text in every record before a buffer is made for it.
    written = _once(written, "        val sizeForString = value.length.toULong() * 3UL\n",
                    "        val sizeForString = utf8Length(value).toULong()\n")
    # Told by the core, because the core words every refusal; no host needs it.
    written = _once(written, " fun `refuseText`(", " internal fun `refuseText`(")
    looked, calls = CALL.subn(_look, written)
    if calls != len(re.findall(r"\bUniffiLib\.uniffi_\w+_fn_(?:method|constructor|func)_\w+\(\n", written)):
        raise SystemExit("uniffi writes calls in another way than scripts/kotlin_texts.py knows")
    return looked


def _look(call: re.Match[str]) -> str:
    looks = [f'unicode("{_snake(name)}") {{ FfiConverter{kind}.allocationSize(`{name}`) }}'
             for kind, name in GIVEN.findall(call["given"]) if kind not in PLAIN]
    if not looks or "_fn_func_refuse_text" in call["called"]:
        return call[0]
    if call["object"]:
        opened = call["object"].replace("callWithHandle {", f"callWithHandle({{ {'; '.join(looks)} }}) {{")
        return f"{opened}{call['opened']}{call['called']}"
    return f"{call['opened']}    {'; '.join(looks)}\n{call['called']}"


def _snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def _once(text: str, old: str, new: str, times: int | None = 1) -> str:
    found = text.count(old)
    if not found or (times and found != times):
        raise SystemExit(f"uniffi wrote {found} times for Kotlin: {old!r}")
    return text.replace(old, new)

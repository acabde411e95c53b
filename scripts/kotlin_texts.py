"""What uniffi writes for Kotlin, made to look at every text of a call before anything crosses the border. It changes
nothing that a host calls.

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


def looked_at(written: str) -> str:
    """The same code with its texts looked at first."""
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

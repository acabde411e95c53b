"""Two tags of the pages: a word by a name that is only known at run time, and a state as a badge."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

GOOD = {"confirmed", "ongoing", "completed", "succeeded"}
BAD = {"cancelled", "failed", "expired"}


@register.simple_tag
def word(words: Mapping[str, str], name: str) -> str:
    """The word of that name, or the name itself."""
    return words.get(name, name)


@register.simple_tag
def state(words: Mapping[str, str], name: str) -> SafeString:
    """A state as a small badge in the visitor's language."""
    colour = "good" if name in GOOD else "bad" if name in BAD else ""
    return format_html('<span class="state {}">{}</span>', colour, words.get(f"state_{name}", name))

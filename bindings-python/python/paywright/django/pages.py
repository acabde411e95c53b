"""Our own few pages: rendered, escaped, with a policy that lets nothing else run. It decides nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from .wording import in_chinese, words


def page(request: HttpRequest, template: str, facts: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A page of `templates/paywright`, which a project may replace by one of the same name."""
    # Where the project's middleware gives nonces, ours must be the one that its policy names.
    nonce = str(getattr(request, "csp_nonce", None) or secrets.token_urlsafe(16))
    language = get_language()
    context = {
        **facts,
        "nonce": nonce,
        "words": words(language),
        "page_language": "zh-CN" if in_chinese(language) else "en",
    }
    html = render_to_string(template, context, request)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin"}
    return HttpResponse(html, status=status, headers=headers)

"""Renders the pages: Jinja templates, everything escaped, nothing from another address. It decides nothing."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from .words import CATALOGUES, LANGUAGES

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)


def language_of(request: Request) -> str:
    """The language that the visitor chose, or English."""
    chosen = str(request.session.get("language", "en"))
    return chosen if chosen in LANGUAGES else "en"


def form_token(request: Request) -> str:
    """What every form of this visitor carries, so that no other site can send one in their name."""
    return str(request.session.setdefault("form", secrets.token_urlsafe(16)))


def page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page for this visitor, in their language."""
    language = language_of(request)
    other = "zh" if language == "en" else "en"
    html = _TEMPLATES.get_template(template).render(
        t=CATALOGUES[language],
        language=language,
        other=other,
        other_name=LANGUAGES[other],
        member=request.session.get("member"),
        path=request.url.path,
        token=form_token(request),
        **shown,
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(html, status, headers={"content-security-policy": policy, "cache-control": "no-store"})

"""An answer about a payment that proves itself: signed with `PAYWRIGHT["STATUS_KEYS"]`, if there are any."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpResponse
from django.template.response import SimpleTemplateResponse

from .._native import Payment
from . import conf

Answer = TypeVar("Answer", bound=HttpResponse)


def signed(response: Answer, payment: Payment) -> Answer:
    """The response, with three headers over the bytes that are sent: of one that is rendered later, as soon as they are there."""
    keys = conf.current().status_keys
    if keys is None:
        return response

    def sign(rendered: HttpResponse) -> None:
        for name, value in keys.headers(payment.id, rendered.content).items():
            rendered[name] = value

    if isinstance(response, SimpleTemplateResponse):
        response.add_post_render_callback(sign)
    else:
        sign(response)
    return response

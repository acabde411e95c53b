"""The views of `paywright.django.urls`. They carry between browser or gateway and the engine, and decide nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from .._native import Payment, Reply
from ..errors import InvalidInput, NotFound, PaywrightError
from . import conf
from .access import customer_of, is_staff, payment_or_404
from .body import TooLarge, raw_body
from .engine import get_paywright
from .pages import page
from .proof import signed
from .signals import deliver_soon
from .transactions import outside_transactions
from .wording import in_chinese, payment_facts, payment_row

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
_log = logging.getLogger("paywright.django")

RETURN_LOOKS_MAX = 12
"""How often the return page asks by itself for an outcome that is still open."""


def _public(view: View) -> View:
    """For LoginRequiredMiddleware: a gateway, and a payer who comes back, is nobody who is logged in."""
    view.login_required = False  # type: ignore[attr-defined]
    return view


@_public
@outside_transactions
@csrf_exempt
@require_POST
@never_cache
def callback(request: HttpRequest, gateway: str) -> HttpResponseBase:
    """A gateway's message: raw bytes in, the gateway's own answer out. It is signed, so it needs no form token."""
    try:
        body = raw_body(request)
    except TooLarge:
        return JsonResponse({"code": "too_large"}, status=413)
    try:
        reply = get_paywright().handle_callback(gateway, headers=request.headers, body=body).reply
    except PaywrightError as error:
        if error.http_status >= 500:
            _log.error("callback of %s: %s: %s", gateway[:100], error.code, error.message)
        else:
            _log.warning("callback of %s refused: %s", gateway[:100], error.code)
        if error.reply is None:
            # The code alone: what stands in the sentence is for the host, not for whoever posts.
            return JsonResponse({"code": error.code}, status=error.http_status)
        reply = error.reply
    response = _exactly(reply)
    deliver_soon(response)
    return response


def _exactly(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, headers=reply.headers)


@_public
@outside_transactions
@require_GET
@never_cache
def status(request: HttpRequest, payment_id: str) -> HttpResponseBase:
    """How a payment stands, as JSON, for its owner: 404 for everybody else. Signed where there are `STATUS_KEYS`."""
    payment = payment_or_404(request, payment_id)
    return signed(JsonResponse(payment_facts(payment)), payment)


@_public
@outside_transactions
@require_GET
@never_cache
def history(request: HttpRequest) -> HttpResponseBase:
    """The payments of whoever asks, newest first, as JSON. Staff may name another `customer`."""
    customer = customer_of(request)
    asked = request.GET.get("customer")
    if asked is not None and is_staff(request):
        customer = asked
    if customer is None:
        return JsonResponse({"code": "login_required", "detail": "Log in to see your payments."}, status=403)
    try:
        found = get_paywright().payments(customer=customer, page=_whole(request, "page"), size=_whole(request, "size"))
    except InvalidInput as error:
        return JsonResponse({"code": error.code, "detail": error.message}, status=400)
    rows = [payment_row(payment) for payment in found.items]
    return JsonResponse({"total": found.total, "page": found.page, "size": found.size, "payments": rows})


def _whole(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadRequest(f"{name} is a whole number")
    return int(text)


@_public
@outside_transactions
@require_GET
@never_cache
def returned(request: HttpRequest, gateway: str) -> HttpResponseBase:
    """The payer came back: the gateway is asked. What the address says about the outcome is never believed."""
    payment = _asked(gateway, {name: request.GET[name] for name in request.GET})
    target = _host_page(request, payment)
    response: HttpResponseBase
    if target is not None:
        response = HttpResponseRedirect(target)
    else:
        response = _return_page(request, payment)
    deliver_soon(response)
    return response


def _asked(gateway: str, params: dict[str, str]) -> Payment:
    pay = get_paywright()
    try:
        return pay.handle_return(gateway, params=params)
    except (NotFound, InvalidInput) as error:
        raise Http404("There is no such payment.") from error
    except PaywrightError as error:
        # The gateway does not answer now. What we know is still worth showing; due work asks again.
        _log.warning("return of a payer by %s: %s: %s", gateway[:100], error.code, error.message)
        try:
            return pay.payment(params.get("payment", ""))
        except (NotFound, InvalidInput):
            raise error from None


def _host_page(request: HttpRequest, payment: Payment) -> str | None:
    where = conf.current().return_url
    if where is None:
        return None
    if callable(where):
        return where(request, payment)
    reference = get_paywright().order(payment.order_id).reference or payment.order_id
    return where.format(order_id=payment.order_id, payment_id=payment.id, reference=quote(reference, safe=""))


def _return_page(request: HttpRequest, payment: Payment) -> HttpResponse:
    looks = min(int(request.GET["look"]), RETURN_LOOKS_MAX) if request.GET.get("look", "").isdecimal() else 0
    waiting = payment.state in ("init", "processing") and looks < RETURN_LOOKS_MAX
    again = f"?payment={quote(payment.id)}&look={looks + 1}" if waiting else None
    return page(request, "paywright/return.html", {"payment": payment, "again": again})


@_public
@outside_transactions
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mock_checkout(request: HttpRequest) -> HttpResponseBase:
    """The checkout page of the pretend gateway, in development only: 404 otherwise."""
    if not conf.current().mock_checkout:
        raise Http404("The mock checkout is served in development only.")
    if request.method == "POST":
        return _chosen(request)
    return _checkout_page(request, request.GET.get("token", ""), request.GET.get("language"))


def _checkout_page(request: HttpRequest, token: str, language: str | None) -> HttpResponse:
    try:
        shown = get_paywright().mock_page(token, language=language or ("zh" if in_chinese(get_language()) else "en"))
    except PaywrightError as error:
        raise Http404(error.code) from error
    return HttpResponse(_with_form_token(request, shown.html), status=shown.status, headers=shown.headers)


def _with_form_token(request: HttpRequest, html: str) -> str:
    """The engine's page knows nothing of Django's form tokens: one goes into each of its forms, and the browser may say
    where a form comes from, which Django compares."""
    form = '<form method="post">'
    html = html.replace('name="referrer" content="no-referrer"', 'name="referrer" content="same-origin"')
    return html.replace(form, f'{form}<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">')


def _chosen(request: HttpRequest) -> HttpResponseBase:
    pay = get_paywright()
    try:
        choice = pay.mock_choose(request.POST.get("token", ""), request.POST.get("outcome", ""))
    except PaywrightError as error:
        if error.code == "transition":
            # Another tab was faster: the page itself says how it ended, and leads back.
            response = _checkout_page(request, request.POST.get("token", ""), request.POST.get("language"))
            response.status_code = error.http_status
            return response
        return page(request, "paywright/error.html", {"error": error}, status=error.http_status)
    seen: Any = None
    for delivery in choice.deliveries:
        try:
            # As a gateway's post: nothing but its headers and body counts.
            seen = pay.handle_callback("mock", headers=delivery.headers, body=delivery.body).payment or seen
        except PaywrightError as error:
            _log.warning("a callback of the mock gateway was refused: %s", error.code)
    ended: HttpResponseBase
    if choice.return_url is not None:
        ended = HttpResponseRedirect(choice.return_url)
        ended.status_code = 303
    else:
        ended = page(request, "paywright/return.html", {"payment": seen, "again": None})
    deliver_soon(ended)
    return ended

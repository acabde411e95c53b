"""The pages: plans, checkout, what became of it, the history with refunds. No page believes a browser about money."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import parse_qs

import paywright
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from . import plans
from .pages import form_token, language_of, page
from .words import CATALOGUES, LANGUAGES

METHODS = ["card", "alipay", "wechat", "paypal"]
FORM_BYTES_MAX = 16 * 1024
PAGE_SIZE = 10
pages = APIRouter(include_in_schema=False)


class Elsewhere(Exception):
    """The visitor is sent to another page."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class OldForm(Exception):
    """A form that this visitor was not given."""


def engine(request: Request) -> paywright.AsyncPaywright:
    found: paywright.AsyncPaywright = request.app.state.pay
    return found


def member(request: Request) -> str:
    """Who is signed in; everybody else is asked to."""
    name = request.session.get("member")
    if not name:
        raise Elsewhere("/sign-in")
    return str(name)


async def form(request: Request) -> dict[str, str]:
    """The form, if it is one of ours."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > FORM_BYTES_MAX:
            raise OldForm
    fields = {name: values[0] for name, values in parse_qs(body.decode(errors="replace"), max_num_fields=20).items()}
    if fields.get("form") != form_token(request):
        raise OldForm
    return fields


Pay = Annotated[paywright.AsyncPaywright, Depends(engine)]
Member = Annotated[str, Depends(member)]
Form = Annotated[dict[str, str], Depends(form)]


def to(path: str) -> Response:
    return RedirectResponse(path, 303)


@pages.get("/")
async def front(request: Request, pay: Pay) -> Response:
    name = request.session.get("member")
    held = await pay.call(plans.of, request.app.state.database, str(name)) if name else None
    offered = [method for method in METHODS if method in (await pay.health()).methods]
    return page(request, "plans.html", plans=plans.PLANS.values(), methods=offered, held=held)


@pages.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    return page(request, "sign_in.html")


@pages.post("/sign-in")
async def sign_in(request: Request, fields: Form) -> Response:
    """A stand-in for the real thing: whoever says a name is that member."""
    name = fields.get("name", "")
    if not re.fullmatch(r"[A-Za-z0-9_.\-]{2,40}", name):
        return page(request, "sign_in.html", 400)
    request.session["member"] = name
    return to("/")


@pages.post("/sign-out")
async def sign_out(request: Request, fields: Form) -> Response:
    request.session.pop("member", None)
    return to("/")


@pages.post("/language")
async def language(request: Request, fields: Form) -> Response:
    if fields.get("language") in LANGUAGES:
        request.session["language"] = fields["language"]
    back = fields.get("next", "/")
    return to(back if re.fullmatch(r"/(?![/\\])[\w/.\-]*", back) else "/")


@pages.post("/buy")
async def buy(request: Request, pay: Pay, name: Member, fields: Form) -> Response:
    """A purchase, a renewal or an upgrade."""
    plan = plans.PLANS.get(fields.get("plan", ""))
    if plan is None:
        return to("/")
    state = request.app.state
    payment = await pay.call(plans.buy, state.database, name, plan, fields.get("method", "card"), state.address)
    return to_checkout(payment)


@pages.post("/orders/{order_id}/pay")
async def pay_again(request: Request, order_id: str, pay: Pay, name: Member, fields: Form) -> Response:
    """To the provider's page once more. Asking again gives the same payment while it is open."""
    order = await own(pay, order_id, name)
    back = f"{request.app.state.address}/orders/{order.id}"
    payment = await pay.create_payment(
        order.id, method=fields.get("method", "card"), description=order.lines[0].description, return_url=back
    )
    return to_checkout(payment)


async def own(pay: paywright.AsyncPaywright, order_id: str, name: str) -> paywright.Order:
    order = await pay.order(order_id)
    if order.customer != name:
        raise Elsewhere("/")
    return order


def to_checkout(payment: paywright.Payment) -> Response:
    return to(payment.action.url or f"/orders/{payment.order_id}")


@pages.get("/orders/{order_id}")
async def order_page(request: Request, order_id: str, pay: Pay, name: Member) -> Response:
    """What became of an order; a payer who comes back lands here, and the gateway is asked."""
    await own(pay, order_id, name)
    payments = (await pay.payments(order_id=order_id, size=1)).items
    if not payments:
        raise Elsewhere("/")
    payment = payments[0]
    if payment.state in ("init", "processing"):
        payment = await pay.handle_return(payment.gateway, params={"payment": payment.id})
    reason = payment.failure_message if language_of(request) == "en" else None
    return page(
        request,
        "order.html",
        order=await pay.order(order_id),
        look=look(payment),
        reason=reason,
        method=payment.method,
        checkout=payment.action.url,
    )


def look(payment: paywright.Payment) -> str:
    if payment.refunded:
        return "refunded"
    words = {"succeeded": "paid", "failed": "failed", "expired": "failed", "cancelled": "cancelled"}
    return words.get(payment.state, "waiting")


@pages.get("/history")
async def history(request: Request, pay: Pay, name: Member) -> Response:
    asked = request.query_params.get("page", "1")
    number = int(asked) if re.fullmatch(r"[1-9][0-9]{0,5}", asked) else 1
    return page(request, "history.html", found=await pay.payments(customer=name, page=number, size=PAGE_SIZE))


@pages.post("/payments/{payment_id}/refund")
async def refund(request: Request, payment_id: str, pay: Pay, name: Member, fields: Form) -> Response:
    """All the money back; a membership whose first order it was ends with it."""
    payment = await pay.payment(payment_id)
    order = await own(pay, payment.order_id, name)
    await pay.refund(payment.id, reason="asked for by the member", actor=name, idempotency_key=f"refund-{payment.id}")
    if "cancel" in order.possible:
        await pay.cancel_order(order.id, actor=name, reason="refunded")
    return to("/history")


def problem(request: Request, error: Exception) -> Response:
    """A refusal, in the visitor's language."""
    if not isinstance(error, paywright.PaywrightError):
        return page(request, "problem.html", 403, message=CATALOGUES[language_of(request)]["form_old"], code="form")
    message = error.message_zh if language_of(request) == "zh" else error.message
    return page(request, "problem.html", error.http_status, message=message, code=error.code)

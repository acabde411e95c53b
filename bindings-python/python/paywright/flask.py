"""Flask: callbacks, a payment's status, a customer's history, and in development the mock gateway's page.

    app.register_blueprint(payments(pay, customer_of=customer_of), url_prefix="/payments")

Nothing is decided here; where `customer_of` names nobody, nothing is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from . import _web
from ._native import Paywright
from ._status import prepared
from .errors import PaywrightError

if TYPE_CHECKING:
    from .types import KeyLike

CustomerOf = Callable[[], str | None]
"""Which customer the present request comes from, as the application's own session or token says; None is nobody."""


def payments(
    pay: Paywright | Callable[[], Paywright],
    *,
    customer_of: CustomerOf = lambda: None,
    name: str = "payments",
    status_keys: KeyLike | Iterable[KeyLike] | None = None,
) -> Blueprint:
    """A blueprint with `callback/<gateway>/`, `history`, `<payment_id>/status` and `mock-checkout`.

    `pay` is an engine, or what answers with the one of this process. Under an extension that protects forms from other
    sites, exempt the blueprint: callbacks are signed, and nothing else here changes anything.
    `status_keys` is a private key `whsk_…`, or several while one is rolled: answers about a payment's status are signed.
    """
    routes = Blueprint(name, __name__)
    keys = prepared(status_keys)

    def engine() -> Paywright:
        return pay() if callable(pay) else pay

    def customer() -> str:
        found = customer_of()
        if found is None:
            raise _web.forbidden("nobody is signed in, or the application configured no `customer_of`", "未登录或应用未配置 customer_of")
        return found

    @routes.errorhandler(PaywrightError)
    def refused(error: PaywrightError) -> Response:
        return respond(_web.problem(error))

    @routes.post("/callback/<gateway>/")
    @routes.post("/callback/<gateway>", endpoint="callback_without_slash")
    def callback(gateway: str) -> Response:
        body = read_body(_web.CALLBACK_BYTES_MAX)
        return respond(_web.callback(engine(), gateway, list(request.headers.items()), body))

    @routes.get("/history")
    def history() -> Response:
        return respond(_web.own_history(engine(), customer(), request.args.to_dict()))

    @routes.get("/<payment_id>/status")
    def status(payment_id: str) -> Response:
        return respond(_web.own_status(engine(), customer(), payment_id, keys))

    @routes.get("/mock-checkout")
    def checkout() -> Response:
        return respond(_web.mock_checkout(engine(), request.args.get("token", ""), request.args.get("language")))

    @routes.post("/mock-checkout")
    def choice() -> Response:
        return respond(_web.mock_choice(engine(), read_body(_web.FORM_BYTES_MAX)))

    return routes


def respond(answer: _web.Answer) -> Response:
    """An answer in Flask's words."""
    return Response(answer.body, answer.status, list(answer.headers.items()))


def read_body(limit: int) -> bytes:
    """The raw body, of which no more than `limit` bytes and one are ever held. Errors: `too_large` (413)."""
    if (request.content_length or 0) > limit:
        raise _web.too_large("the body", limit)
    body: bytes = request.stream.read(limit + 1)
    if len(body) > limit:
        raise _web.too_large("the body", limit)
    return body

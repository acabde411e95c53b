"""Who may see a payment: the owner, and staff, unless the project says otherwise. It never says that a payment exists."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from .._native import Payment
from ..errors import InvalidInput, NotFound
from . import conf
from .engine import get_paywright


def customer_of(request: HttpRequest) -> str | None:
    """Under which name whoever asks owes: `PAYWRIGHT["CUSTOMER"]`, or the primary key of the user that is logged in."""
    asked = conf.current().customer
    if asked is not None:
        return asked(request)
    user = getattr(request, "user", None)
    return str(user.pk) if user is not None and user.is_authenticated else None


def is_staff(request: HttpRequest) -> bool:
    """Somebody of the staff who is logged in and may see payments."""
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_active and user.is_staff and user.has_perm("paywright.view_payment"))


def may_see(request: HttpRequest, payment: Payment) -> bool:
    """Whether a payment is for whoever asks: `PAYWRIGHT["OWNER"]`, or its customer, or staff."""
    asked = conf.current().owner
    if asked is not None:
        return bool(asked(request, payment))
    customer = customer_of(request)
    return is_staff(request) or (customer is not None and customer == payment.customer)


def payment_or_404(request: HttpRequest, payment_id: str) -> Payment:
    """The payment, for whoever may see it. What is no id, is unknown or is somebody else's is one and the same 404."""
    try:
        payment = get_paywright().payment(payment_id)
    except (NotFound, InvalidInput) as error:
        raise Http404("There is no such payment.") from error
    if not may_see(request, payment):
        raise Http404("There is no such payment.")
    return payment

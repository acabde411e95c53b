"""The models and the admin of `paywright.django`, over tables in the project's own database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django_host.fixtures import SETTINGS, client, settings
from paywright import Payment, Paywright

__all__ = ["client", "settings"]

ALIAS = {**SETTINGS, "DATABASE": "default", "GATEWAYS": ["mock", "django_host.bank"]}
TABLES = ("order", "payment", "refund", "journalentry", "transfer", "paymentexception")
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def pay(settings: Any) -> Iterator[Paywright]:
    """The project's engine, in the project's own database."""
    from paywright.django import get_paywright

    settings(PAYWRIGHT=dict(ALIAS))
    yield get_paywright()


def user(name: str, *permissions: str, **given: Any) -> Any:
    from django.contrib.auth.models import Permission, User

    made = User.objects.create_user(name, password="throwaway", **{"is_staff": True, **given})
    for permission in permissions:
        made.user_permissions.add(Permission.objects.get(content_type__app_label="paywright", codename=permission))
    return made


def opened(pay: Paywright, amount: str = "100.00", method: str = "card", **given: Any) -> Payment:
    order = pay.create_order(currency="CNY", amount=amount, customer="someone")
    return pay.create_payment(order.id, method=method, **given)


def paid(pay: Paywright, **given: Any) -> Payment:
    payment = opened(pay, **given)
    told(pay, payment.id, "success")
    return pay.payment(payment.id)


def told(pay: Paywright, payment_id: str, kind: str) -> None:
    for delivery in pay.mock_callbacks(payment_id, kind):
        pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)


def test_projects_query_the_tables(pay: Paywright) -> None:
    """Protects: a project's own pages and reports read payments as it reads everything else."""
    from paywright.django import models

    payment, other = paid(pay), opened(pay, "7.00")
    [row] = models.Payment.objects.filter(state="succeeded").select_related("order")
    assert (row.pk, row.id, row.order.id) == (payment.id, payment.id, payment.order_id)
    assert (row.amount, row.captured, row.currency) == (Decimal("100.00"), Decimal("100.00"), "CNY")
    assert (row.created_at, row.paid_at, row.late) == (payment.created_at, payment.paid_at, False)
    assert models.Payment.objects.get(pk=other.id).order.customer == "someone"
    assert models.Payment.objects.filter(pk__in=[payment.id, other.id]).count() == 2
    assert models.Payment.objects.filter(amount_minor__gte=10000).count() == 1
    now = datetime.now(timezone.utc)
    assert models.Payment.objects.filter(created_at__gte=now - timedelta(minutes=5)).count() == 2
    assert models.Payment.objects.filter(created_at__gt=now + timedelta(minutes=5)).count() == 0
    assert models.Payment.objects.filter(order__total_minor=700, late=False).get().id == other.id
    order = models.Order.objects.get(pk=payment.order_id)
    assert [found.id for found in order.payments.all()] == [payment.id]
    assert [entry.event for entry in order.journal.order_by("sequence")][0] == "order.created"
    assert [(row.debit, row.credit, row.amount) for row in order.transfers.all()] == [
        ("gateway", "order", Decimal("100.00"))
    ]
    assert (order.total, order.paid, order.metadata) == (Decimal("100.00"), Decimal("100.00"), {})
    for wrong in ("pay_x", "ord_" + payment.id[4:], "", payment.id.lower()):
        with pytest.raises(ValueError, match="an id starts with pay_"):
            models.Payment.objects.filter(pk=wrong).count()
    with pytest.raises(ValueError, match="aware"):
        models.Payment.objects.filter(created_at__gt=datetime(2026, 1, 1)).count()


def test_nothing_is_written_past_the_engine(pay: Paywright) -> None:
    """Protects: the books; only the engine writes them, and a slip in a project's code says so."""
    from paywright.django import models

    payment = paid(pay)
    row = models.Payment.objects.get(pk=payment.id)
    row.state = "failed"
    objects = models.Payment.objects
    attempts = [
        row.save,
        row.delete,
        objects.all().delete,
        lambda: objects.update(state="failed"),
        lambda: objects.create(state="failed"),
        lambda: objects.get_or_create(gateway="nobody"),
        lambda: objects.bulk_create([row]),
        lambda: objects.bulk_update([row], ["state"]),
        lambda: row.order.payments.update(state="failed"),
        lambda: row.order.payments.create(state="failed"),
    ]
    for attempt in attempts:
        with pytest.raises(models.ReadOnlyError, match="get_paywright"):
            attempt()
    assert pay.payment(payment.id).state == "succeeded"
    assert pay.verify().ok


def test_ids_read_both_ways() -> None:
    """Protects: an id is sixteen bytes in the table and the engine's own text everywhere else."""
    from paywright.django.fields import public_id, stored_id

    for text in ("pay_00000000000000000000000000", "pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "pay_01M7ZHEV627J0KH6R03V2E184Y"):
        assert public_id("pay_", stored_id("pay_", text)) == text
    for wrong in (
        "pay_8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "pay_01M7ZHEV627J0KH6R03V2E184",
        "pay_01M7ZHEV627J0KH6R03V2E184I",
        "x",
    ):
        with pytest.raises(ValueError, match="an id starts"):
            stored_id("pay_", wrong)


def test_migrations_are_in_step(pay: Paywright) -> None:
    """Protects: makemigrations of a project finds nothing to do in ours."""
    from django.core.management import call_command

    call_command("makemigrations", "paywright", check=True, dry_run=True, verbosity=0)


def test_every_list_and_page(pay: Paywright, client: Any) -> None:
    """Protects: staff find orders, payments, refunds, journal, ledger and exceptions, by list, search and page."""
    payment = paid(pay, description=EVIL)
    refund = pay.refund(payment.id, amount="10.00", reason=EVIL)
    pay.run_due()
    told(pay, opened(pay).id, "wrong_amount")
    client.force_login(user("root", is_superuser=True))
    assert client.get("/admin/paywright/").status_code == 200
    for table in TABLES:
        listed = client.get(f"/admin/paywright/{table}/")
        assert listed.status_code == 200, table
        assert b"<script>alert" not in listed.content
        links = re.findall(rf'href="(/admin/paywright/{table}/[^"?]+/change/)', listed.content.decode())
        assert links, table
        for link in links:
            page = client.get(link)
            assert page.status_code == 200, link
            assert b"<script>alert" not in page.content, link
        for query in (
            "?q=x",
            f"?q={payment.id}",
            f"?q={payment.order_id}",
            "?q=pay_x",
            "?q=%00",
            "?o=1.-2",
            "?p=9",
            "?status=all",
        ):
            answer = client.get(f"/admin/paywright/{table}/{query}")
            assert answer.status_code in (200, 302), (table, query)
    found = client.get(f"/admin/paywright/payment/?q={payment.id}").content.decode()
    assert "CN¥100.00" in found and "1 payment" in found
    page = client.get(f"/admin/paywright/order/{payment.order_id}/change/").content.decode()
    assert (
        "payment.succeeded" in page and refund.id in page and f"/admin/paywright/payment/{payment.id}/change/" in page
    )
    for wrong in ("pay_x", "1", "ord_" + payment.id[4:], "%3Cscript%3E", "a" * 300):
        assert client.get(f"/admin/paywright/payment/{wrong}/change/").status_code == 302, wrong


def test_nobody_adds_changes_or_deletes(pay: Paywright, client: Any) -> None:
    """Protects: not even a superuser edits the books in the admin."""
    payment = paid(pay)
    client.force_login(user("root", is_superuser=True))
    token = csrf(client)
    for table, key in (("payment", payment.id), ("order", payment.order_id)):
        assert client.get(f"/admin/paywright/{table}/add/").status_code == 403
        assert client.get(f"/admin/paywright/{table}/{key}/delete/").status_code == 403
        answer = client.post(
            f"/admin/paywright/{table}/{key}/change/", {"state": "failed", "csrfmiddlewaretoken": token}
        )
        assert answer.status_code == 403
    assert pay.payment(payment.id).state == "succeeded"


def csrf(client: Any) -> str:
    client.get("/admin/")
    client.get("/admin/login/")
    if "csrftoken" not in client.cookies:
        client.get("/admin/password_change/")
    return str(client.cookies["csrftoken"].value)


def act(client: Any, table: str, action: str, *ids: str, **given: str) -> Any:
    data: dict[str, Any] = {
        "action": action,
        "_selected_action": list(ids),
        "csrfmiddlewaretoken": csrf(client),
        **given,
    }
    query = "?status=all" if table == "paymentexception" else ""
    return client.post(f"/admin/paywright/{table}/{query}", data)


def confirmed(client: Any, table: str, action: str, *ids: str, **given: str) -> str:
    """Asks for the page in between, fills it in, and answers with what the next page tells."""
    page = act(client, table, action, *ids)
    assert page.status_code == 200, page.content[:2000]
    once = re.search(r'name="once" value="([0-9a-f]{16})"', page.content.decode())
    assert once is not None, page.content.decode()
    answer = act(client, table, action, *ids, confirmed="yes", once=once[1], **given)
    assert answer.status_code == 302, answer.content.decode()
    return str(client.get(answer.headers["Location"]).content.decode())


def recorded() -> list[tuple[str, str]]:
    """Who did something to what, as Django's admin keeps it, newest first."""
    from django.contrib.admin.models import LogEntry

    return [(str(entry.user.get_username()), str(entry.object_id)) for entry in LogEntry.objects.order_by("-id")]


def test_refund(pay: Paywright, client: Any) -> None:
    """Protects: a refund asks for amount and reason first, happens once, and names who did it."""
    payment = paid(pay)
    client.force_login(user("alice", "view_payment", "refund_payment"))
    page = act(client, "payment", "refund", payment.id)
    once = re.search(r'name="once" value="([0-9a-f]{16})"', page.content.decode())
    assert once is not None and pay.refunds().total == 0
    asked = act(client, "payment", "refund", payment.id, confirmed="yes", once=once[1], amount="30.00", reason="")
    assert asked.status_code == 200 and b"This field is required" in asked.content and pay.refunds().total == 0
    for _ in range(2):
        answer = act(
            client, "payment", "refund", payment.id, confirmed="yes", once=once[1], amount="30.00", reason="broken"
        )
        assert answer.status_code == 302
    [refund] = pay.refunds().items
    assert (refund.amount, refund.reason) == (Decimal("30.00"), "broken")
    assert [event.actor for event in pay.logs(payment.id) if event.event == "refund.created"] == ["alice"]
    shown = confirmed(client, "payment", "refund", payment.id, amount="500.00", reason=EVIL)
    assert "refund_exceeds" in shown and "<script>alert" not in shown
    for amount in ("-1", "1e3", "NaN", "0", "٣"):
        confirmed(client, "payment", "refund", payment.id, amount=amount, reason="x")
    assert pay.refunds().total == 1
    assert recorded() == [("alice", payment.id)] * 2


def test_capture_and_cancel(pay: Paywright, client: Any) -> None:
    """Protects: held money is collected, or let go, by whoever may."""
    held = opened(pay, capture="manual")
    told(pay, held.id, "authorize")
    assert pay.payment(held.id).state == "authorized"
    open_one = opened(pay)
    client.force_login(user("alice", "view_payment", "capture_payment", "cancel_payment"))
    page = client.get(f"/admin/paywright/payment/{held.id}/change/").content.decode()
    assert "Capture …" in page and "Cancel …" in page and "Refund …" not in page
    confirmed(client, "payment", "capture", held.id, amount="60.00")
    assert pay.payment(held.id).captured == Decimal("60.00")
    confirmed(client, "payment", "cancel", open_one.id)
    assert pay.payment(open_one.id).state == "cancelled"
    by = {event.event: event.actor for one in (held, open_one) for event in pay.logs(one.id)}
    assert (by["payment.succeeded"], by["payment.cancelled"], by["payment.authorized"]) == ("alice", "alice", "system")
    assert recorded() == [("alice", open_one.id), ("alice", held.id)]


def test_confirm(pay: Paywright, client: Any) -> None:
    """Protects: a bank transfer that came is confirmed by a person with a reason, who is on record."""
    payment = opened(pay, method="bank")
    client.force_login(
        user("alice", "view_payment", "view_refund", "confirm_payment", "confirm_refund", "refund_payment")
    )
    confirmed(client, "payment", "confirm", payment.id, reason="statement 12", transaction_id="T-1")
    found = pay.payment(payment.id)
    assert (found.state, found.manual, found.transaction_id) == ("succeeded", True, "T-1")
    confirmed(client, "payment", "refund", payment.id, reason="returned")
    [refund] = pay.refunds().items
    confirmed(client, "refund", "confirm", refund.id, reason="sent", transaction_id="T-2")
    assert pay.find_refund(refund.id).state == "succeeded"
    assert pay.verify().ok


def test_resolve(pay: Paywright, client: Any) -> None:
    """Protects: money that nobody could place is given its place by a person, with name and reason."""
    told(pay, opened(pay).id, "wrong_amount")
    [entry] = pay.exceptions().items
    client.force_login(user("alice", "view_paymentexception", "resolve_paymentexception"))
    queue = client.get("/admin/paywright/paymentexception/").content.decode()
    assert entry.id in queue
    confirmed(client, "paymentexception", "resolve", entry.id, resolution="refund", reason="wrong amount")
    found = pay.exception(entry.id)
    assert (found.resolution, found.actor, found.reason) == ("refund", "alice", "wrong amount")
    assert entry.id not in client.get("/admin/paywright/paymentexception/").content.decode()
    assert entry.id in client.get("/admin/paywright/paymentexception/?status=resolved").content.decode()


def test_cancel_an_order(pay: Paywright, client: Any) -> None:
    """Protects: an order is given up, and refunded as its flow says."""
    payment = paid(pay)
    client.force_login(user("alice", "view_order", "cancel_order"))
    confirmed(client, "order", "cancel", payment.order_id, reason="sold out")
    assert pay.order(payment.order_id).state == "cancelled"


def test_permissions(pay: Paywright, client: Any) -> None:
    """Protects: who may look may not act, who may do one thing may not do another, and strangers see nothing."""
    payment = paid(pay)
    assert client.get("/admin/paywright/payment/").status_code == 302
    client.force_login(user("nobody"))
    assert client.get("/admin/paywright/payment/").status_code == 403
    assert client.get(f"/admin/paywright/payment/{payment.id}/change/").status_code == 403
    client.force_login(user("looker", "view_payment"))
    page = client.get(f"/admin/paywright/payment/{payment.id}/change/").content.decode()
    assert "CN¥100.00" in page and "Refund …" not in page
    for who in ("looker", "canceller"):
        if who == "canceller":
            client.force_login(user("canceller", "view_payment", "cancel_payment"))
        answer = act(client, "payment", "refund", payment.id, confirmed="yes", once="0" * 16, reason="x")
        assert answer.status_code in (200, 302, 403) and b"confirmed" not in answer.content
    assert pay.refunds().total == 0
    client.force_login(user("alice", "refund_payment"))
    assert act(client, "payment", "refund", payment.id).status_code == 403
    client.force_login(user("bob", "view_payment", "refund_payment"))
    data = {"action": "refund", "_selected_action": [payment.id], "confirmed": "yes", "once": "0" * 16, "reason": "x"}
    assert client.post("/admin/paywright/payment/", data).status_code == 403
    assert pay.refunds().total == 0


def test_many_at_once(pay: Paywright, client: Any) -> None:
    """Protects: one refusal among several does not stop the others, and an amount is one payment's."""
    payments = [paid(pay), opened(pay), paid(pay)]
    client.force_login(user("root", is_superuser=True))
    page = act(client, "payment", "refund", *[payment.id for payment in payments]).content.decode()
    assert 'name="amount"' not in page and 'name="reason"' in page
    shown = confirmed(client, "payment", "refund", *[payment.id for payment in payments], reason="recall")
    assert "payment_not_refundable" in shown and shown.count("Refund done") == 2
    assert pay.refunds().total == 2


def test_nothing_to_see_elsewhere(settings: Any, client: Any) -> None:
    """Protects: where the engine has a file of its own, the admin shows nothing instead of failing."""
    settings(PAYWRIGHT=dict(SETTINGS))
    client.force_login(user("root", is_superuser=True))
    assert b"/admin/paywright/" not in client.get("/admin/").content
    assert client.get("/admin/paywright/payment/").status_code == 403


def test_acts_stay_outside_the_transaction_of_a_request(pay: Paywright) -> None:
    """Protects: with ATOMIC_REQUESTS no gateway is asked while a transaction is open."""
    from django.urls import resolve

    view: Any = resolve("/admin/paywright/payment/").func
    assert "default" in view._non_atomic_requests


def test_checks_of_the_database(pay: Paywright, settings: Any) -> None:
    """Protects: a database that is not set up for writers, or has no tables, is found before a payer finds it."""
    from django.core import checks
    from django.core.management import call_command
    from django.db import connection

    def found() -> set[str]:
        return {str(message.id) for message in checks.run_checks(databases=["default"])}

    assert not {name for name in found() if name.startswith("paywright.")}
    options = connection.settings_dict["OPTIONS"]
    mode = options.pop("transaction_mode")
    try:
        assert "paywright.W004" in found()
    finally:
        options["transaction_mode"] = mode
    call_command("migrate", "paywright", "zero", verbosity=0)
    assert "paywright.W009" in found()

"""The views of `paywright.django.urls`, asked as gateways, payers and strangers do."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
from django_host.fixtures import SETTINGS, client, pay, settings
from signed_status import NEW, NEW_PUBLIC, OLD, OLD_PUBLIC, proved, unsigned
from paywright import Paywright, PaywrightError
from paywright.testing import ManualClock

__all__ = ["client", "pay", "settings"]


def payment_of(pay: Paywright, **given: Any) -> Any:
    order = pay.create_order(currency="CNY", amount="100.00", customer=given.pop("customer", None))
    return pay.create_payment(order.id, method="card", **given)


def post_callback(client: Any, delivery: Any, path: str = "/paywright/callback/mock/") -> Any:
    headers = {name: value for name, value in delivery.headers.items() if name.lower() != "content-type"}
    return client.post(path, delivery.body, content_type="application/json", headers=headers)


def user(name: str, **given: Any) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_user(name, password="throwaway", **given)


@pytest.mark.parametrize("path", ["/paywright/callback/mock/", "/paywright/callback/mock"])
def test_a_callback_pays(pay: Paywright, client: Any, path: str) -> None:
    """Protects: a gateway without form token is answered exactly as the engine words it, with and without the slash."""
    payment = payment_of(pay)
    [delivery] = pay.mock_callbacks(payment.id, "success")
    answer = post_callback(client, delivery, path)
    again = pay.handle_callback("mock", headers=delivery.headers, body=delivery.body).reply
    assert (answer.status_code, answer.content) == (again.status, again.body)
    for name, value in again.headers.items():
        assert answer.headers[name] == value
    assert pay.payment(payment.id).state == "succeeded"


def test_a_forged_callback_is_refused(pay: Paywright, client: Any) -> None:
    """Protects: a signature that does not fit changes nothing and gets the gateway's own refusal."""
    payment = payment_of(pay)
    [delivery] = pay.mock_callbacks(payment.id, "forged")
    answer = post_callback(client, delivery)
    assert answer.status_code == 403
    assert pay.payment(payment.id).state == "init"
    with pytest.raises(PaywrightError) as refused:
        pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    assert refused.value.reply is not None
    assert answer.content == refused.value.reply.body


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options", "trace"])
def test_a_callback_is_posted(client: Any, method: str) -> None:
    """Protects: a gateway that probes the address hears that it exists and takes posts."""
    answer = getattr(client, method)("/paywright/callback/mock/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_an_unknown_gateway(client: Any) -> None:
    """Protects: a name that is no gateway's is a 404 that tells nothing of the others."""
    for name in ("nobody", "%3Cscript%3E", "a" * 5000, "..", "mock%00"):
        answer = client.post(f"/paywright/callback/{name}/", b"{}", content_type="application/json")
        assert answer.status_code in (400, 404), name
        assert b"mock" not in answer.content.replace(b"/mock", b"")
        assert b"<script>" not in answer.content


@pytest.mark.parametrize("limit", [10, 5_000_000, None])
def test_a_huge_body_is_not_read(client: Any, settings: Any, limit: int | None) -> None:
    """Protects: our own limit counts, whatever Django's own is, and nothing above it is read."""
    settings(DATA_UPLOAD_MAX_MEMORY_SIZE=limit)
    big = b"x" * (1024 * 1024 + 1)
    assert client.post("/paywright/callback/mock/", big, content_type="application/json").status_code == 413
    fits = b"x" * (1024 * 1024)
    assert client.post("/paywright/callback/mock/", fits, content_type="application/json").status_code == 403


def test_a_small_limit_of_the_host_does_not_stop_callbacks(pay: Paywright, client: Any, settings: Any) -> None:
    """Protects: a project that limits its forms to a few bytes still hears that it was paid."""
    payment = payment_of(pay)
    [delivery] = pay.mock_callbacks(payment.id, "success")
    settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10)
    assert post_callback(client, delivery).status_code == 200


def test_odd_headers(pay: Paywright, client: Any) -> None:
    """Protects: headers that are wrong, long or missing end in a refusal and never in a crash."""
    payment = payment_of(pay)
    [delivery] = pay.mock_callbacks(payment.id, "success")
    for wrong in (
        {"Mock-Signature": "v1=" + "0" * 64},
        {"Mock-Signature": "€"},
        {"Mock-Signature": "x" * 100_000},
        {"Mock-Timestamp": "9" * 400},
        {"Mock-Id": ""},
    ):
        headers = {**delivery.headers, **wrong}
        answer = client.post(
            "/paywright/callback/mock/", delivery.body, content_type="application/json", headers=headers
        )
        assert answer.status_code in (400, 403), wrong
    lying = client.generic("POST", "/paywright/callback/mock/", b"{}", CONTENT_LENGTH="many")
    assert lying.status_code == 403
    assert pay.payment(payment.id).state == "init"


def test_a_middleware_that_consumes_the_body_is_named(pay: Paywright, settings: Any) -> None:
    """Protects: an operator learns why no signature fits, instead of hunting keys."""
    from django.test import RequestFactory
    from paywright.django.body import raw_body

    request = RequestFactory().post("/", b"{}", content_type="application/json")
    request.read(1)
    with pytest.raises(RuntimeError, match="middleware"):
        raw_body(request)
    kept = RequestFactory().post("/", b"{}", content_type="application/json")
    assert kept.body == b"{}"
    assert raw_body(kept) == b"{}"


def test_only_the_owner_sees_a_payment(pay: Paywright, client: Any) -> None:
    """Protects: strangers and people who guess ids cannot tell a payment from none."""
    owner, other, staff = user("owner"), user("other"), user("staff", is_staff=True, is_superuser=True)
    payment = payment_of(pay, customer=str(owner.pk))
    path = f"/paywright/payments/{payment.id}/status"
    assert client.get(path).status_code == 404
    seen = {}
    for who in (other, staff, owner):
        client.force_login(who)
        seen[who.username] = client.get(path)
    assert seen["other"].status_code == 404
    assert seen["staff"].status_code == 200
    body = seen["owner"].json()
    assert (body["status"], body["amount"], body["currency"]) == ("init", "100.00", "CNY")
    assert "no-store" in seen["owner"].headers["Cache-Control"]
    for name in ("pay_", "pay_" + "0" * 26, "x" * 3000, "%00", "' OR 1=1", payment.id.lower()):
        assert client.get(f"/paywright/payments/{name}/status").status_code == 404, name
    assert client.post(path).status_code in (403, 405)


@pytest.mark.parametrize(("keys", "publics"), [(OLD, [OLD_PUBLIC]), ([NEW, OLD], [NEW_PUBLIC, OLD_PUBLIC])])
def test_the_status_is_signed(client: Any, settings: Any, keys: Any, publics: list[str]) -> None:
    """Protects: an application that believes nothing unproved: the status, and nothing else, proves itself by each key."""
    from paywright.django import get_paywright

    owner, other = user("owner"), user("other")
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    settings(PAYWRIGHT={**SETTINGS, "STATUS_KEYS": keys, "CLOCK": clock})
    payment = payment_of(get_paywright(), customer=str(owner.pk))
    path = f"/paywright/payments/{payment.id}/status"
    for name in (path, "/paywright/payments/x/status"):
        assert unsigned(client.get(name).headers), name
    client.force_login(other)
    assert unsigned(client.get(path).headers)
    client.force_login(owner)
    answer = client.get(path, headers={"accept-language": "zh"})
    proved(answer.headers, answer.content, payment.id, *publics, now=int(clock.now.timestamp()))
    shown = answer.json()
    expected = {"payment_id": payment.id, "state": "init", "status": "init", "amount": "100.00", "currency": "CNY"}
    assert {name: shown[name] for name in expected} == expected
    assert "no-store" in answer.headers["Cache-Control"] and unsigned(client.get("/paywright/history").headers)
    clock.advance(3600)
    again = client.get(path)
    assert int(again.headers["webhook-timestamp"]) == int(answer.headers["webhook-timestamp"]) + 3600
    settings(PAYWRIGHT=dict(SETTINGS))
    payment = payment_of(get_paywright(), customer=str(owner.pk))
    answer = client.get(f"/paywright/payments/{payment.id}/status")
    assert answer.status_code == 200 and unsigned(answer.headers)


def test_a_guest_named_none_owns_nothing(pay: Paywright, client: Any) -> None:
    """Protects: who is not logged in has no name that an order could have by accident."""
    payment = payment_of(pay, customer="None")
    assert client.get(f"/paywright/payments/{payment.id}/status").status_code == 404


def test_the_project_says_who_owns(pay: Paywright, client: Any, settings: Any) -> None:
    """Protects: OWNER and CUSTOMER replace our idea of whose a payment is."""
    settings(PAYWRIGHT={**SETTINGS, "OWNER": lambda request, payment: request.GET.get("key") == payment.id})
    from paywright.django import get_paywright

    payment = payment_of(get_paywright())
    assert client.get(f"/paywright/payments/{payment.id}/status?key={payment.id}").status_code == 200
    assert client.get(f"/paywright/payments/{payment.id}/status").status_code == 404
    settings(PAYWRIGHT={**SETTINGS, "CUSTOMER": "django_host.guest"})
    payment = payment_of(get_paywright(), customer="guest")
    assert client.get("/paywright/history").json()["payments"][0]["payment_id"] == payment.id


def test_history(pay: Paywright, client: Any) -> None:
    """Protects: everybody sees their own payments, page by page, and only staff those of others."""
    owner, staff = user("owner"), user("staff", is_staff=True, is_superuser=True)
    payments = [payment_of(pay, customer=str(owner.pk)) for _ in range(3)]
    payment_of(pay, customer="somebody")
    assert client.get("/paywright/history").status_code == 403
    client.force_login(owner)
    found = client.get("/paywright/history?page=1&size=2").json()
    assert (found["total"], found["page"], found["size"]) == (3, 1, 2)
    assert [row["payment_id"] for row in found["payments"]] == [payments[2].id, payments[1].id]
    assert client.get("/paywright/history?customer=somebody").json()["total"] == 3
    for wrong in ("page=0", "page=x", "size=-1", "size=99999999999", "page=%D9%A1"):
        assert client.get(f"/paywright/history?{wrong}").status_code == 400, wrong
    client.force_login(staff)
    assert client.get("/paywright/history?customer=somebody").json()["total"] == 1


def test_the_return_page_believes_nothing(pay: Paywright, client: Any) -> None:
    """Protects: what the payer's browser says about the outcome is never believed (H51)."""
    payment = payment_of(pay)
    answer = client.get(f"/paywright/return/mock/?payment={payment.id}&status=succeeded&paid=1")
    assert answer.status_code == 200
    assert pay.payment(payment.id).state == "init"
    assert b"Waiting for payment" in answer.content
    assert f"payment={payment.id}&amp;look=1".encode() in answer.content
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    nonce = re.search(r'<style nonce="([^"]+)"', answer.content.decode())
    assert nonce is not None and f"'nonce-{nonce[1]}'" in answer.headers["Content-Security-Policy"]
    last = client.get(f"/paywright/return/mock/?payment={payment.id}&look=12")
    assert b"http-equiv" not in last.content
    for name in ("", "?payment=", "?payment=pay_x", "?payment=<script>"):
        assert client.get(f"/paywright/return/mock/{name}").status_code == 404, name
    assert client.get(f"/paywright/return/nobody/?payment={payment.id}").status_code == 404


def test_the_return_page_in_chinese(pay: Paywright, client: Any) -> None:
    """Protects: payers read their own language without any translation tools in the build."""
    payment = payment_of(pay)
    answer = client.get(f"/paywright/return/mock/?payment={payment.id}", headers={"accept-language": "zh-hans"})
    assert "等待支付" in answer.content.decode()
    assert '<html lang="zh-CN">' in answer.content.decode()


def test_the_return_page_may_be_the_hosts(pay: Paywright, client: Any, settings: Any) -> None:
    """Protects: a project's own page is where payers end, with the names filled in and escaped."""
    from paywright.django import get_paywright

    settings(PAYWRIGHT={**SETTINGS, "RETURN_URL": "/orders/{reference}/?payment={payment_id}"})
    again = get_paywright()
    order = again.create_order(currency="CNY", amount="1.00", reference="a+b@c")
    payment = again.create_payment(order.id, method="card")
    answer = client.get(f"/paywright/return/mock/?payment={payment.id}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orders/a%2Bb%40c/?payment={payment.id}")


def checkout(client: Any, payment: Any, **given: Any) -> tuple[str, str, str]:
    parts = urlsplit(payment.action.url)
    page = client.get(f"{parts.path}?{parts.query}", **given)
    assert page.status_code == 200
    text = page.content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert token is not None
    hidden = re.search(r'name="token" value="([^"]+)"', text)
    assert hidden is not None
    return parts.path, token[1], hidden[1]


def test_the_mock_checkout(pay: Paywright, client: Any) -> None:
    """Protects: the developer's first purchase: page, click, callback, back to the shop."""
    payment = payment_of(pay, return_url="http://testserver/back")
    path, form, token = checkout(client, payment)
    assert client.post(path, {"token": token, "outcome": "pay"}).status_code == 403
    assert pay.payment(payment.id).state == "init"
    # With "no-referrer" browsers say that a form comes from "null", which Django refuses.
    assert b"no-referrer" not in client.get(path, {"token": token}).content
    answer = client.post(
        path,
        {"token": token, "outcome": "pay", "csrfmiddlewaretoken": form},
        headers={"origin": "http://testserver"},
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://testserver/back?payment={payment.id}"
    assert pay.payment(payment.id).state == "succeeded"


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        ("decline", "failed"),
        ("cancel", "cancelled"),
        ("forge", "init"),
        ("pay_twice", "succeeded"),
        ("process", "processing"),
    ],
)
def test_choices_of_the_mock_checkout(pay: Paywright, client: Any, choice: str, state: str) -> None:
    """Protects: each button does what it says, and the page without a return address still ends somewhere."""
    payment = payment_of(pay)
    path, form, token = checkout(client, payment)
    answer = client.post(path, {"token": token, "outcome": choice, "csrfmiddlewaretoken": form})
    assert answer.status_code == 200
    assert pay.payment(payment.id).state == state
    assert pay.verify().ok


def test_the_mock_checkout_escapes(pay: Paywright, client: Any) -> None:
    """Protects: a description is text on the page, and a token of somebody else opens nothing."""
    payment = payment_of(pay, description="<script>alert(1)</script>\"'")
    parts = urlsplit(payment.action.url)
    page = client.get(f"{parts.path}?{parts.query}")
    assert b"<script>" not in page.content
    assert client.get(f"{parts.path}?token=x").status_code == 403
    assert client.get(f"{parts.path}?{parts.query}&language=<b>").status_code in (404, 200)
    _, form, token = checkout(client, payment)
    for wrong in ({"outcome": "no"}, {"token": "x"}, {"outcome": "", "token": ""}):
        answer = client.post(parts.path, {"token": token, "outcome": "pay", "csrfmiddlewaretoken": form, **wrong})
        assert answer.status_code in (400, 403), wrong
        assert b"<!doctype html>" in answer.content
    assert pay.payment(payment.id).state == "init"


@pytest.mark.parametrize("given", [{"MODE": "test", "MOCK_CHECKOUT": None}, {"MODE": "test", "MOCK_CHECKOUT": False}])
def test_the_mock_checkout_is_for_development(settings: Any, client: Any, given: dict[str, Any]) -> None:
    """Protects: outside development nobody pays without money, unless the project says so."""
    settings(PAYWRIGHT={**SETTINGS, **given})
    assert client.get("/paywright/mock/checkout/?token=x").status_code == 404
    assert client.post("/paywright/mock/checkout/").status_code in (403, 404)


def test_errors_become_answers(pay: Paywright, client: Any) -> None:
    """Protects: a view of the host may let our errors through: programs get JSON, people a page."""
    path = f"/orders/ord_{'0' * 26}/"
    page = client.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.status_code == 404
    assert b"order_not_found" in page.content and b"<!doctype html>" in page.content
    answer = client.get(path, headers={"accept": "application/json", "accept-language": "zh-hans"})
    assert answer.status_code == 404
    body = json.loads(answer.content)
    assert body["code"] == "order_not_found" and "不存在" in body["detail"]
    hostile = client.get("/orders/<script>alert(1)</script>/", headers={"accept": "text/html"})
    assert hostile.status_code in (400, 404) and b"<script>alert" not in hostile.content


def test_our_own_troubles_are_not_told(pay: Paywright, client: Any, caplog: Any) -> None:
    """Protects: what is wrong on our side stands in the log, and payers hear only that something is."""
    pay.close()
    answer = client.get(f"/orders/ord_{'0' * 26}/", headers={"accept": "application/json"})
    assert answer.status_code == 503
    assert "closed" not in answer.json()["detail"]
    assert "store_closed" in caplog.text


def test_views_stay_outside_the_transaction_of_a_request(settings: Any) -> None:
    """Protects: with ATOMIC_REQUESTS a callback's change is not undone by what comes after it."""
    from django.urls import resolve

    names = ["/paywright/callback/mock/", "/paywright/callback/mock", "/paywright/history", "/paywright/return/mock/"]
    for path in [*names, "/paywright/mock/checkout/", "/paywright/payments/x/status", "/api/payments/"]:
        view: Any = resolve(path).func
        assert "default" in view._non_atomic_requests, path


def test_what_the_signals_hear(pay: Paywright, client: Any) -> None:
    """Protects: after a callback the host hears of it at once, without any process of its own."""
    from paywright.django import signals

    heard: list[str] = []

    def hear(payment_id: str, **_: Any) -> None:
        heard.append(payment_id)

    signals.payment_succeeded.connect(hear)
    try:
        payment = payment_of(pay)
        [delivery] = pay.mock_callbacks(payment.id, "success")
        assert post_callback(client, delivery).status_code == 200
    finally:
        signals.payment_succeeded.disconnect(hear)
    assert heard == [payment.id]

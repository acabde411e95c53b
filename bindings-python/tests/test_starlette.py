"""The routes for Starlette applications."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from asgi import Described, exchange, ordered, success
from signed_status import NEW, NEW_PUBLIC, OLD, OLD_PUBLIC, WRONG, proved, refused, unsigned
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

import paywright
from paywright import AsyncPaywright, ConfigError, Paywright
from paywright._status import StatusKeys
from paywright.starlette import payments


async def customer_of(request: Request) -> str | None:
    return request.headers.get("x-customer")


def application(pay: Paywright, named: bool = True) -> Starlette:
    routes = payments(AsyncPaywright(pay), customer_of=customer_of) if named else payments(AsyncPaywright(pay))
    return Starlette(routes=[Mount("/payments", routes)])


def test_a_payment_from_callback_to_history(pay: Paywright) -> None:
    """Protects: the page that a small application needs: callback, status, history, and only one's own."""
    payment = pay.create_payment(ordered(pay).id, method="card")

    async def story(client: Described) -> None:
        mine, theirs = {"x-customer": "ALICE"}, {"x-customer": "BOB"}
        assert (await client.get(f"/payments/{payment.id}/status", headers=mine)).json()["status"] == "pending"
        delivery = success(pay, payment.id)
        for path in ("callback/mock/", "callback/mock"):
            told = await client.post(f"/payments/{path}", content=delivery.body, headers=delivery.headers)
            assert told.status_code == 200
        assert (await client.get(f"/payments/{payment.id}/status", headers=mine)).json()["status"] == "success"
        history = (await client.get("/payments/history?page=1&size=10", headers=mine)).json()
        assert [row["payment_id"] for row in history["payments"]] == [payment.id]
        assert (await client.get("/payments/history", headers=theirs)).json()["total"] == 0
        hidden = await client.get(f"/payments/{payment.id}/status", headers=theirs)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "payment_not_found")
        for path in ("history", f"{payment.id}/status"):
            assert (await client.get(f"/payments/{path}")).json()["code"] == "forbidden_action"

    exchange(application(pay), story)
    assert pay.payment(payment.id).state == "succeeded"


def test_nothing_is_shown_unless_configured(pay: Paywright) -> None:
    """Protects: an application that does not say who asks shows nobody's payments; callbacks still arrive."""
    payment = pay.create_payment(ordered(pay).id, method="card")

    async def story(client: Described) -> None:
        for path in ("history", f"{payment.id}/status"):
            refused = await client.get(f"/payments/{path}", headers={"x-customer": "ALICE"})
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden_action")
        delivery = success(pay, payment.id)
        told = await client.post("/payments/callback/mock/", content=delivery.body, headers=delivery.headers)
        assert told.status_code == 200

    exchange(application(pay, named=False), story)


@pytest.mark.parametrize(("keys", "publics"), [(OLD, [OLD_PUBLIC]), ([NEW, OLD.encode()], [NEW_PUBLIC, OLD_PUBLIC])])
def test_the_status_is_signed(pay: Paywright, keys: Any, publics: list[str]) -> None:
    """Protects: an application that believes nothing unproved: the status, and nothing else, proves itself by each key."""
    payment = pay.create_payment(ordered(pay).id, method="card")
    routes = payments(AsyncPaywright(pay), customer_of=customer_of, status_keys=keys)

    async def story(client: Described) -> None:
        mine, path = {"x-customer": "ALICE"}, f"/{payment.id}/status"
        for state in ("init", "succeeded"):
            answer = await client.get(path, headers=mine)
            proved(answer.headers, answer.content, payment.id, *publics)
            shown = answer.json()
            expected = {"payment_id": payment.id, "state": state, "amount": "100.00", "currency": "CNY"}
            assert {name: shown[name] for name in expected} == expected
            delivery = success(pay, payment.id)
            assert unsigned((await client.post("/callback/mock", content=delivery.body, headers=delivery.headers)).headers)
        for other, who in (("/history", mine), (path, {"x-customer": "BOB"}), (path, {}), ("/pay_x/status", mine)):
            assert unsigned((await client.get(other, headers=who)).headers), other

    exchange(routes, story)


def test_without_keys_nothing_is_signed(pay: Paywright) -> None:
    """Protects: who asks for no signatures has the answers of before."""
    payment = pay.create_payment(ordered(pay).id, method="card")

    async def story(client: Described) -> None:
        answer = await client.get(f"/payments/{payment.id}/status", headers={"x-customer": "ALICE"})
        assert answer.status_code == 200 and unsigned(answer.headers)

    exchange(application(pay), story)


@pytest.mark.parametrize(("keys", "code", "why"), WRONG)
def test_wrong_status_keys(pay: Paywright, keys: Any, code: str, why: str) -> None:
    """Protects: a key that cannot sign, or with which a reader could, ends the start and not somebody's payment."""
    with pytest.raises(ConfigError) as error:
        payments(AsyncPaywright(pay), status_keys=keys)
    refused(error.value, "status_keys", keys, code, why)


def test_status_keys_keep_to_themselves() -> None:
    """Protects: a configuration that is printed, logged or pickled shows no key."""
    keys = StatusKeys("status_keys", [OLD, NEW])
    assert str(keys) == repr(keys) == f"{keys}" == "<StatusKeys: 2 [redacted]>"
    for act in (pickle.dumps, copy.copy, vars, json.dumps):
        with pytest.raises(TypeError):
            act(keys)


@pytest.mark.parametrize(
    ("query", "code"),
    [("page=0", "argument_range"), ("page=x", "argument_range"), ("size=-1", "argument_range"), ("size=99999999999", "argument_range")],
)
def test_odd_pages(pay: Paywright, query: str, code: str) -> None:
    """Protects: what a query string asks for is a number in range, or a refusal."""

    async def story(client: Described) -> None:
        refused = await client.get(f"/payments/history?{query}", headers={"x-customer": "ALICE"})
        assert (refused.status_code, refused.json()["code"]) == (400, code)

    exchange(application(pay), story)


def test_the_mock_checkout_in_development_only(pay: Paywright) -> None:
    """Protects: the mock's page is served, its click settles the payment; in any other mode it is not there."""
    mock = paywright.Mock(checkout_base_url="http://shop.example/payments/mock-checkout")
    with Paywright.open("sqlite::memory:", gateways=[mock], mode="development") as shop:
        payment = shop.create_payment(ordered(shop).id, method="card", return_url="http://shop.example/done")
        assert payment.action.url is not None
        url = urlsplit(payment.action.url)
        token = parse_qs(url.query)["token"][0]

        async def story(client: Described) -> None:
            page = await client.get(f"{url.path}?{url.query}&language=zh")
            assert page.status_code == 200 and "content-security-policy" in page.headers
            assert 'name="viewport"' in page.text and '"zh"' in page.text
            forged = await client.get(url.path, params={"token": "<script>alert(1)</script>"})
            assert forged.status_code == 403 and "<script>" not in forged.text
            paid = await client.post(url.path, data={"token": token, "outcome": "pay", "language": "en"})
            assert paid.status_code == 303
            assert paid.headers["location"] == f"http://shop.example/done?payment={payment.id}"
            twice = await client.post(url.path, data={"token": token, "outcome": "pay"})
            assert twice.status_code == 409
            for body in (b"token=%FF", b"\xff\xfe", b"a=1&" * 20, b""):
                refused = await client.post(url.path, content=body)
                assert 400 <= refused.status_code < 500, body
            huge = await client.post(url.path, content=b"a" * 100_000)
            assert (huge.status_code, huge.json()["code"]) == (413, "too_large")

        exchange(application(shop), story)
        assert shop.payment(payment.id).state == "succeeded"

    async def nothing(client: Described) -> None:
        assert (await client.get(f"{url.path}?{url.query}")).status_code == 404
        assert (await client.post(url.path, data={"token": token, "outcome": "pay"})).status_code == 404

    exchange(application(pay), nothing)

"""The routes for Starlette applications."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from asgi import Described, exchange, ordered, success
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

import paywright
from paywright import AsyncPaywright, Paywright
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

"""`paywright.django.rest`: the JSON that shops' pages know, word by word, and what hostile callers get."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django_host.fixtures import SETTINGS, pay, settings
from signed_status import NEW, NEW_PUBLIC, OLD, OLD_PUBLIC, proved, unsigned
from paywright import Paywright

__all__ = ["pay", "settings"]


@pytest.fixture
def shop(pay: Paywright) -> Any:
    """A buyer's client, with two more people."""
    return Shop(pay)


class Shop:
    """A buyer, somebody else, and staff; orders with numbers."""

    def __init__(self, pay: Paywright) -> None:
        from django.contrib.auth.models import User

        self.pay = pay
        self.buyer = User.objects.create_user("buyer", password="throwaway")
        self.other = User.objects.create_user("other", password="throwaway")
        self.staff = User.objects.create_superuser("staff", password="throwaway")

    def order(self, number: int, **given: Any) -> Any:
        fields = {"currency": "CNY", "amount": "100.00", "customer": str(self.buyer.pk), **given}
        return self.pay.create_order(reference=str(number), **fields)

    def client(self, user: Any = None) -> Any:
        from rest_framework.test import APIClient

        client = APIClient(enforce_csrf_checks=True)
        client.force_authenticate(user or self.buyer)
        return client


def test_create(shop: Shop) -> None:
    """Protects: the request and the reply of the notes, member by member (001-26, 004-08, 004-21, 004-23)."""
    shop.order(123)
    answer = shop.client().post(
        "/api/payments/", {"order_id": 123, "method": "wechat", "amount": "100.00"}, format="json"
    )
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {
        *("id", "order", "amount", "currency", "method", "status", "action"),
        *("created_at", "updated_at", "paid_at", "expires_at", "logs"),
    }
    expected = {"order": 123, "amount": "100.00", "method": "wechat", "status": "init"}
    assert {name: body[name] for name in expected} == expected
    times = [datetime.fromisoformat(body[name].replace("Z", "+00:00")) for name in ("created_at", "expires_at")]
    assert times[1] - times[0] == timedelta(minutes=30)
    assert [(log["event"], log["operator"]) for log in body["logs"]] == [
        ("start", "system"),
        ("payment_created", "system"),
    ]
    assert body["logs"][0]["detail"] == "start payment wechat"
    assert body["logs"][0]["t"].endswith("Z")


def test_defaults(shop: Shop) -> None:
    """Protects: only the order is needed: WeChat and all that is due (004-21), by number, text or our own id."""
    order = shop.order(7)
    client = shop.client()
    first = client.post("/api/payments/", {"order_id": "7"}, format="json")
    assert (first.status_code, first.json()["method"], first.json()["amount"]) == (201, "wechat", "100.00")
    again = client.post("/api/payments/", {"order_id": order.id}, format="json")
    assert again.status_code == 200
    assert again.json()["detail"] == "An active payment record already exists"
    assert again.json()["id"] == first.json()["id"]


def test_refusals(shop: Shop, settings: Any) -> None:
    """Protects: every refusal of note 004 has its status and its members (004-14 … 004-18)."""
    shop.order(1)
    client = shop.client()

    def refused(**given: Any) -> tuple[int, dict[str, Any]]:
        answer = client.post("/api/payments/", given, format="json")
        return answer.status_code, answer.json()

    status, body = refused(order_id=999)
    assert (status, body["code"], body["detail"]) == (404, "order_not_found", "Order 999 not found.")
    status, body = refused(order_id=1, method="gold")
    assert (status, body["code"]) == (400, "method_unsupported")
    assert "wechat" in body["supported_methods"] and "wechat" in body["detail"]
    status, body = refused(order_id=1, amount="90.00")
    assert (status, body["code"]) == (400, "amount_mismatch")
    assert body["detail"] == "Payment amount 90.00 does not match order amount 100.00."
    assert (body["order_amount"], body["payment_amount"]) == ("100.00", "90.00")
    order = shop.pay.order_by_reference("1")
    shop.pay.cancel_order(order.id)
    status, body = refused(order_id=1)
    assert (status, body["code"]) == (409, "order_not_payable")
    past = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    from paywright.testing import ManualClock

    clock = ManualClock(past)
    settings(PAYWRIGHT={**SETTINGS, "CLOCK": clock})
    from paywright.django import get_paywright

    shop.pay = get_paywright()
    shop.order(2)
    clock.advance(25 * 3600)
    status, body = refused(order_id=2)
    assert (status, body["code"]) == (409, "order_expired")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"order_id": None},
        {"order_id": True},
        {"order_id": 1.5},
        {"order_id": {"$gt": ""}},
        {"order_id": "x" * 300},
        {"order_id": 1, "amount": 100.0},
        {"order_id": 1, "amount": True},
        {"order_id": 1, "amount": "NaN"},
        {"order_id": 1, "amount": "1e9999"},
        {"order_id": 1, "amount": "-100.00"},
        {"order_id": 1, "amount": ["100.00"]},
        {"order_id": 1, "method": {"a": 1}},
        {"order_id": 1, "method": "x" * 100},
        [1, 2],
    ],
)
def test_hostile_requests(shop: Shop, body: Any) -> None:
    """Protects: what is no request is a 400 and creates nothing; a float is no amount."""
    shop.order(1)
    answer = shop.client().post("/api/payments/", body, format="json")
    assert answer.status_code == 400, answer.content
    assert shop.pay.payments().total == 0


def test_order_ids_that_are_none(shop: Shop) -> None:
    """Protects: an id that is not well formed is simply not there."""
    for given in ("ord_x", "<script>", "' OR 1=1", -1, 10**14, "%00", "订单"):
        answer = shop.client().post("/api/payments/", {"order_id": given}, format="json")
        assert answer.status_code == 404, given
        assert answer.json()["code"] == "order_not_found"


def test_only_the_owner(shop: Shop) -> None:
    """Protects: nobody pays, sees or refunds what is somebody else's, or learns that it is there (003-18)."""
    shop.order(5)
    mine = shop.client().post("/api/payments/", {"order_id": 5}, format="json").json()["id"]
    other, staff = shop.client(shop.other), shop.client(shop.staff)
    stranger = other.post("/api/payments/", {"order_id": 5}, format="json")
    nobody = other.post("/api/payments/", {"order_id": 555}, format="json")
    assert stranger.status_code == nobody.status_code == 404
    assert stranger.content.replace(b"5", b"") == nobody.content.replace(b"5", b"")
    for path in (f"/api/payments/{mine}/", f"/api/payments/{mine}/status/"):
        assert other.get(path).status_code == 404
        assert staff.get(path).status_code == 200
        assert shop.client().get(path).status_code == 200
    assert other.post(f"/api/payments/{mine}/refund/", {}, format="json").status_code == 404
    assert shop.client().post(f"/api/payments/{mine}/refund/", {}, format="json").status_code == 403
    from rest_framework.test import APIClient

    assert APIClient().get("/api/payments/").status_code in (401, 403)
    assert APIClient().post("/api/payments/", {"order_id": 5}, format="json").status_code in (401, 403)


def test_status_and_history(shop: Shop) -> None:
    """Protects: a page that asks again and again, and the list of what somebody paid (003-08, 003-09)."""
    shop.order(5)
    client = shop.client()
    mine = client.post("/api/payments/", {"order_id": 5}, format="json").json()["id"]
    assert client.get(f"/api/payments/{mine}/status/").json() == {
        "payment_id": mine,
        "status": "init",
        "state": "init",
        "amount": "100.00",
        "currency": "CNY",
        "paid_at": None,
    }
    [delivery] = shop.pay.mock_callbacks(mine, "success")
    shop.pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    body = client.get(f"/api/payments/{mine}/").json()
    assert body["status"] == "succeeded" and body["paid_at"]
    assert body["logs"][-1]["event"] == "payment_succeeded"
    listed = client.get("/api/payments/?page=1&size=10").json()
    assert (listed["total"], listed["page"], listed["size"]) == (1, 1, 10)
    assert {"payment_id", "amount", "status", "created_at"} <= set(listed["payments"][0])
    assert client.get("/api/payments/?page=x").status_code == 400
    assert shop.client(shop.other).get("/api/payments/").json()["total"] == 0


def test_the_status_is_signed(settings: Any) -> None:
    """Protects: the bytes are signed that a renderer made of the answer, whichever renderer it was; refusals are not."""
    from paywright.django import get_paywright

    settings(PAYWRIGHT={**SETTINGS, "STATUS_KEYS": [NEW, OLD]})
    shop = Shop(get_paywright())
    shop.order(5)
    client = shop.client()
    mine = client.post("/api/payments/", {"order_id": 5}, format="json")
    path = f"/api/payments/{mine.json()['id']}/status/"
    for kind in ("application/json", "text/html"):
        answer = client.get(path, headers={"accept": kind})
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
        proved(answer.headers, answer.content, mine.json()["id"], NEW_PUBLIC, OLD_PUBLIC)
    others = [client.get("/api/payments/"), client.get(path.replace("status/", "")), client.options(path)]
    others.append(shop.client(shop.other).get(path))
    assert [answer.status_code for answer in others] == [200, 200, 200, 404]
    assert all(unsigned(answer.headers) for answer in (mine, *others))


def test_refund(shop: Shop) -> None:
    """Protects: who has the permission pays back, once for a key, never more than there is, and is on record."""
    shop.order(5)
    mine = shop.client().post("/api/payments/", {"order_id": 5}, format="json").json()["id"]
    [delivery] = shop.pay.mock_callbacks(mine, "success")
    shop.pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    staff = shop.client(shop.staff)
    for _ in range(2):
        answer = staff.post(
            f"/api/payments/{mine}/refund/",
            {"amount": "30.00", "reason": "broken"},
            format="json",
            headers={"idempotency-key": "k1"},
        )
        assert answer.status_code == 201, answer.content
        assert answer.json()["amount"] == "30.00"
    assert shop.pay.refunds(payment_id=mine).total == 1
    answer = staff.post(f"/api/payments/{mine}/refund/", {"amount": "90.00"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "refund_exceeds")
    assert any(event.event == "refund.created" and event.actor == "staff" for event in shop.pay.logs(mine))


def test_forms_need_a_token(shop: Shop) -> None:
    """Protects: a page of somebody else cannot pay or refund with the browser of who is logged in."""
    from django.test import Client

    shop.order(5)
    client = Client(enforce_csrf_checks=True)
    client.force_login(shop.buyer)
    assert client.post("/api/payments/", {"order_id": 5}).status_code == 403
    assert shop.pay.payments().total == 0

"""The shop's API says what notes 001 and 004 say, to the letter where they give letters."""

from __future__ import annotations

import re
from typing import Any

import pytest

import paywright
from paywright.signatures import hmac_callback_sign
from paywright.testing import ManualClock

T = "2026-01-01T00:00:00Z"
LATER = "2026-01-01T00:30:00Z"


def order(client: Any) -> int:
    """One tin of oolong for 100.00."""
    return int(client.post("/api/orders/", {"product": 1}, format="json").json()["id"])


def create(client: Any, **asked: Any) -> Any:
    return client.post("/api/payments/", asked, format="json")


def callback(client: Any, payment_id: str, status: str = "SUCCESS", amount: str = "100.00", key: str = "") -> Any:
    """What the wallet posts: the sorted members signed, as note 001 has it."""
    from django.conf import settings

    fields = {"payment_id": payment_id, "transaction_id": "wx2026010100001", "status": status, "amount": amount}
    fields["signature"] = hmac_callback_sign(fields, key or settings.CALLBACK_SECRET)
    client.credentials()
    return client.post("/api/payments/callback/wechat/", fields, format="json")


def test_an_order(client: Any) -> None:
    """Protects: 004-02, an order is what the note says, and its state comes from the engine."""
    answer = client.post("/api/orders/", {"product": 1, "quantity": 2}, format="json")
    assert answer.status_code == 201
    said = answer.json()
    assert said.pop("created_at")
    assert said == {"id": 1, "status": "pending", "total_amount": "200.00", "user": 1}


def test_a_payment_is_created(client: Any, pay: paywright.Paywright) -> None:
    """Protects: 001-26, 004-07 to 004-09 and 004-23, the record and its first log entries, in the note's words."""
    answer = create(client, order_id=order(client), method="wechat", amount="100.00")
    assert answer.status_code == 201
    said = answer.json()
    payment_id = said.pop("id")
    assert said.pop("action") == {
        "kind": "redirect",
        "url": f"http://127.0.0.1:8000/phone/wechat/{payment_id}/?amount=100.00",
        "qr_text": None,
        "client_secret": None,
        "parameters": {},
    }
    facts = "amount=100.00 currency=CNY gateway=wechat method=wechat"
    assert said == {
        "order": 1,
        "amount": "100.00",
        "currency": "CNY",
        "method": "wechat",
        "status": "init",
        "created_at": T,
        "updated_at": T,
        "paid_at": None,
        "expires_at": LATER,
        "logs": [
            {"t": T, "event": "start", "operator": "system", "detail": "start payment wechat"},
            {"t": T, "event": "payment_created", "operator": "system", "detail": facts},
        ],
    }


def test_method_and_amount_have_defaults(client: Any) -> None:
    """Protects: 004-05 and 004-21, the method is wechat and the amount the order's unless said."""
    said = create(client, order_id=order(client)).json()
    assert (said["method"], said["amount"]) == ("wechat", "100.00")


def test_an_active_payment_is_returned(client: Any) -> None:
    """Protects: 004-19, asking again gives the same payment with 200 and says so."""
    number = order(client)
    first, again = create(client, order_id=number), create(client, order_id=number)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {"detail": "An active payment record already exists", **first.json()}


REFUSALS = [
    ({"order_id": 77}, 404, "Order 77 not found.", {"code": "order_not_found"}),
    (
        {"order_id": 1, "method": "cash"},
        400,
        'Payment method "cash" is not supported here; supported: alipay, bank, wechat.',
        {"supported_methods": ["alipay", "bank", "wechat"]},
    ),
    (
        {"order_id": 1, "amount": "99.00"},
        400,
        "Payment amount 99.00 does not match order amount 100.00.",
        {"order_amount": "100.00", "payment_amount": "99.00"},
    ),
]


@pytest.mark.parametrize(("asked", "status", "detail", "facts"), REFUSALS)
def test_refusals(client: Any, asked: dict[str, Any], status: int, detail: str, facts: dict[str, Any]) -> None:
    """Protects: 004-14 to 004-16, status, sentence and facts of what cannot be paid."""
    order(client)
    answer = create(client, **asked)
    said = answer.json()
    assert (answer.status_code, said["detail"]) == (status, detail)
    assert {key: said[key] for key in facts} == facts


def test_a_cent_of_rounding_is_the_orders_amount(client: Any) -> None:
    """Protects: 004-12, within 0.01 the payment is created, for exactly what is due."""
    assert create(client, order_id=order(client), amount="99.99").json()["amount"] == "100.00"


def test_an_order_that_takes_no_payment(client: Any, pay: paywright.Paywright) -> None:
    """Protects: 004-17, 409 with the state in it."""
    number = order(client)
    pay.cancel_order(pay.order_by_reference(str(number)).id, reason="test")
    answer = create(client, order_id=number)
    assert (answer.status_code, answer.json()["code"]) == (409, "order_not_payable")
    assert "cancelled" in answer.json()["detail"]
    chinese = client.post("/api/payments/", {"order_id": number}, format="json", headers={"Accept-Language": "zh-hans"})
    assert re.search("订单.*cancelled.*支付", chinese.json()["detail"])


def test_an_order_older_than_a_day(client: Any, clock: ManualClock) -> None:
    """Protects: 004-13 and 004-18, after 24 hours the order is to be placed again."""
    number = order(client)
    clock.advance(24 * 3600 + 1)
    answer = create(client, order_id=number)
    assert (answer.status_code, answer.json()["code"]) == (409, "order_expired")


def test_the_callback_pays(client: Any, pay: paywright.Paywright, clock: ManualClock) -> None:
    """Protects: 001-18 and 001-29, the signed callback pays and is answered with the payment and its log."""
    payment_id = create(client, order_id=order(client)).json()["id"]
    clock.advance(60)
    answer = callback(client, payment_id)
    said = answer.json()
    assert (answer.status_code, said["id"], said["status"]) == (200, payment_id, "succeeded")
    paid = said["logs"][-1]
    assert paid.pop("detail").startswith("amount=100.00 currency=CNY")
    assert paid == {"t": "2026-01-01T00:01:00.000Z", "event": "payment_succeeded", "operator": "system"}
    assert pay.order_by_reference("1").state == "paid"
    assert callback(client, payment_id).content == answer.content
    assert pay.verify().ok


def test_a_forged_callback(client: Any, pay: paywright.Paywright) -> None:
    """Protects: 001-07 and 001-30, 403 for a signature that does not fit, and nothing changes."""
    payment_id = create(client, order_id=order(client)).json()["id"]
    assert callback(client, payment_id, key="another-throwaway-secret").status_code == 403
    assert pay.payment(payment_id).state == "init"


def test_another_amount_waits_for_a_person(client: Any, pay: paywright.Paywright) -> None:
    """Protects: 001-47, a mismatch is never adjusted: it is reported with both amounts."""
    payment_id = create(client, order_id=order(client)).json()["id"]
    callback(client, payment_id, amount="99.00")
    [waiting] = pay.exceptions().items
    assert waiting.kind == "amount_mismatch"
    assert "99.00" in waiting.explanation and "100.00" in waiting.explanation


def test_polling(client: Any) -> None:
    """Protects: 001-53, a page asks how the payment stands; strangers are told nothing."""
    payment_id = create(client, order_id=order(client)).json()["id"]
    said = client.get(f"/api/payments/{payment_id}/status/").json()
    stands = {"status": "init", "state": "init", "paid_at": None}
    assert said == {"payment_id": payment_id, "amount": "100.00", "currency": "CNY", **stands}
    assert client.get(f"/api/payments/{payment_id}/").json()["status"] == "init"
    drawing = client.get(f"/api/payments/{payment_id}/qr/")
    assert drawing.headers["content-type"] == "image/svg+xml" and drawing.content.startswith(b"<svg")
    client.credentials()
    assert client.get(f"/api/payments/{payment_id}/status/").status_code in (401, 403)
    assert client.post("/api/payments/", {"order_id": 1}, format="json").status_code == 401


def test_an_expired_payment(client: Any, pay: paywright.Paywright, clock: ManualClock) -> None:
    """Protects: 001-22 and 004-04, after half an hour a payment is expired and may be made again."""
    number = order(client)
    payment_id = create(client, order_id=number).json()["id"]
    clock.advance(1801)
    pay.run_due()
    assert client.get(f"/api/payments/{payment_id}/status/").json()["status"] == "expired"
    assert pay.payment(payment_id).possible == ["pay_again"]
    assert create(client, order_id=number).status_code == 201


def test_both_orders_or_none(client: Any, pay: paywright.Paywright, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects: 000-22, the shop's row and the engine's commit together: when one is refused, neither is there."""
    from goods.models import Order

    monkeypatch.setattr("goods.api.CURRENCY", "no currency")
    assert client.post("/api/orders/", {"product": 1}, format="json").status_code == 400
    assert Order.objects.count() == 0 and pay.orders().total == 0

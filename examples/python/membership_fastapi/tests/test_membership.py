"""The membership does what note 003 asks: purchase, renewal, upgrade, history and refund, on pages and by its API."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from membership_fastapi.database import Database, Membership
from sqlalchemy import event, select
from sqlalchemy.orm import Session

import paywright
from paywright.testing import MockGateway


def newest(pay: paywright.Paywright) -> paywright.Payment:
    return pay.payments(size=1).items[0]


def buy(ann: Any, pay: paywright.Paywright, gateway: MockGateway, plan: str) -> paywright.Order:
    ann.post("/buy", plan=plan, method="alipay")
    gateway.pay(newest(pay))
    return pay.order(newest(pay).order_id)


def test_a_purchase(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 003-01 and 003-02, a plan is bought with a method of choice; who comes back sees that it is paid."""
    answer = ann.post("/buy", plan="silver", method="alipay")
    payment = newest(pay)
    assert answer.headers["location"] == payment.action.url
    assert (str(payment.amount), payment.currency) == ("30.00", "CNY")
    assert (payment.method, payment.customer) == ("alipay", "ann")
    visit = mock_gateway.pay(payment)
    assert visit.answers == [200] and visit.return_url
    assert "Welcome, you are a member" in ann.get(visit.return_url).text
    assert re.search(r'id="until">valid until 20\d\d-', ann.get("/").text)
    assert pay.order(payment.order_id).state == "active" and pay.verify().ok


def test_row_and_payment_are_one_commit(
    ann: Any, pay: paywright.Paywright, database: Database
) -> None:
    """Protects: what a member chose is there with its order and payment, or nothing of it is."""

    def rows() -> list[tuple[str, str, str]]:
        with Session(database.engine) as session:
            return [(row.order_id, row.member, row.plan) for row in session.scalars(select(Membership))]

    def fail(*_: object) -> None:
        raise RuntimeError("the disk of the shop")

    event.listen(Session, "before_commit", fail)
    try:
        with pytest.raises(RuntimeError, match="the disk of the shop"):
            ann.post("/buy", plan="silver", method="card")
    finally:
        event.remove(Session, "before_commit", fail)
    assert (rows(), pay.orders().total, pay.payments().total) == ([], 0, 0)
    ann.post("/buy", plan="silver", method="card")
    assert rows() == [(newest(pay).order_id, "ann", "silver")]


def test_renewal_and_upgrade(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 003-01, both are orders of their own that move the end of the first one, once they are paid."""
    first = buy(ann, pay, mock_gateway, "silver")
    assert first.ends_at
    ann.post("/buy", plan="silver", method="card")
    assert pay.order(first.id).ends_at == first.ends_at
    mock_gateway.pay(newest(pay))
    assert pay.order(first.id).ends_at == first.ends_at + timedelta(days=30)
    upgrade = buy(ann, pay, mock_gateway, "gold_year")
    assert upgrade.extends == first.id
    assert pay.order(first.id).ends_at == first.ends_at + timedelta(days=395)
    assert "Your membership: Gold, a whole year" in ann.get("/").text


def test_declined_and_paid_again(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 003-23, the member is told that it failed and pays again, by another payment of the same order."""
    ann.post("/buy", plan="gold", method="card")
    declined = newest(pay)
    visit = mock_gateway.decline(declined)
    page = ann.get(visit.return_url).text
    assert "The payment did not work" in page and "The card was declined." in page
    ann.post(f"/orders/{declined.order_id}/pay", method="wechat")
    assert (newest(pay).order_id, newest(pay).method) == (declined.order_id, "wechat")
    mock_gateway.pay(newest(pay))
    assert pay.order(declined.order_id).state == "active"


def test_a_lost_callback(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: who comes back after paying is a member, also when the provider's message was lost."""
    ann.post("/buy", plan="gold", method="card")
    visit = mock_gateway.pay(newest(pay), callback="drop")
    assert "Welcome, you are a member" in ann.get(visit.return_url).text


def test_history_and_refund(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 003-05, 003-10 and 003-24, the history lists payments, and money goes back through the gateway once."""
    order = buy(ann, pay, mock_gateway, "silver")
    assert ann.get("/history").text.count("30.00") == 1
    for _ in range(2):
        assert ann.post(f"/payments/{newest(pay).id}/refund").headers["location"] == "/history"
    assert [str(refund.amount) for refund in pay.refunds().items] == ["30.00"]
    assert pay.order(order.id).state == "cancelled"
    assert "refunded 30.00" in ann.get("/history").text
    assert pay.verify().ok and sum(balance.balance for balance in pay.balances()) == 0


def test_pages_of_a_history(ann: Any, pay: paywright.Paywright) -> None:
    """Protects: 003-09, a long history is read page by page, newest first."""
    for _ in range(11):
        ann.post("/buy", plan="silver", method="card")
    assert ann.get("/history").text.count("<tr><td>") == 10
    assert ann.get("/history?page=2").text.count("<tr><td>") == 1


def test_somebody_elses_order(ann: Any, application: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 003-18, nobody sees, pays or refunds another member's payments, on pages or by the API."""
    buy(ann, pay, mock_gateway, "silver")
    payment = newest(pay)
    eve = type(ann)(type(ann.client)(application, base_url="http://testserver"))
    assert eve.client.get("/history", follow_redirects=False).headers["location"] == "/sign-in"
    eve.post("/sign-in", name="eve")
    assert "30.00" not in eve.get("/history").text
    eve.post(f"/payments/{payment.id}/refund")
    assert eve.client.get(f"/orders/{payment.order_id}", follow_redirects=False).headers["location"] == "/"
    assert eve.client.get(f"/api/v1/payments/{payment.id}/status").status_code == 404
    assert pay.refunds().total == 0


def test_the_api(ann: Any, pay: paywright.Paywright, mock_gateway: MockGateway) -> None:
    """Protects: 003-07 to 003-11, the member's page may use the API under the note's addresses and names."""
    order = pay.create_order(currency="CNY", amount="100.00", customer="ann", flow="membership", reference="ORD123456")
    asked = {"amount": "100.00", "currency": "CNY", "payment_method": "alipay", "order_id": "ORD123456"}
    made = ann.client.post("/api/v1/payments/create", json={**asked, "user_id": "ann"})
    assert made.status_code == 201
    said = made.json()
    assert (said["status"], said["payment_url"]) == ("pending", newest(pay).action.url)
    mock_gateway.pay(said["payment_id"])
    status = ann.client.get(f"/api/v1/payments/{said['payment_id']}/status").json()
    assert (status["status"], status["amount"], status["paid_at"]) == ("success", "100.00", "2026-01-01T00:00:00Z")
    history = ann.client.get("/api/v1/payments/history", params={"user_id": "ann", "page": 1, "size": 20}).json()
    assert (history["total"], history["page"], history["size"]) == (1, 1, 20)
    assert history["payments"][0]["payment_id"] == said["payment_id"]
    assert pay.order(order.id).state == "active"


def test_forms_of_others(ann: Any, pay: paywright.Paywright) -> None:
    """Protects: a form that another site sends in a member's name does nothing."""
    answer = ann.client.post("/buy", data={"plan": "silver", "form": "guessed"})
    assert answer.status_code == 403 and "too old" in answer.text
    assert pay.orders().total == 0


def test_refusals_and_languages(ann: Any, pay: paywright.Paywright) -> None:
    """Protects: 003-05, pages and refusals speak the member's language."""
    ann.post("/language", language="zh", next="/history")
    assert "付款记录" in ann.get("/history").text
    refused = ann.get("/orders/ord_01KDVDNA00KSHDM8CGX0ME9JEJ")
    assert refused.status_code == 404 and "操作未成功" in refused.text
    assert ann.post("/language", language="en", next="//evil.example/").headers["location"] == "/"

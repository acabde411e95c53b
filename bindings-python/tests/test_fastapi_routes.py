"""The routes for FastAPI applications, as a browser or a service uses them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from asgi import PREFIX, Described, application, as_, authorise, exchange, ordered, success
from fastapi import Depends, FastAPI, Response
from signed_status import NEW, NEW_PUBLIC, OLD, OLD_PUBLIC, WRONG, proved, refused, unsigned

import paywright
from paywright import AsyncPaywright, ConfigError, Paywright
from paywright._codes import refusal
from paywright._exact import read_json
from paywright.fastapi import Caller, find_order, router


def test_a_purchase_in_the_names_of_note_003(pay: Paywright) -> None:
    """Protects: 003-07 to 003-10: create, status, history and refund, with the field names of the note."""
    ordered(pay, reference="ORD123456")

    async def story(client: Described) -> None:
        asked = {"amount": 100.00, "currency": "CNY", "payment_method": "alipay", "order_id": "ORD123456", "user_id": "ALICE"}
        made = await client.post(f"{PREFIX}/create", json=asked, headers=as_("alice"))
        assert made.status_code == 201, made.text
        body = made.json()
        assert body["status"] == "pending" and body["payment_url"].startswith("http") and body["amount"] == "100.00"
        payment_id = body["payment_id"]
        assert payment_id.startswith("pay_") and body["action"]["kind"] == "redirect"

        again = await client.post(f"{PREFIX}/create", json=asked, headers=as_("alice"))
        assert again.status_code == 200 and again.json()["payment_id"] == payment_id and again.json()["reused"] is True

        status = (await client.get(f"{PREFIX}/{payment_id}/status", headers=as_("alice"))).json()
        assert status == {
            "payment_id": payment_id, "status": "pending", "state": "init", "paid_at": None, "amount": "100.00", "currency": "CNY"
        }
        delivery = success(pay, payment_id)
        for path in ("callback/mock/", "callback/mock"):
            told = await client.post(f"{PREFIX}/{path}", content=delivery.body, headers=delivery.headers)
            assert told.status_code == 200, told.text
        status = (await client.get(f"{PREFIX}/{payment_id}/status", headers=as_("alice"))).json()
        assert status["status"] == "success" and status["paid_at"] == "2026-01-01T00:00:00Z"

        history = (await client.get(f"{PREFIX}/history", params={"user_id": "ALICE", "page": 1, "size": 5}, headers=as_("alice"))).json()
        assert {name: history[name] for name in ("total", "page", "size")} == {"total": 1, "page": 1, "size": 5}
        [row] = history["payments"]
        assert row == {
            "payment_id": payment_id, "amount": "100.00", "currency": "CNY", "status": "success", "created_at": "2026-01-01T00:00:00Z"
        }
        refund = await client.post(f"{PREFIX}/{payment_id}/refund", json={"amount": 30.50, "reason": "a cup"}, headers=as_("staff"))
        assert refund.status_code == 201, refund.text
        assert refund.json()["amount"] == "30.50" and refund.json()["status"] in ("pending", "success")
        rest = await client.post(f"{PREFIX}/{payment_id}/refund", json={}, headers=as_("staff"))
        assert rest.status_code == 201 and rest.json()["amount"] == "69.50"

    exchange(application(AsyncPaywright(pay)), story)
    [first, *_] = [event for event in pay.events() if event.event == "refund.created"]
    assert first.actor == "mia"
    assert pay.verify().ok


def test_a_purchase_in_the_names_of_note_001(pay: Paywright) -> None:
    """Protects: 001-17 and 001-26: POST payments/ answers with the record of the note and its log."""
    order = ordered(pay)

    async def story(client: Described) -> None:
        asked = {"order_id": order.id, "method": "wechat", "amount": "100.00"}
        for path in ("/api/payments/", "/api/payments"):
            made = await client.post(path, json=asked, headers=as_("alice"))
            assert made.status_code in (201, 200), made.text
        body = made.json()
        names = ["id", "order", "amount", "method", "status", "created_at", "updated_at", "expires_at", "logs"]
        assert list(body)[:9] == names
        assert body["status"] == "init" and body["amount"] == "100.00" and body["expires_at"] == "2026-01-01T00:30:00Z"
        assert body["logs"][0] == {
            "t": "2026-01-01T00:00:00Z", "event": "start", "operator": "system", "detail": "start payment wechat"
        }
        assert body["logs"][1]["event"] == "payment_created"
        found = (await client.get(f"/api/payments/{body['id']}/", headers=as_("alice"))).json()
        assert found["id"] == body["id"]

    exchange(application(AsyncPaywright(pay), prefix="/api/payments"), story)


def test_an_order_may_be_made_when_it_is_asked_for(pay: Paywright) -> None:
    """Protects: a host whose orders begin with the payment hands in what makes them; the owner check stays."""

    async def order_of(engine: AsyncPaywright, order_id: str, caller: Caller) -> paywright.Order:
        if order_id == "gold":
            return await engine.create_order(currency="CNY", amount="98", customer=caller.customer, flow="membership")
        return await find_order(engine, order_id, None)

    other = ordered(pay, customer="BOB")

    async def story(client: Described) -> None:
        made = await client.post(f"{PREFIX}/create", json={"order_id": "gold"}, headers=as_("alice"))
        assert made.status_code == 201 and made.json()["amount"] == "98.00"
        refused = await client.post(f"{PREFIX}/create", json={"order_id": other.id}, headers=as_("alice"))
        assert refused.status_code == 404

    exchange(application(AsyncPaywright(pay), order=order_of), story)


@pytest.mark.parametrize(("keys", "publics"), [(OLD, [OLD_PUBLIC]), ([NEW, OLD], [NEW_PUBLIC, OLD_PUBLIC])])
def test_the_status_is_signed(pay: Paywright, keys: Any, publics: list[str]) -> None:
    """Protects: an application that believes nothing unproved: the status, and nothing else, proves itself by each key; what
    the host's own dependencies add to the answer stays.
    """
    payment = pay.create_payment(ordered(pay).id, method="card")

    def who_asks(response: Response, caller: Caller = Depends(authorise)) -> Caller:
        response.headers["x-host"] = "tea"
        return caller

    app = application(AsyncPaywright(pay), authorise=who_asks, status_keys=keys)
    bare = application(AsyncPaywright(pay))
    path = f"{PREFIX}/{payment.id}/status"

    async def before(client: Described) -> bytes:
        answer = await client.get(path, headers=as_("alice"))
        assert answer.status_code == 200 and unsigned(answer.headers)
        return answer.content

    async def story(client: Described) -> None:
        answer = await client.get(path, headers=as_("alice"))
        assert answer.headers["x-host"] == "tea" and answer.content == unsigned_bytes
        proved(answer.headers, answer.content, payment.id, *publics)
        delivery = success(pay, payment.id)
        told = await client.post(f"{PREFIX}/callback/mock/", content=delivery.body, headers=delivery.headers)
        assert told.status_code == 200 and unsigned(told.headers)
        paid = await client.get(path, headers=as_("alice"))
        proved(paid.headers, paid.content, payment.id, *publics)
        assert paid.json()["state"] == "succeeded"
        others = [("/history", "alice"), (f"/{payment.id}/", "alice"), (f"/{payment.id}/status", "bob"), ("/pay_x/status", "alice")]
        for other, who in others:
            answer = await client.get(f"{PREFIX}{other}", headers=as_(who))
            assert unsigned(answer.headers), other

    unsigned_bytes = exchange(bare, before)
    exchange(app, story)
    told = app.openapi()["paths"][f"{PREFIX}/{{payment_id}}/status"]["get"]["responses"]["200"]
    assert set(told["headers"]) == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert told["content"] == bare.openapi()["paths"][f"{PREFIX}/{{payment_id}}/status"]["get"]["responses"]["200"]["content"]


@pytest.mark.parametrize(("keys", "code", "why"), WRONG)
def test_wrong_status_keys(pay: Paywright, keys: Any, code: str, why: str) -> None:
    """Protects: a key that cannot sign, or with which a reader could, ends the start and not somebody's payment."""
    with pytest.raises(ConfigError) as error:
        router(AsyncPaywright(pay), status_keys=keys)
    refused(error.value, "status_keys", keys, code, why)


def test_without_authorise_everything_but_callbacks_is_refused(pay: Paywright) -> None:
    """Protects: a router that nobody configured gives nothing away, and says what is missing."""
    order = ordered(pay)
    payment = pay.create_payment(order.id, method="card")

    async def story(client: Described) -> None:
        requests = [
            ("POST", "/create", {"order_id": order.id}),
            ("POST", "/", {"order_id": order.id}),
            ("GET", f"/{payment.id}/status", None),
            ("GET", f"/{payment.id}/", None),
            ("GET", "/history", None),
            ("POST", f"/{payment.id}/refund", {}),
        ]
        for method, path, body in requests:
            refused = await client.request(method, PREFIX + path, json=body, headers=as_("staff"))
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden_action"), path
            assert "authorise=" in refused.json()["message"]
        delivery = success(pay, payment.id)
        told = await client.post(f"{PREFIX}/callback/mock/", content=delivery.body, headers=delivery.headers)
        assert told.status_code == 200

    app = FastAPI()
    app.include_router(router(AsyncPaywright(pay)))
    exchange(app, story)
    assert pay.payment(payment.id).state == "succeeded"


def test_what_is_not_ones_own_is_not_there(pay: Paywright) -> None:
    """Protects: the owner check: another's order or payment is answered word for word like one that does not exist."""
    order = ordered(pay, reference="A-1")
    payment = pay.create_payment(order.id, method="card")
    nobodys = ordered(pay, customer=None)
    missing_order = order.id[:-1] + ("0" if order.id[-1] != "0" else "1")
    missing_payment = payment.id[:-1] + ("0" if payment.id[-1] != "0" else "1")

    async def story(client: Described) -> None:
        for name in ("bob", "anonymous"):
            for theirs, missing in ((order.id, missing_order), ("A-1", "A-2"), (nobodys.id, missing_order)):
                answers = [
                    await client.post(f"{PREFIX}/create", json={"order_id": one}, headers=as_(name)) for one in (theirs, missing)
                ]
                assert answers[0].status_code == 404
                assert answers[0].text.replace(theirs, "X") == answers[1].text.replace(missing, "X")
            for path in ("/status", "/"):
                answers = [
                    await client.get(f"{PREFIX}/{one}{path}", headers=as_(name)) for one in (payment.id, missing_payment)
                ]
                assert answers[0].status_code == 404
                assert answers[0].text.replace(payment.id, "X") == answers[1].text.replace(missing_payment, "X")
        mine = await client.get(f"{PREFIX}/history", headers=as_("bob"))
        assert mine.json()["total"] == 0
        theirs_too = await client.get(f"{PREFIX}/history", params={"user_id": "ALICE"}, headers=as_("bob"))
        assert (theirs_too.status_code, theirs_too.json()["code"]) == (403, "forbidden_action")
        nameless = await client.get(f"{PREFIX}/history", headers=as_("anonymous"))
        assert (nameless.status_code, nameless.json()["code"]) == (400, "argument_missing")
        by_staff = await client.get(f"{PREFIX}/history", params={"user_id": "ALICE"}, headers=as_("staff"))
        assert by_staff.json()["total"] == 1
        for_bob = await client.post(f"{PREFIX}/create", json={"order_id": order.id, "user_id": "BOB"}, headers=as_("alice"))
        assert for_bob.json()["code"] == "order_not_found"

    exchange(application(AsyncPaywright(pay)), story)


def test_a_payer_cannot_refund(pay: Paywright) -> None:
    """Protects: H88: reading and paying is the customer's; money back takes a permission that must be given."""
    order = ordered(pay)
    payment = pay.create_payment(order.id, method="card")
    delivery = success(pay, payment.id)
    pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)

    async def story(client: Described) -> None:
        refused = await client.post(f"{PREFIX}/{payment.id}/refund", json={}, headers=as_("alice"))
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden_action")
        done = await client.post(f"{PREFIX}/{payment.id}/refund", json={"amount": "1"}, headers=as_("shop"))
        assert done.status_code == 201

    exchange(application(AsyncPaywright(pay)), story)


def test_idempotency_keys_belong_to_their_caller(pay: Paywright) -> None:
    """Protects: the same key again has the same answer, and no customer meets another's by choosing the same key."""
    mine, theirs = ordered(pay), ordered(pay, customer="BOB")

    async def story(client: Described) -> None:
        key = {"idempotency-key": "k1"}
        first = await client.post(f"{PREFIX}/create", json={"order_id": mine.id}, headers=as_("alice", **key))
        second = await client.post(f"{PREFIX}/create", json={"order_id": mine.id}, headers=as_("alice", **key))
        assert first.json()["payment_id"] == second.json()["payment_id"]
        other = await client.post(f"{PREFIX}/create", json={"order_id": theirs.id}, headers=as_("bob", **key))
        assert other.status_code == 201 and other.json()["payment_id"] != first.json()["payment_id"]
        changed = await client.post(
            f"{PREFIX}/create", json={"order_id": mine.id, "payment_method": "card"}, headers=as_("alice", **key)
        )
        assert (changed.status_code, changed.json()["code"]) == (409, "idempotency")

    exchange(application(AsyncPaywright(pay)), story)


REFUSALS: list[tuple[dict[str, Any], int, str]] = [
    ({"amount": "99.00"}, 400, "amount_mismatch"),
    ({"amount": 99.5}, 400, "amount_mismatch"),
    ({"amount": True}, 400, "amount_type"),
    ({"amount": ["1"]}, 400, "amount_type"),
    ({"amount": "1e2"}, 400, "amount_format"),
    ({"amount": "-1"}, 400, "amount_range"),
    ({"amount": "100.001"}, 400, "amount_scale"),
    ({"currency": "USD"}, 400, "currency_mismatch"),
    ({"currency": "usd"}, 400, "text_format"),
    ({"payment_method": "cowrie"}, 400, "method_unsupported"),
    ({"order_id": "ord_../../etc"}, 400, "id_format"),
    ({"order_id": "Ω订单"}, 404, "order_not_found"),
    ({"order_id": ""}, 400, "text_format"),
    ({"order_id": None}, 400, "text_format"),
    ({"order_id": 1.5}, 400, "text_format"),
    ({"order_id": "no-such-order"}, 404, "order_not_found"),
    ({"order_id": 4711}, 404, "order_not_found"),
    ({"order_id": "x" * 65}, 400, "text_format"),
    ({"surprise": 1}, 400, "text_format"),
]


@pytest.mark.parametrize(("change", "status", "code"), REFUSALS, ids=str)
def test_refusals_of_a_creation(pay: Paywright, change: dict[str, Any], status: int, code: str) -> None:
    """Protects: each thing that may be wrong has its status and its code, in both languages and as OpenAPI says."""
    order = ordered(pay)

    async def story(client: Described) -> None:
        refused = await client.post(f"{PREFIX}/create", json={"order_id": order.id, **change}, headers=as_("alice"))
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
        assert refused.json()["message_zh"]

    exchange(application(AsyncPaywright(pay)), story)
    assert pay.payments().total == 0


def test_refusals_by_state(pay: Paywright) -> None:
    """Protects: paid, cancelled and declined are told apart, by the statuses of the table."""
    paid, cancelled, declined = ordered(pay), ordered(pay), ordered(pay)
    payment = pay.create_payment(paid.id, method="card")
    delivery = success(pay, payment.id)
    pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    pay.cancel_order(cancelled.id)
    pay.mock_script(payments=["decline:card_declined"])

    async def story(client: Described) -> None:
        expected = [(declined, 402, "declined"), (paid, 409, "order_not_payable"), (cancelled, 409, "order_not_payable")]
        for order, status, code in expected:
            refused = await client.post(f"{PREFIX}/create", json={"order_id": order.id}, headers=as_("alice"))
            assert (refused.status_code, refused.json()["code"]) in ((status, code), (409, "order_settled")), refused.text
        open_one = pay.create_payment(ordered(pay).id, method="card")
        for given, code in (({"amount": "1"}, "payment_not_refundable"),):
            refused = await client.post(f"{PREFIX}/{open_one.id}/refund", json=given, headers=as_("staff"))
            assert (refused.status_code, refused.json()["code"]) == (409, code)
        refused = await client.post(f"{PREFIX}/{payment.id}/refund", json={"amount": "100.01"}, headers=as_("staff"))
        assert (refused.status_code, refused.json()["code"]) == (400, "refund_exceeds")

    exchange(application(AsyncPaywright(pay)), story)


def test_trouble_of_ours_is_told_without_details(pay: Paywright, caplog: pytest.LogCaptureFixture) -> None:
    """Protects: 001-35: what only an operator can mend is logged whole, and told to the payer in general words."""

    async def order_of(engine: AsyncPaywright, order_id: str, caller: Caller) -> paywright.Order:
        raise refusal("storage_corrupt", why="/srv/shop.db, page 4")

    async def story(client: Described) -> None:
        refused = await client.post(f"{PREFIX}/create", json={"order_id": "1"}, headers=as_("alice"))
        assert (refused.status_code, refused.json()["code"]) == (503, "storage_corrupt")
        assert "/srv" not in refused.text and refused.json()["details"] == {}

    exchange(application(AsyncPaywright(pay), order=order_of), story)
    assert "/srv/shop.db" in caplog.text


def test_exact_amounts_only() -> None:
    """Protects: a number of JSON is read as the decimal that was written; no float exists on the way."""
    assert read_json(b'{"amount": 100.00}') == {"amount": Decimal("100.00")}
    assert str(read_json(b"0.1000000000000000000000000001")) == "0.1000000000000000000000000001"
    assert isinstance(read_json(b"[100]"), list)

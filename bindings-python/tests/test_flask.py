"""The routes for Flask applications, through Flask's own client and once through a real WSGI server."""

from __future__ import annotations

import http.client
import threading
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import flask
import pytest
from asgi import ordered, success
from signed_status import NEW, NEW_PUBLIC, OLD, OLD_PUBLIC, WRONG, proved, refused, unsigned

import paywright
from paywright import ConfigError, Paywright
from paywright.flask import payments


def application(pay: Paywright, **settings: Any) -> flask.Flask:
    app = flask.Flask("shop")
    routes = payments(pay, customer_of=lambda: flask.request.headers.get("X-Customer"), **settings)
    app.register_blueprint(routes, url_prefix="/payments")
    return app


def test_a_payment_from_callback_to_history(pay: Paywright) -> None:
    """Protects: the page that a small application needs: callback, status, history, and only one's own."""
    payment = pay.create_payment(ordered(pay).id, method="card")
    client = application(pay).test_client()
    mine, theirs = {"X-Customer": "ALICE"}, {"X-Customer": "BOB"}
    delivery = success(pay, payment.id)
    for path in ("callback/mock/", "callback/mock"):
        assert client.post(f"/payments/{path}", data=delivery.body, headers=delivery.headers).status_code == 200
    assert client.get(f"/payments/{payment.id}/status", headers=mine).json["status"] == "success"  # type: ignore[index]
    history = client.get("/payments/history?size=5", headers=mine).get_json()
    assert [row["payment_id"] for row in history["payments"]] == [payment.id]
    assert client.get("/payments/history", headers=theirs).get_json()["total"] == 0
    hidden = client.get(f"/payments/{payment.id}/status", headers=theirs)
    assert (hidden.status_code, hidden.get_json()["code"]) == (404, "payment_not_found")
    for path in ("history", f"{payment.id}/status"):
        assert client.get(f"/payments/{path}").get_json()["code"] == "forbidden_action"
    assert client.get("/payments/history?page=zero", headers=mine).get_json()["code"] == "argument_range"


def test_nothing_is_shown_unless_configured(pay: Paywright) -> None:
    """Protects: an application that does not say who asks shows nobody's payments; the engine may come late."""
    payment = pay.create_payment(ordered(pay).id, method="card")
    app = flask.Flask("shop")
    app.register_blueprint(payments(lambda: pay), url_prefix="/payments")
    client = app.test_client()
    assert client.get("/payments/history", headers={"X-Customer": "ALICE"}).status_code == 403
    delivery = success(pay, payment.id)
    assert client.post("/payments/callback/mock/", data=delivery.body, headers=delivery.headers).status_code == 200


@pytest.mark.parametrize(("keys", "publics"), [(OLD, [OLD_PUBLIC]), ([NEW, OLD], [NEW_PUBLIC, OLD_PUBLIC])])
def test_the_status_is_signed(pay: Paywright, keys: Any, publics: list[str]) -> None:
    """Protects: an application that believes nothing unproved: the status, and nothing else, proves itself by each key."""
    payment = pay.create_payment(ordered(pay).id, method="card")
    client = application(pay, status_keys=keys).test_client()
    mine, path = {"X-Customer": "ALICE"}, f"/payments/{payment.id}/status"
    answer = client.get(path, headers=mine)
    proved(answer.headers, answer.data, payment.id, *publics)
    assert answer.get_json() == {
        "payment_id": payment.id, "status": "pending", "state": "init", "paid_at": None, "amount": "100.00", "currency": "CNY"
    }
    for other, who in (("/payments/history", mine), (path, {"X-Customer": "BOB"}), (path, {}), ("/payments/x/status", mine)):
        assert unsigned(client.get(other, headers=who).headers), other
    answer = application(pay).test_client().get(path, headers=mine)
    assert answer.status_code == 200 and unsigned(answer.headers)


@pytest.mark.parametrize(("keys", "code", "why"), WRONG)
def test_wrong_status_keys(pay: Paywright, keys: Any, code: str, why: str) -> None:
    """Protects: a key that cannot sign, or with which a reader could, ends the start and not somebody's payment."""
    with pytest.raises(ConfigError) as error:
        application(pay, status_keys=keys)
    refused(error.value, "status_keys", keys, code, why)


def test_hostile_callbacks(pay: Paywright) -> None:
    """Protects: a forged or oversized message changes nothing, and the answer says nothing about why."""
    payment = pay.create_payment(ordered(pay).id, method="card")
    delivery = success(pay, payment.id)
    client = application(pay).test_client()
    forged = client.post("/payments/callback/mock/", data=delivery.body + b" ", headers=delivery.headers)
    assert forged.status_code == 403
    unknown = client.post("/payments/callback/nobody/", data=b"{}")
    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "gateway_not_found")
    huge = client.post("/payments/callback/mock/", data=b"x" * (1024 * 1024 + 1), headers=delivery.headers)
    assert (huge.status_code, huge.get_json()["code"]) == (413, "too_large")
    assert pay.payment(payment.id).state == "init"


def test_the_mock_checkout_in_development_only(pay: Paywright) -> None:
    """Protects: the mock's page is served, its click settles the payment; in any other mode it is not there."""
    mock = paywright.Mock(checkout_base_url="http://localhost/payments/mock-checkout")
    with Paywright.open("sqlite::memory:", gateways=[mock], mode="development") as shop:
        payment = shop.create_payment(ordered(shop).id, method="card", return_url="http://localhost/done")
        url = urlsplit(payment.action.url or "")
        client = application(shop).test_client()
        assert "viewport" in client.get(f"{url.path}?{url.query}").text
        form = {"token": parse_qs(url.query)["token"][0], "outcome": "pay"}
        assert client.post(url.path, data=form).headers["location"] == f"http://localhost/done?payment={payment.id}"
        assert shop.payment(payment.id).state == "succeeded"
        other = application(pay).test_client()
        assert other.get(f"{url.path}?{url.query}").status_code == other.post(url.path, data=form).status_code == 404


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what happened."""


def test_over_a_real_socket(pay: Paywright) -> None:
    """Protects: the raw body survives a real WSGI server, byte for byte."""
    payment = pay.create_payment(ordered(pay).id, method="card")
    delivery = success(pay, payment.id)
    with make_server("127.0.0.1", 0, application(pay), handler_class=Silent) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
        connection.request("POST", "/payments/callback/mock/", body=delivery.body, headers=delivery.headers)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
        connection.close()
        thread.join(timeout=30)
    assert pay.payment(payment.id).state == "succeeded"

"""What strangers send to the routes: huge, odd and ambiguous. Nothing of it costs memory, shows a secret or changes money."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgi import PREFIX, Described, application, as_, exchange, ordered, run, success
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response

from paywright import AsyncPaywright, Paywright

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "argument_missing"),
        (b"{", 400, "malformed"),
        (b"[]", 400, "text_format"),
        (b"null", 400, "text_format"),
        (b'"text"', 400, "text_format"),
        (b'{"order_id": "A", "amount": NaN}', 400, "malformed"),
        (b'{"order_id": "A", "amount": Infinity}', 400, "malformed"),
        (b'{"order_id": "A", "amount": -Infinity}', 400, "malformed"),
        (b'{"order_id": "A", "amount": 1e2}', 400, "amount_format"),
        (b'{"order_id": "A", "amount": 1E400}', 400, "amount_format"),
        (b'{"order_id": "A", "amount": 0.' + b"1" * 100 + b"}", 400, "amount_format"),
        (b'{"order_id": "A", "amount": ' + b"9" * 5000 + b"}", 400, "amount_format"),
        (b'{"order_id": "A", "amount": 12345678901234567890}', 400, "amount_range"),
        (b'{"order_id": "A", "order_id": "B"}', 400, "duplicate_field"),
        (b'{"order_id": "A", "amount": {"a": 1, "a": 2}}', 400, "duplicate_field"),
        (b'{"order_id": "\xff"}', 400, "malformed"),
        (b'\xef\xbb\xbf{"order_id": "A"}', 400, "malformed"),
        (b'{"order_id": "\\ud800"}', 400, "text_format"),
        (b'{"order_id": "A\\u0000"}', 404, "order_not_found"),
        (b'{"order_id": ["A"]}', 400, "text_format"),
        (b'{"order_id": true}', 400, "text_format"),
        (b'{"order_id": {"$ne": null}}', 400, "text_format"),
        (b"[" * 60_000, 400, "malformed"),
        (b'{"a":' * 10_000, 400, "malformed"),
        (b"x" * 70_000, 413, "too_large"),
        (b'{"order_id": "A", "__proto__": {}}', 400, "text_format"),
        (b'{"order_id": "4111-1111-1111-1111"}', 404, "order_not_found"),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else None,
)
def test_bodies(pay: Paywright, body: bytes, status: int, code: str) -> None:
    """Protects: every body that is not exactly a request is refused with a code, and the answer is JSON."""
    order = ordered(pay, reference="A")

    async def story(client: Described) -> None:
        headers = as_("alice", **{"content-type": "application/json"})
        refused = await client.post(f"{PREFIX}/create", content=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text

    exchange(application(AsyncPaywright(pay)), story)
    assert pay.payments(order_id=order.id).total == 0


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json;;;"])
def test_content_types(pay: Paywright, kind: str) -> None:
    """Protects: JSON under another name is no request, so a form of another site makes none."""
    order = ordered(pay)

    async def story(client: Described) -> None:
        body = json.dumps({"order_id": order.id}).encode()
        answer = await client.post(f"{PREFIX}/create", content=body, headers=as_("alice", **{"content-type": kind}))
        assert answer.status_code in (400, 201)
        if kind != "application/json;;;":
            assert answer.json()["code"] == "text_format"

    exchange(application(AsyncPaywright(pay)), story)


PATHS = [
    "/../../etc/passwd/status",
    "/%2e%2e%2f%2e%2e%2fetc%2fpasswd/status",
    "/pay_%00/status",
    "/pay_01ARZ3NDEKTSV4RRFFQ69G5FAV%0d%0aset-cookie:x/status",
    "/支付/status",
    "/pay_" + "0" * 3000 + "/status",
    "/'%20or%201=1--/status",
    "/%ff%fe/status",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
def test_ids_in_paths(pay: Paywright, path: str) -> None:
    """Protects: whatever stands where an id should is refused; nothing of it comes back as a header."""

    async def story(client: Described) -> None:
        for method, tail in (("GET", ""), ("POST", "/../refund")):
            answer = await client.request(method, PREFIX + path + tail, headers=as_("staff"))
            assert answer.status_code in (400, 404, 405), answer.text
            assert "set-cookie" not in answer.headers

    exchange(application(AsyncPaywright(pay)), story)


def test_queries(pay: Paywright) -> None:
    """Protects: pages out of range and doubled parameters are refused or read once, never an error of ours."""

    async def story(client: Described) -> None:
        queries = ["page=0", "page=-1", "page=1e3", "page=٣", "size=0", "size=101", "size=9" * 40, "page=", "user_id="]
        for query in queries:
            refused = await client.get(f"{PREFIX}/history?{query}", headers=as_("alice"))
            assert (refused.status_code, refused.json()["code"]) == (400, "text_format"), query
        twice = await client.get(f"{PREFIX}/history?user_id=ALICE&user_id=BOB", headers=as_("alice"))
        assert twice.status_code == 403

    exchange(application(AsyncPaywright(pay)), story)


def _pieces(size: int, counted: list[int]) -> AsyncIterator[bytes]:
    async def made() -> AsyncIterator[bytes]:
        for _ in range(size // 65536):
            counted[0] += 65536
            yield b"x" * 65536

    return made()


@pytest.mark.parametrize("gateway", ["mock", "nobody"])
def test_a_huge_callback_is_not_read_to_its_end(pay: Paywright, gateway: str) -> None:
    """Protects: H53: a body without an announced length is dropped as soon as it is too long."""
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 65536, "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": f"{PREFIX}/callback/{gateway}/", "raw_path": b"", "query_string": b"",
        "headers": [(b"transfer-encoding", b"chunked")], "http_version": "1.1", "scheme": "http", "server": ("shop", 80),
        "client": ("127.0.0.1", 1), "root_path": "", "asgi": {"version": "3.0"},
    }
    run(application(AsyncPaywright(pay))(scope, receive, send))
    assert sent[0]["status"] == 413
    assert asked <= MIB // 65536 + 1


def test_an_announced_length_is_enough(pay: Paywright) -> None:
    """Protects: what says that it is too long is not read at all, by either kind of route."""

    async def story(client: Described) -> None:
        for path in ("/callback/mock/", "/create"):
            counted = [0]
            headers = as_("alice", **{"content-length": str(2 * MIB), "content-type": "application/json"})
            answer = await client.post(PREFIX + path, content=_pieces(2 * MIB, counted), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
            assert counted[0] == 0

    exchange(application(AsyncPaywright(pay)), story)


def test_callbacks_of_any_content_type(pay: Paywright) -> None:
    """Protects: gateways post JSON, forms and XML; the bytes arrive as they are, whatever the header says."""

    async def story(client: Described) -> None:
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/xml", "multipart/form-data", ""):
            payment = pay.create_payment(ordered(pay).id, method="card")
            delivery = success(pay, payment.id)
            headers = {**delivery.headers, "content-type": kind}
            told = await client.post(f"{PREFIX}/callback/mock/", content=delivery.body, headers=headers)
            assert told.status_code == 200, kind
            assert pay.payment(payment.id).state == "succeeded"

    exchange(application(AsyncPaywright(pay)), story)


def test_forged_callbacks(pay: Paywright) -> None:
    """Protects: the answer to a forgery is the same for every cause, doubled headers are seen as two, nothing changes."""
    payment = pay.create_payment(ordered(pay).id, method="card")
    delivery = success(pay, payment.id)
    lines = list(delivery.headers.items())
    tricks: list[tuple[list[tuple[str, str]], bytes]] = [
        (lines, delivery.body + b" "),
        (lines, b""),
        ([], delivery.body),
        (lines + lines, delivery.body),
        ([(name, value + ", " + value) for name, value in lines], delivery.body),
        ([(name, "é" * 50) for name, _ in lines], delivery.body),
    ]

    async def story(client: Described) -> None:
        answers = set()
        for headers, body in tricks:
            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
            answer = await client.post(f"{PREFIX}/callback/mock/", content=body, headers=raw)
            answers.add((answer.status_code, answer.text))
        assert len(answers) == 1 and 400 <= answers.pop()[0] < 500
        unknown = await client.post(f"{PREFIX}/callback/no%2fbody/", content=b"{}")
        assert unknown.status_code == 404
        unknown = await client.post(f"{PREFIX}/callback/nobody/", content=b"{}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "gateway_not_found")
        assert (await client.get(f"{PREFIX}/callback/mock/")).status_code in (404, 405)

    exchange(application(AsyncPaywright(pay)), story)
    assert pay.payment(payment.id).state == "init"


def test_beside_middleware_that_reads_the_body(pay: Paywright) -> None:
    """Protects: a host's logging middleware that reads bodies first changes nothing for either kind of route."""
    order = ordered(pay)
    app: FastAPI = application(AsyncPaywright(pay))

    async def reads(request: Request, further: Callable[[Request], Awaitable[Response]]) -> Response:
        await request.body()
        return await further(request)

    app.add_middleware(BaseHTTPMiddleware, dispatch=reads)

    async def story(client: Described) -> None:
        made = await client.post(f"{PREFIX}/create", json={"order_id": order.id, "amount": 100.00}, headers=as_("alice"))
        assert made.status_code == 201
        delivery = success(pay, made.json()["payment_id"])
        told = await client.post(f"{PREFIX}/callback/mock/", content=delivery.body, headers=delivery.headers)
        assert told.status_code == 200

    exchange(app, story)


def test_a_sender_that_goes_away(pay: Paywright) -> None:
    """Protects: a connection that ends in the middle of a body is no error of ours and changes nothing."""
    messages = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": f"{PREFIX}/callback/mock/", "raw_path": b"", "query_string": b"", "headers": [],
        "http_version": "1.1", "scheme": "http", "server": ("shop", 80), "client": ("127.0.0.1", 1), "root_path": "",
        "asgi": {"version": "3.0"},
    }
    run(application(AsyncPaywright(pay))(scope, receive, send))
    assert sent[0]["status"] == 400

"""Signed requests: who sent them is proved, and each is obeyed once."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from asgi import Described, exchange, run
from fastapi import Depends, FastAPI
from starlette.requests import Request

import paywright
from paywright import AsyncPaywright, Paywright
from paywright.fastapi import Caller, SignedAuth, SignedRequest, Signer, install_error_handlers, router, sign_request
from paywright.testing import ManualClock

OLD, NEW, OTHER = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))
# The key pair of RFC 8032, section 7.1, test 1: as public as a key can be.
KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
NOW = 1767225600  # the clock of `pay`: 2026-01-01
PATH, BODY = "/ship?express=1", b'{"order": "A-1"}'


def application(pay: AsyncPaywright, **settings: Any) -> FastAPI:
    signed = SignedRequest(pay, clients={"crm": [NEW, OLD], "erp": [OTHER]}, **settings)
    app = FastAPI()
    install_error_handlers(app)

    async def ship(request: Request, signer: Signer = Depends(signed)) -> dict[str, Any]:
        return {"client": signer.client, "body": (await request.body()).decode()}

    for method in ("POST", "GET"):
        app.add_api_route("/ship", ship, methods=[method], operation_id=f"ship_{method}", responses=signed.responses)

    @app.post("/parsed", responses=signed.responses)
    async def parsed(given: dict[str, Any], signer: Signer = Depends(signed)) -> dict[str, Any]:
        return {"client": signer.client, "given": given}

    return app


def signature(**change: Any) -> dict[str, str]:
    asked = {"method": "POST", "target": PATH, "body": BODY, "client": "crm", "secret": NEW, "timestamp": NOW, **change}
    return sign_request(asked.pop("method"), asked.pop("target"), asked.pop("body"), **asked)


def test_a_signed_request_is_obeyed_once(pay: Paywright) -> None:
    """Protects: 003-17: time and number are signed and kept; the very same request again is refused."""

    async def story(client: Described) -> None:
        headers = signature()
        first = await client.post(PATH, content=BODY, headers=headers)
        assert first.status_code == 200 and first.json() == {"client": "crm", "body": BODY.decode()}
        for _ in range(2):
            again = await client.post(PATH, content=BODY, headers=headers)
            assert (again.status_code, again.json()["code"]) == (403, "replay")
        fresh = await client.post(PATH, content=BODY, headers=signature())
        assert fresh.status_code == 200
        route = await client.post("/parsed", json={"a": 1}, headers=signature(target="/parsed", body=b'{"a":1}'))
        assert route.json() == {"client": "crm", "given": {"a": 1}}

    exchange(application(AsyncPaywright(pay)), story)


def test_of_many_at_once_one_is_obeyed(tmp_path: Path) -> None:
    """Protects: two deliveries of the same request at the same moment, on two threads."""

    async def story(client: Described) -> list[int]:
        import asyncio

        headers = signature(timestamp=int(time.time()))
        answers = await asyncio.gather(*(client.post(PATH, content=BODY, headers=headers) for _ in range(16)))
        return [answer.status_code for answer in answers]

    engine = Paywright.open(tmp_path / "s.db", gateways=[paywright.Mock()], mode="test")
    with engine:
        assert sorted(exchange(application(AsyncPaywright(engine)), story)) == [200] + [403] * 15


def test_a_replay_is_refused_after_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    """Protects: numbers are in the database, not in the memory of one process."""
    headers = signature()

    async def story(client: Described) -> int:
        return (await client.post(PATH, content=BODY, headers=headers)).status_code

    seen = []
    for _ in range(2):
        with Paywright.open(tmp_path / "s.db", gateways=[paywright.Mock()], mode="test", clock=clock) as engine:
            seen.append(exchange(application(AsyncPaywright(engine)), story))
    assert seen == [200, 403]


@pytest.mark.parametrize(
    ("made", "sent"),
    [
        ({"method": "PUT"}, {}),
        ({"target": "/ship"}, {}),
        ({"target": "/ship?express=0"}, {}),
        ({"target": "/ship?express=1&express=1"}, {}),
        ({"target": "/Ship?express=1"}, {}),
        ({"body": BODY + b" "}, {}),
        ({"body": b""}, {}),
        ({"client": "erp"}, {}),
        ({"client": "erp", "secret": NEW}, {}),
        ({"secret": OTHER}, {}),
        ({"client": "stranger"}, {}),
        ({}, {"paywright-client": "erp"}),
        ({}, {"paywright-nonce": "another"}),
        ({}, {"paywright-timestamp": str(NOW - 1)}),
        ({"client": "crm2"}, {"paywright-client": "crm"}),
    ],
    ids=str,
)
def test_everything_is_signed(pay: Paywright, made: dict[str, Any], sent: dict[str, str]) -> None:
    """Protects: method, path, query, body, client, time and number: none can be exchanged for another."""

    async def story(client: Described) -> None:
        refused = await client.post(PATH, content=BODY, headers={**signature(**made), **sent})
        assert (refused.status_code, refused.json()["code"]) == (403, "auth_mismatch")
        assert (await client.post(PATH, content=BODY, headers=signature())).status_code == 200

    exchange(application(AsyncPaywright(pay)), story)


def test_a_refused_request_takes_no_number(pay: Paywright) -> None:
    """Protects: a stranger cannot use up a number before its owner does: the signature is proved first."""

    async def story(client: Described) -> None:
        headers = signature(nonce="n-1")
        forged = {**headers, "paywright-signature": signature(nonce="n-1", secret=OTHER)["paywright-signature"]}
        assert (await client.post(PATH, content=BODY, headers=forged)).json()["code"] == "auth_mismatch"
        assert (await client.post(PATH, content=BODY, headers=headers)).status_code == 200
        of_another = signature(nonce="n-1", client="erp", secret=OTHER)
        assert (await client.post(PATH, content=BODY, headers=of_another)).status_code == 200

    exchange(application(AsyncPaywright(pay)), story)


@pytest.mark.parametrize(
    ("age", "code"), [(0, None), (300, None), (-300, None), (301, "auth_stale"), (-301, "auth_stale"), (10**9, "auth_stale")]
)
def test_the_window(pay: Paywright, age: int, code: str | None) -> None:
    """Protects: 300 seconds both ways, by the engine's own clock."""

    async def story(client: Described) -> None:
        answer = await client.post(PATH, content=BODY, headers=signature(timestamp=NOW - age))
        assert answer.json().get("code") == code

    exchange(application(AsyncPaywright(pay)), story)


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_secrets_overlap_while_they_are_changed(pay: Paywright, secret: str) -> None:
    """Protects: a client's secret is rotated without a moment in which it is refused."""

    async def story(client: Described) -> None:
        assert (await client.post(PATH, content=BODY, headers=signature(secret=secret))).status_code == 200

    exchange(application(AsyncPaywright(pay)), story)


HEADERS: list[tuple[dict[str, str], str]] = [
    ({"paywright-signature": ""}, "auth_missing"),
    ({"paywright-nonce": ""}, "auth_missing"),
    ({"paywright-client": ""}, "auth_missing"),
    ({"paywright-timestamp": "abc"}, "auth_malformed"),
    ({"paywright-timestamp": "-1"}, "auth_malformed"),
    ({"paywright-timestamp": "1" * 30}, "auth_malformed"),
    ({"paywright-timestamp": "１７"}, "auth_malformed"),
    ({"paywright-signature": "v1"}, "auth_malformed"),
    ({"paywright-signature": "v1,"}, "auth_mismatch"),
    ({"paywright-client": "crm\tx"}, "canonical"),
]


@pytest.mark.parametrize(("change", "code"), HEADERS, ids=str)
def test_odd_headers(pay: Paywright, change: dict[str, str], code: str) -> None:
    """Protects: a header that is not exactly what it must be is a refusal with a code."""

    async def story(client: Described) -> None:
        lines = [(name.encode(), value.encode()) for name, value in {**signature(), **change}.items()]
        refused = await client.post(PATH, content=BODY, headers=lines)
        assert refused.status_code == 403
        assert refused.json()["code"] in (code, "auth_malformed"), refused.text

    exchange(application(AsyncPaywright(pay)), story)


def test_doubled_and_missing_headers(pay: Paywright) -> None:
    """Protects: two values for one header are seen as two, never as the one that suits."""

    async def story(client: Described) -> None:
        lines = list(signature().items())
        for extra in lines:
            refused = await client.post(PATH, content=BODY, headers=[*lines, extra])
            assert refused.json()["code"] == "duplicate_field"
            refused = await client.post(PATH, content=BODY, headers=[line for line in lines if line != extra])
            assert refused.json()["code"] == "auth_missing"
        huge = await client.post(PATH, content=b"x" * 70_000, headers=signature(body=b"x" * 70_000))
        assert (huge.status_code, huge.json()["code"]) == (413, "too_large")

    exchange(application(AsyncPaywright(pay)), story)


def test_what_signs_an_httpx_client(tmp_path: Path) -> None:
    """Protects: a service calls us with one more argument; its private key never has to be ours."""
    with Paywright.open(tmp_path / "s.db", gateways=[paywright.Mock()], mode="test") as engine:
        app = application(AsyncPaywright(engine))

        async def story(client: Described) -> None:
            for _ in range(2):
                for path, settings in (("/ship?q=a%20b&x=é", {"content": b"raw"}), ("/ship", {"json": {"a": 1}}), ("/ship", {})):
                    answer = await client.post(path, auth=SignedAuth("erp", OTHER), **settings)
                    assert answer.json()["client"] == "erp", answer.text
            assert (await client.get("/ship", auth=SignedAuth("erp", NEW))).json()["code"] == "auth_mismatch"

        exchange(app, story)
    assert OTHER not in repr(SignedAuth("erp", OTHER))


def test_a_private_key_stays_with_its_client(pay: Paywright) -> None:
    """Protects: who only verifies need not be able to sign: a client may have an Ed25519 key of its own."""
    private, public = "whsk_" + KEY, "whpk_" + PUBLIC
    app, ours = FastAPI(), AsyncPaywright(pay)
    install_error_handlers(app)
    signed = SignedRequest(ours, clients={"crm": [public]})

    @app.post("/ship", responses=signed.responses)
    async def ship(signer: Signer = Depends(signed)) -> str:
        return signer.client

    async def story(client: Described) -> None:
        assert (await client.post(PATH, content=BODY, headers=signature(secret=private))).json() == "crm"
        refused = await client.post(PATH, content=BODY, headers=signature(secret="whsec_" + PUBLIC))
        assert refused.json()["code"] == "auth_mismatch"

    exchange(app, story)


def test_a_signed_service_as_the_caller_of_the_routes(pay: Paywright) -> None:
    """Protects: the routes' `authorise` may itself be a signed request; body and signature are read once."""
    ours = AsyncPaywright(pay)
    signed = SignedRequest(ours, clients={"crm": [NEW]})

    def authorise(signer: Signer = Depends(signed)) -> Caller:
        return Caller(everybody=True, actor=signer.client, permissions=frozenset({"create", "refund"}))

    app = FastAPI()
    app.include_router(router(ours, authorise=authorise))
    order = pay.create_order(currency="CNY", amount="1")

    async def story(client: Described) -> None:
        target, body = "/api/v1/payments/create", json.dumps({"order_id": order.id}).encode()
        headers = {**signature(target=target, body=body), "content-type": "application/json"}
        made = await client.post(target, content=body, headers=headers)
        assert made.status_code == 201, made.text
        refused = await httpx.AsyncClient.send(client, client.build_request("POST", target, content=body, headers=headers))
        assert refused.json()["code"] == "replay"

    class Plain(Described):
        def _hold(self, request: httpx.Request, answer: httpx.Response) -> None:
            """The refusals of a host's own authorisation are its own to describe."""

    async def main() -> None:
        async with Plain(app) as client:
            await story(client)

    run(main())


def test_settings_that_could_let_everybody_in() -> None:
    """Protects: a client without a secret, or no client at all, is a mistake that is told when it is made."""
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=timezone.utc))
    pay = AsyncPaywright(lambda: Paywright.open("sqlite::memory:", clock=clock))
    settings: Iterator[Any] = iter([{}, {"crm": []}, {"crm": ()}])
    for clients in settings:
        with pytest.raises(paywright.ConfigError):
            SignedRequest(pay, clients=clients)

"""What the tests of ASGI adapters share: applications, customers, and a client that holds every answer against OpenAPI."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI, Header

import paywright
from paywright import AsyncPaywright, Paywright
from paywright.fastapi import Caller, router

T = TypeVar("T")
PREFIX = "/api/v1/payments"
CALLERS = {
    "alice": Caller(customer="ALICE"),
    "bob": Caller(customer="BOB"),
    "anonymous": Caller(),
    "shop": Caller(customer="ALICE", permissions=frozenset({"create", "read", "refund"})),
    "staff": Caller(everybody=True, actor="mia", permissions=frozenset({"create", "read", "refund"})),
}


def run(main: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(main, timeout=120))


def authorise(authorization: str | None = Header(default=None)) -> Caller:
    """A host's own authorisation, as small as it can be."""
    return CALLERS[(authorization or "anonymous").removeprefix("Bearer ")]


def application(pay: AsyncPaywright, **settings: Any) -> FastAPI:
    app = FastAPI()
    app.include_router(router(pay, **{"authorise": authorise, **settings}))
    return app


class Described(httpx.AsyncClient):
    """A client of an application in this process. A refusal that OpenAPI does not tell of fails the test."""

    def __init__(self, app: Any, described: FastAPI | None = None) -> None:
        super().__init__(transport=httpx.ASGITransport(app), base_url="http://shop.example")
        self._openapi = (described or app).openapi() if isinstance(described or app, FastAPI) else None
        self.seen: set[tuple[str, int, str]] = set()

    async def send(self, request: httpx.Request, **settings: Any) -> httpx.Response:
        answer = await super().send(request, **settings)
        if answer.status_code >= 400 and self._openapi is not None:
            self._hold(request, answer)
        return answer

    def _hold(self, request: httpx.Request, answer: httpx.Response) -> None:
        assert self._openapi is not None
        described = operation(self._openapi, request.method, request.url.path)
        if described is None or "4XX" in described["responses"] and "5XX" in described["responses"]:
            return
        code = answer.json().get("code")
        if code is None:
            return  # the framework's own: a path that is not there, a method that is not allowed
        status = described["responses"][str(answer.status_code)]["content"]["application/json"]
        assert code in status["schema"]["properties"]["code"]["enum"], (request.method, request.url.path, code)
        assert code in status["examples"]
        assert set(answer.json()) == {"code", "group", "message", "message_zh", "retryable", "details"}
        self.seen.add((described["operationId"], answer.status_code, code))


def operation(openapi: dict[str, Any], method: str, path: str) -> Any:
    """What OpenAPI says of a request, by the first path that fits."""
    exact = openapi["paths"].get(path, {}).get(method.lower())
    if exact is not None:
        return exact
    for template, operations in openapi["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path) and method.lower() in operations:
            return operations[method.lower()]
    return None


def as_(name: str, **headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}", **headers}


def ordered(pay: Paywright, amount: str | Decimal = "100.00", customer: str | None = "ALICE", **more: Any) -> paywright.Order:
    return pay.create_order(currency="CNY", amount=amount, customer=customer, **more)


def success(pay: Paywright, payment_id: str) -> paywright.Delivery:
    [delivery] = pay.mock_callbacks(payment_id, "success")
    return delivery


def exchange(app: Any, work: Callable[[Described], Coroutine[Any, Any, T]], described: FastAPI | None = None) -> T:
    """Runs `work` with a client of the application."""

    async def main() -> T:
        async with Described(app, described) as client:
            return await work(client)

    return run(main())

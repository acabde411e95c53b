"""Requests that only a known service may send: a dependency for routes, and what signs for the httpx client.

What is signed, and with what, stands in `paywright._signed`. A request is refused unless everything about it fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fastapi import Request

from .._codes import refusal
from .._native import Paywright
from .._signed import Signer, claim, prove_request, sign_request
from ..aio import AsyncPaywright
from ..starlette import read_body
from ._guard import JSON_BYTES_MAX
from ._openapi import SIGNED, refusals

if TYPE_CHECKING:
    import httpx


class SignedRequest:
    """A dependency that answers with the `Signer` of a request, or refuses it: `Depends(SignedRequest(pay, clients={…}))`.

    `clients` names each client with its secrets: several while one is changed, `whpk_…` where the client alone has the
    private key. A request is taken once: its number is kept in the engine's database, under `scope`.
    Errors: `auth_missing`, `auth_malformed`, `auth_mismatch`, `auth_stale`, `replay`, `too_large`.
    """

    def __init__(
        self,
        pay: AsyncPaywright,
        *,
        clients: Mapping[str, Sequence[str]],
        scope: str = "requests",
        tolerance_s: int | None = None,
        limit: int = JSON_BYTES_MAX,
    ) -> None:
        if not clients or not all(clients.values()):
            raise refusal("config_missing", setting="clients", rule="each client needs a secret")
        self._pay = pay
        self._clients = {client: tuple(keys) for client, keys in clients.items()}
        self._scope, self._tolerance_s, self._limit = scope, tolerance_s, limit

    @property
    def responses(self) -> dict[int | str, dict[str, Any]]:
        """For OpenAPI: the `responses` of a route behind this dependency."""
        return refusals(*SIGNED, body=True)

    async def __call__(self, request: Request) -> Signer:
        body = await _body(request, self._limit)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        method, target = request.method, _target(request)

        def prove(engine: Paywright) -> Signer:
            signer = prove_request(self._clients, method, target, headers, body)
            claim(engine, signer, self._scope, self._tolerance_s)
            return signer

        return await self._pay.call(prove)


async def _body(request: Request, limit: int) -> bytes:
    """The raw body, kept where the route finds it again."""
    if not hasattr(request, "_body"):
        request._body = await read_body(request, limit)
    return await request.body()


def _target(request: Request) -> str:
    """Path and query as they came over the wire."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope.get("query_string", b"")
    return (path.split(b"?", 1)[0] + (b"?" + query if query else b"")).decode("latin-1")


class SignedAuth:
    """Signs every request of an httpx client, async or not: `httpx.Client(auth=SignedAuth("crm", "whsec_…"))`.

    Bodies are signed as a whole: one that is streamed cannot be sent so.
    """

    def __init__(self, client: str, secret: str) -> None:
        self._client, self._secret = client, secret

    def __call__(self, request: httpx.Request) -> httpx.Request:
        target = request.url.raw_path.decode("ascii")
        signed = sign_request(request.method, target, request.content, client=self._client, secret=self._secret)
        request.headers.update(signed)
        return request

"""The edge of the routes: bodies are read within limits and exactly, and every refusal is answered with its code.

It lets nothing of an unexpected error out, and knows nothing of payments.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from .._codes import refusal
from .._exact import read_json
from .._status import StatusKeys
from .._web import problem
from ..errors import PaywrightError
from ..starlette import read_body, respond

JSON_BYTES_MAX = 64 * 1024
"""Far more than any body that the routes take."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ExactRequest(Request):
    """A request whose body is limited and whose JSON is exact."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            self._body = await read_body(self, JSON_BYTES_MAX)
        return self._body

    async def json(self) -> object:
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


class GuardedRoute(APIRoute):
    """A route whose refusals are problems with a code, also in an application without our error handlers."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                request = ExactRequest(request.scope, request.receive)
                if self.body_field is not None:
                    await _read(request)
                return await handle(request)
            except PaywrightError as error:
                return respond(problem(error))
            except RequestValidationError as error:
                return respond(problem(invalid(error.errors())))
            except ClientDisconnect:
                return Response(status_code=400)

        return guarded


class SignedRoute(GuardedRoute):
    """A route about a payment whose answers are signed, as the bytes that the framework made of them; no refusal is."""

    keys: ClassVar[StatusKeys]

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def signed(request: Request) -> Response:
            answer = await handle(request)
            if answer.status_code == 200:
                # An id has one spelling: where there is a payment, this is its own.
                answer.headers.update(self.keys.headers(request.path_params["payment_id"], bytes(answer.body)))
            return answer

        return signed

    @classmethod
    def by(cls, keys: StatusKeys) -> type[SignedRoute]:
        """The same with these keys: the framework makes routes of a class, and more of them when a router is included."""
        return type(cls.__name__, (cls,), {"keys": keys})


async def _read(request: Request) -> None:
    """Reads a JSON body here, where an error keeps its code: the framework makes one text of all of them.

    Under any other content type it is none: a browser sends those to us from another site's page without asking.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if await request.body():
        if kind != "application/json":
            raise refusal("text_format", field="content-type", rule="application/json is needed")
        await request.json()


def invalid(errors: Sequence[Any]) -> PaywrightError:
    """The first thing that is wrong with a request, without what was given. Errors: `argument_missing`, `text_format`."""
    first: Mapping[str, Any] = errors[0] if errors else {}
    place = [str(part) for part in first.get("loc", ()) if part not in ("body", "query", "path", "header")]
    field, rule = ".".join(place)[:100] or "the body", str(first.get("msg", ""))[:200]
    code = "argument_missing" if first.get("type") == "missing" else "text_format"
    return refusal(code, field=field, rule=rule)


def install_error_handlers(app: FastAPI, *, validation: bool = True) -> None:
    """Has an application's own routes answer as ours do when the engine refuses; with `validation`, also where a request
    does not fit its model.
    """

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, PaywrightError)
        return respond(problem(error))

    async def unfit(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(problem(invalid(error.errors())))

    app.add_exception_handler(PaywrightError, refused)
    if validation:
        app.add_exception_handler(RequestValidationError, unfit)

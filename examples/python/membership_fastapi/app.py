"""The membership's application: the pages, and Paywright's own routes under /api/v1/payments."""

from __future__ import annotations

import os
import secrets

from fastapi import FastAPI, Request
from paywright.fastapi import Caller, lifespan, router
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse, Response

import paywright

from . import plans, routes
from .database import Database

PREFIX = "/api/v1/payments"


def caller(request: Request) -> Caller:
    """For the routes of the API: whoever is signed in, with their own payments. Refunds are asked for on the page."""
    return Caller(customer=request.session.get("member"))


def opened(database: Database, address: str) -> paywright.Paywright:
    """The engine, in the example's own database. An account of your own, such as `Stripe`, goes in place of the mock."""
    gateway = paywright.Mock(checkout_base_url=f"{address}{PREFIX}/mock-checkout")
    return paywright.Paywright.open(database.store, gateways=[gateway], mode="development")


def create_app(engine: paywright.Paywright, database: Database, address: str) -> FastAPI:
    """The application around an engine that is open; it is closed with the application."""
    pay = paywright.AsyncPaywright(engine)
    app = FastAPI(title="Reading Room", lifespan=lifespan(pay), docs_url=None, redoc_url=None)
    app.state.pay, app.state.database, app.state.address = pay, database, address
    app.include_router(router(pay, authorise=caller, prefix=PREFIX, flow=plans.FLOW))
    app.include_router(routes.pages)
    # Without a key of its own, a restart signs everybody out.
    secret = os.environ.get("MEMBERSHIP_SECRET_KEY") or secrets.token_urlsafe(32)
    app.add_middleware(SessionMiddleware, secret_key=secret, same_site="lax", https_only=address.startswith("https:"))
    for kind in (routes.Elsewhere, routes.OldForm, paywright.PaywrightError):
        app.add_exception_handler(kind, refused)
    return app


async def refused(request: Request, error: Exception) -> Response:
    """What a page answers when it cannot do what was asked; the routes of the API answer in JSON by themselves."""
    if isinstance(error, routes.Elsewhere):
        return RedirectResponse(error.path, 303)
    return routes.problem(request, error)

"""An application as a host writes it, for a real server: `uvicorn fastapi_server:app`, told by the environment where its data is."""

from __future__ import annotations

import os
from functools import partial

from fastapi import FastAPI, Header

import paywright
from paywright import AsyncPaywright, Paywright
from paywright.fastapi import Caller, install_error_handlers, lifespan, router

ADDRESS = os.environ.get("SHOP_ADDRESS", "http://127.0.0.1:8000")
mock = paywright.Mock(checkout_base_url=f"{ADDRESS}/api/v1/payments/mock-checkout")
pay = AsyncPaywright(
    partial(Paywright.open, os.environ.get("SHOP_DATABASE", "shop.db"), gateways=[mock], mode="development")
)
told: list[str] = []


async def tell(event: paywright.Event) -> None:
    told.append(event.event)


def authorise(authorization: str = Header(default="")) -> Caller:
    return Caller(customer=authorization.removeprefix("Bearer ") or None)


app = FastAPI(lifespan=lifespan(pay, due_every_s=0.1, on_event=tell, events_every_s=0.05))
app.include_router(router(pay, authorise=authorise, return_url=f"{ADDRESS}/done"))
install_error_handlers(app)


@app.post("/orders", status_code=201)
async def order(customer: str, amount: str) -> dict[str, str]:
    made = await pay.create_order(currency="CNY", amount=amount, customer=customer)
    return {"order_id": made.id}


@app.get("/told")
async def what_was_told() -> list[str]:
    return told

"""What the engine and the FastAPI models write in Python, kept for the Swift tests: `python write.py > python.json`. Needs
the Python package and pydantic; throwaway data. `write.mjs` does the same in Node."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import paywright
from paywright.fastapi import models
from paywright.testing import ManualClock

clock = ManualClock(datetime(2026, 1, 1, 8, 30, 0, 123000, tzinfo=timezone.utc))
pay = paywright.Paywright.open("sqlite::memory:", gateways=[paywright.Mock()], mode="test", clock=clock, seed=1)
lines = [
    paywright.NewLine(description="red \u8336", unit_amount="12.50", quantity=4),
    paywright.NewLine(description="tin", unit_amount="5.00", kind="deposit"),
]
order = pay.create_order(currency="CNY", lines=lines, reference="tea-1", customer="ada", metadata={"my_note": "\U0001f600"})
payment = pay.create_payment(order.id, method="wechat", return_url="https://shop.example/done")
[delivery] = pay.mock_callbacks(payment.id, kind="success")
clock.advance(61)
pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
refund = pay.refund(payment.id, amount="0.10", reason="damp")
wrong = pay.create_order(currency="JPY", amount="100")
held = pay.create_payment(wrong.id, method="card")
[delivery] = pay.mock_callbacks(held.id, kind="wrong_amount")
pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)

answers = [
    ("Order", pay.order(order.id)), ("Payment", pay.payment(payment.id)), ("Refund", refund),
    ("PaymentPage", pay.payments()), ("OrderPage", pay.orders()), ("RefundPage", pay.refunds()),
    ("ExceptionPage", pay.exceptions()), ("Event", pay.logs(payment.id)[-1]), ("Transfer", pay.transfers(order.id)[0]),
    ("Balance", pay.balances()[0]), ("VerifyReport", pay.verify()), ("Health", pay.health()),
]
said = [{"record": name, "by": "the engine", "json": record.to_json()} for name, record in answers]
said += [
    {"record": name, "by": "FastAPI", "json": getattr(models, name).model_validate(record).model_dump_json()}
    for name, record in answers
]
print(json.dumps(said, indent=1))

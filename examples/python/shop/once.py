"""One purchase and one refund, done the way a browser does them, and what the books say afterwards."""

from __future__ import annotations

import re
import time
import urllib.parse
import urllib.request
from html import unescape

import paywright

DEADLINE_S = 20


def run(address: str, pay: paywright.Paywright) -> int:
    front = get(address)
    form = hidden(front, "form")
    print("1. The shop's front page shows", len(re.findall(r'name="item"', front)), "things to buy.")

    checkout = post(f"{address}/orders", form=form, item="oolong")
    print("2. Buying one leads to the mock gateway's checkout page.")

    landed = post(f"{address}/checkout", token=hidden(checkout, "token"), outcome="pay", language="en")
    order = pay.orders().items[0]
    print(f"3. Paying there posts a signed callback; back in the shop the order is {order.state}.")
    if order.state != "paid" or "succeeded" not in landed:
        return fail("the order is not paid", landed)

    payment = pay.payments(order_id=order.id).items[0]
    post(f"{address}/payments/{payment.id}/refund", form=form, amount="30.00")
    order = wait_for_refund(pay, order.id)
    print(f"4. A refund of 30.00 goes out: paid {order.paid}, refunded {order.refunded}.")

    print("\nTimeline")
    for event in pay.timeline(order.id):
        detail = " ".join(f"{name}={value}" for name, value in event.detail.items())
        print(f"  {event.sequence:>2}  {event.event:<18} {detail}")
    print("\nLedger")
    for row in pay.transfers(order.id):
        print(f"  {row.kind:<16} {row.debit:>8} -> {row.credit:<8} {row.amount:>8} {row.currency}")
    print("\nBalances")
    for account in pay.balances():
        print(f"  {account.account:<36} {account.balance:>8} {account.currency}")

    report = pay.verify()
    total = sum(account.balance for account in pay.balances())
    print(f"\nThe books balance: {total} over all accounts, {len(report.violations)} violations.")
    balanced = report.ok and total == 0 and str(order.refunded) == "30.00"
    return 0 if balanced else fail("the books do not balance", str(report.violations))


def wait_for_refund(pay: paywright.Paywright, order_id: str) -> paywright.Order:
    end = time.monotonic() + DEADLINE_S
    while (order := pay.order(order_id)).refunded == 0 and time.monotonic() < end:
        pay.run_due()
        time.sleep(0.05)
    return order


def fail(why: str, seen: str) -> int:
    print(f"FAILED: {why}\n{seen[:2000]}")
    return 1


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    if not found:
        raise SystemExit(f"FAILED: the page has no field {name}:\n{html[:2000]}")
    return unescape(found.group(1))


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=DEADLINE_S) as answer:
        return str(answer.read().decode())


def post(url: str, **form: str) -> str:
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(url, data=data, timeout=DEADLINE_S) as answer:
        return str(answer.read().decode())

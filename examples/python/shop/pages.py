"""The shop's pages: plain HTML, everything escaped, nothing from another address. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

import paywright

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --accent: #0b6e4f }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; flex-wrap: wrap }
h1 { font-size: 1.5rem; margin: .5rem 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
a { color: var(--accent) } small, .quiet { opacity: .7 }
.goods { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)) }
.card { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem }
.card strong { display: block }
button { font: inherit; padding: .5rem 1rem; border-radius: .5rem; border: 0; background: var(--accent); color: #fff;
  cursor: pointer } button.plain { background: transparent; color: inherit; border: 1px solid var(--line) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem } td, th { text-align: left; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--line); vertical-align: top } .number { text-align: right; font-variant-numeric: tabular-nums }
td.quiet { overflow-wrap: anywhere; min-width: 9rem }
.state { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; border: 1px solid var(--line) }
.state.good { background: var(--accent); color: #fff; border-color: transparent }
form { display: inline } input { font: inherit; padding: .45rem; width: 7rem; border: 1px solid var(--line); border-radius: .5rem;
  background: transparent; color: inherit }
"""


def page(title: str, body: str, home: bool = True) -> bytes:
    back = '<a href="/">Shop</a>' if home else ""
    return f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>
<style>{STYLE}</style><header><h1>{escape(title)}</h1>{back}</header>{body}</html>""".encode()


def front(goods: dict[str, tuple[str, Decimal]], orders: Sequence[paywright.Order], token: str) -> bytes:
    cards = "".join(
        f"""<div class="card"><strong>{escape(name)}</strong><span class="quiet">{price} CNY</span>
<form method="post" action="/orders"><input type="hidden" name="form" value="{token}">
<p><button name="item" value="{escape(key)}">Buy</button></p></form></div>"""
        for key, (name, price) in goods.items()
    )
    rows = "".join(
        f"""<tr><td><a href="/orders/{order.id}">{escape(order.reference or order.id)}</a></td>
<td>{state(order.state)}</td><td class="number">{order.total} {order.currency}</td></tr>"""
        for order in orders
    )
    table = f"<table>{rows}</table>" if rows else '<p class="quiet">No orders yet.</p>'
    return page("Tea shop", f'<div class="goods">{cards}</div><h2>Orders</h2>{table}', home=False)


def order(
    order: paywright.Order,
    payments: Iterable[paywright.Payment],
    timeline: Iterable[paywright.Event],
    transfers: Iterable[paywright.Transfer],
    token: str,
) -> bytes:
    facts = f"""<p>{state(order.state)} {state(order.settlement)}</p><table>
<tr><td>Total</td><td class="number">{order.total} {order.currency}</td></tr>
<tr><td>Paid</td><td class="number">{order.paid}</td></tr>
<tr><td>Refunded</td><td class="number">{order.refunded}</td></tr>
<tr><td>Due</td><td class="number">{order.due}</td></tr></table>"""
    attempts = "".join(attempt(payment, token) for payment in payments)
    again = (
        f"""<form method="post" action="/orders/{order.id}/pay"><input type="hidden" name="form" value="{token}">
<p><button>Pay {order.due} {order.currency}</button></p></form>"""
        if order.can_pay
        else ""
    )
    events = "".join(
        f"""<tr><td class="number">{event.sequence}</td><td>{event.at:%H:%M:%S}</td><td>{escape(event.event)}</td>
<td class="quiet">{escape(" ".join(f"{k}={v}" for k, v in event.detail.items()))}</td></tr>"""
        for event in timeline
    )
    booked = "".join(
        f"""<tr><td>{escape(row.kind)}</td><td>{escape(row.debit)}</td><td>{escape(row.credit)}</td>
<td class="number">{row.amount} {row.currency}</td></tr>"""
        for row in transfers
    )
    ledger = (
        f'<div class="scroll"><table><tr><th>why<th>debit<th>credit<th class="number">amount</tr>{booked}</table></div>'
        if booked
        else '<p class="quiet">No money has moved.</p>'
    )
    return page(
        f"Order {order.reference or order.id}",
        f"{facts}<h2>Payments</h2>{attempts or '<p class=quiet>None yet.</p>'}{again}"
        f'<h2>Timeline</h2><div class="scroll"><table>{events}</table></div><h2>Ledger</h2>{ledger}',
    )


def attempt(payment: paywright.Payment, token: str) -> str:
    refundable = payment.captured - payment.refunded - payment.refund_pending
    refund = (
        f"""<form method="post" action="/payments/{payment.id}/refund"><input type="hidden" name="form" value="{token}">
<input name="amount" value="{refundable}" aria-label="amount to refund" inputmode="decimal">
<button class="plain">Refund</button></form>"""
        if "refund" in payment.possible
        else ""
    )
    onward = (
        f'<a href="{escape(payment.action.url or "")}">Go to the checkout</a>'
        if payment.action.kind == "redirect"
        else ""
    )
    return f"""<div class="card"><strong>{payment.amount} {payment.currency} by {escape(payment.method)}</strong>
<p>{state(payment.state)} <small>{escape(payment.failure_message or "")}</small></p>{onward}{refund}</div>"""


def problem(error: paywright.PaywrightError) -> bytes:
    return page("That did not work", f"<p>{escape(error.message)}</p><p><small>{escape(error.code)}</small></p>")


def state(word: str) -> str:
    good = word in ("paid", "succeeded", "settled", "completed")
    return f'<span class="state {"good" if good else ""}">{escape(word)}</span>'

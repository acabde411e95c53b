"""A tea shop in one process: orders, the mock gateway's checkout, signed callbacks, refunds, timeline and ledger.

    python -m shop              serve on http://127.0.0.1:8000 until interrupted
    python -m shop --once       do everything by itself over real HTTP, print what happened, and end
"""

from __future__ import annotations

import argparse
import http.client
import secrets
import sys
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import paywright

from . import once, pages

GOODS = {
    "oolong": ("Oolong, 100 g", Decimal("100.00")),
    "puer": ("Pu-erh cake", Decimal("268.00")),
    "cup": ("Celadon cup", Decimal("45.50")),
}
FORM_BYTES_MAX = 64 * 1024


class Shop(ThreadingHTTPServer):
    """The server, with what every request needs: the engine and the token of its forms."""

    daemon_threads = True

    def __init__(self, port: int, database: str) -> None:
        super().__init__(("127.0.0.1", port), Page)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.form_token = secrets.token_urlsafe(16)
        gateway = paywright.Mock(checkout_base_url=f"{self.address}/checkout")
        self.pay = paywright.Paywright.open(database, gateways=[gateway], mode="development")

    def buy(self, item: str) -> str:
        """Creates an order and its payment; answers with where the payer goes next."""
        name, price = GOODS[item]
        order = self.pay.create_order(
            currency="CNY",
            lines=[paywright.NewLine(description=name, unit_amount=price)],
            reference=f"TEA-{secrets.token_hex(4)}",
        )
        return self.checkout(order.id)

    def checkout(self, order_id: str) -> str:
        payment = self.pay.create_payment(
            order_id, method="card", return_url=f"{self.address}/orders/{order_id}"
        )
        return payment.action.url or f"/orders/{order_id}"

    def deliver(self, delivery: paywright.Delivery) -> None:
        """What a provider does: posts the signed callback to the shop's public address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server_port, timeout=10)
        connection.request("POST", "/callback/mock", body=delivery.body, headers=delivery.headers)
        connection.getresponse().read()
        connection.close()


class Page(BaseHTTPRequestHandler):
    """One request. Every handler ends in exactly one answer."""

    server: Shop
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.guarded(self.get)

    def do_POST(self) -> None:
        self.guarded(self.post)

    def get(self) -> None:
        pay, url = self.server.pay, urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        match url.path.strip("/").split("/"):
            case [""]:
                self.answer(200, pages.front(GOODS, pay.orders(size=10).items, self.server.form_token))
            case ["checkout"]:
                checkout = pay.mock_page(query.get("token", ""), language=query.get("language", "en"))
                self.answer(checkout.status, checkout.html.encode(), checkout.headers)
            case ["orders", order_id]:
                if "payment" in query:
                    pay.handle_return("mock", params=query)
                self.answer(200, self.order_page(order_id))
            case _:
                self.answer(404, pages.page("Not here", "<p>There is no such page.</p>"))

    def post(self) -> None:
        shop, parts = self.server, urlsplit(self.path).path.strip("/").split("/")
        body = self.rfile.read(min(int(self.headers.get("content-length") or 0), FORM_BYTES_MAX))
        if parts[0] == "callback":
            # Raw bytes, exactly as they came; no form token, for it is signed.
            self.callback(parts[-1], body)
            return
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if parts[0] != "checkout" and form.get("form") != shop.form_token:
            self.answer(403, pages.page("Please try again", "<p>The form was too old.</p>"))
            return
        match parts:
            case ["orders"]:
                self.redirect(shop.buy(form.get("item", "")))
            case ["orders", order_id, "pay"]:
                self.redirect(shop.checkout(order_id))
            case ["payments", payment_id, "refund"]:
                refund = shop.pay.refund(payment_id, amount=form["amount"], reason="asked for in the shop")
                self.redirect(f"/orders/{refund.order_id}")
            case ["checkout"]:
                choice = shop.pay.mock_choose(form.get("token", ""), form.get("outcome", ""))
                for delivery in choice.deliveries:
                    shop.deliver(delivery)
                self.redirect(choice.return_url or "/")
            case _:
                self.answer(404, pages.page("Not here", "<p>There is no such page.</p>"))

    def callback(self, gateway: str, body: bytes) -> None:
        try:
            reply = self.server.pay.handle_callback(gateway, headers=self.headers, body=body).reply
        except paywright.PaywrightError as error:
            if error.reply is None:
                raise
            reply = error.reply
        self.answer(reply.status, reply.body, reply.headers)

    def order_page(self, order_id: str) -> bytes:
        pay = self.server.pay
        return pages.order(
            pay.order(order_id),
            pay.payments(order_id=order_id).items,
            pay.timeline(order_id),
            pay.transfers(order_id),
            self.server.form_token,
        )

    def guarded(self, work: object) -> None:
        try:
            work()  # type: ignore[operator]
        except paywright.PaywrightError as error:
            self.answer(error.http_status, pages.problem(error))
        except KeyError:
            self.answer(400, pages.page("Something is missing", "<p>The form was not complete.</p>"))

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"content-type": "text/html; charset=utf-8"}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, url: str) -> None:
        self.send_response(303)
        self.send_header("location", url)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The timeline says what happened; a line per request would only hide it."""


def main() -> int:
    options = argparse.ArgumentParser(prog="shop", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--once", action="store_true", help="run one purchase and a refund by itself, then end")
    options.add_argument("--port", type=int, default=8000, help="where to serve (8000)")
    options.add_argument("--database", default="shop.db", help="the database file (shop.db)")
    chosen = options.parse_args()
    shop = Shop(0 if chosen.once else chosen.port, "sqlite::memory:" if chosen.once else chosen.database)
    with shop, shop.pay:
        if chosen.once:
            threading.Thread(target=shop.serve_forever, daemon=True).start()
            return once.run(shop.address, shop.pay)
        print(f"The shop is open: {shop.address}  (stop it with Ctrl-C; its books are in {Path(chosen.database)})")
        try:
            shop.serve_forever()
        except KeyboardInterrupt:
            print("closed")
        return 0


if __name__ == "__main__":
    sys.exit(main())

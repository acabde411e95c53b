"""A member clicks through the reading room, on a desk and on a phone: right page, right state, books balanced."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from browser.serving import EXAMPLES, asked, environment, free_port, served
from browser.visitor import WINDOWS, Visitor
from playwright.sync_api import Browser, Page, expect

NUMBERS = itertools.count(1)
# What the books say, read by a process of its own beside the server.
ASK = """
import json, paywright
from membership_fastapi.database import Database
pay = paywright.Paywright.open(Database(sys.argv[1]).store, gateways=[paywright.Mock()], mode="development")

def answer():
    report = pay.verify()
    order = pay.orders(size=1).items[0]
    return json.dumps({
        "ok": report.ok, "sum": str(sum(balance.balance for balance in pay.balances())),
        "state": order.state, "paid": str(order.paid), "refunded": str(order.refunded), "due": str(order.due),
        "payments": sorted(payment.state for payment in pay.payments(order_id=order.id).items),
        "exceptions": pay.exceptions().total,
    })
"""


@dataclass
class ReadingRoom:
    """The running example."""

    address: str
    ask: Callable[[], str]

    def books(self) -> dict[str, Any]:
        """The newest order and its payments, after an audit of everything."""
        found: dict[str, Any] = json.loads(self.ask())
        assert found["ok"] and Decimal(found["sum"]) == 0, found
        return found


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadingRoom]:
    place = tmp_path_factory.mktemp("membership")
    database, port = str(place / "membership.db"), free_port()
    command = ["-m", "membership_fastapi", "--port", str(port), "--database", database]
    log = place / "server.log"
    with served(command, EXAMPLES, environment(), log, port) as address:
        with asked(ASK, [database], EXAMPLES, environment()) as ask:
            yield ReadingRoom(address, ask)


@pytest.fixture(params=list(WINDOWS))
def visitor(browser: Browser, room: ReadingRoom, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A reader who is signed in under a name of their own, in a window of either size."""
    guest = Visitor(browser, room.address, "membership_fastapi", request.param)
    guest.open("/sign-in")
    guest.see("sign-in")
    guest.page.get_by_label("Your name").fill(f"reader-{next(NUMBERS)}")
    guest.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(guest.page.get_by_role("link", name="Payments")).to_be_visible()
    yield guest
    guest.close()


def buy(visitor: Visitor, plan: str = "Silver", button: str = "Buy") -> None:
    """From the plans to the checkout."""
    visitor.open("/")
    visitor.see("plans")
    section = visitor.page.get_by_role("region", name=plan, exact=True)
    section.get_by_label("Pay with").select_option("alipay")
    section.get_by_role("button", name=button).click()
    expect(visitor.page.get_by_role("heading", name="Mock checkout")).to_be_visible()


def choose(page: Page, outcome: str) -> None:
    page.get_by_role("button", name=outcome).first.click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", name=text)).to_be_visible()


def test_pay_then_refund(visitor: Visitor, room: ReadingRoom) -> None:
    """Protects: a purchase, the history, and all the money back."""
    buy(visitor)
    visitor.see("checkout")
    choose(visitor.page, "Pay 30.00 CNY")
    heading(visitor.page, "Welcome, you are a member")
    visitor.see("order-paid")
    assert room.books()["state"] == "active"
    visitor.page.reload()
    heading(visitor.page, "Welcome, you are a member")
    visitor.page.get_by_role("link", name="To the plans").click()
    expect(visitor.page.locator("#until")).to_contain_text("valid until")
    visitor.see("plans-member")
    visitor.page.get_by_role("link", name="Payments").click()
    visitor.see("history")
    visitor.page.get_by_role("button", name="Refund", exact=True).click()
    expect(visitor.page.locator("#payments")).to_contain_text("refunded 30.00")
    visitor.see("history-refunded")
    books = room.books()
    assert (books["state"], books["paid"], books["refunded"], books["due"]) == ("cancelled", "30.00", "30.00", "0.00")


@pytest.mark.parametrize("visitor", ["phone"], indirect=True)
def test_renew_and_upgrade(visitor: Visitor, room: ReadingRoom) -> None:
    """Protects: a member renews and changes the plan, each by an order that is paid."""
    buy(visitor)
    choose(visitor.page, "Pay 30.00 CNY")
    buy(visitor, "Silver", "Renew")
    choose(visitor.page, "Pay 30.00 CNY")
    heading(visitor.page, "Welcome, you are a member")
    buy(visitor, "Gold, a whole year", "Change to this")
    choose(visitor.page, "Pay 680.00 CNY")
    visitor.open("/")
    expect(visitor.page.get_by_role("region", name="Your membership")).to_contain_text("Gold, a whole year")
    assert room.books()["paid"] == "680.00"


def test_decline_and_pay_again(visitor: Visitor, room: ReadingRoom) -> None:
    """Protects: a refusal is told with its reason, and the same order is paid by another payment."""
    buy(visitor)
    choose(visitor.page, "Decline")
    heading(visitor.page, "The payment did not work")
    expect(visitor.page.get_by_role("main")).to_contain_text("The card was declined.")
    visitor.see("order-declined")
    assert (books := room.books())["payments"] == ["failed"] and books["due"] == "30.00"
    visitor.page.get_by_role("button", name="Pay again").click()
    choose(visitor.page, "Pay 30.00 CNY")
    heading(visitor.page, "Welcome, you are a member")
    assert room.books()["payments"] == ["failed", "succeeded"]


def test_cancel(visitor: Visitor, room: ReadingRoom) -> None:
    """Protects: who gives up at the checkout has bought nothing and may try again."""
    buy(visitor)
    choose(visitor.page, "Cancel")
    heading(visitor.page, "You left the payment page")
    visitor.see("order-cancelled")
    assert (books := room.books())["payments"] == ["cancelled"] and books["paid"] == "0.00"


def test_two_tabs_pay_once(visitor: Visitor, room: ReadingRoom) -> None:
    """Protects: one order that is open in two tabs is paid once; the second tab shows that it is."""
    buy(visitor)
    other = visitor.tab()
    other.goto(visitor.page.url)
    choose(visitor.page, "Pay 30.00 CNY")
    heading(visitor.page, "Welcome, you are a member")
    visitor.forgive(409)
    choose(other, "Pay 30.00 CNY")
    visitor.see("second-tab", other)
    other.get_by_role("link", name="Back to the shop").click()
    heading(other, "Welcome, you are a member")
    books = room.books()
    assert (books["paid"], books["payments"], books["exceptions"]) == ("30.00", ["succeeded"], 0)


def test_back_without_paying(visitor: Visitor, room: ReadingRoom) -> None:
    """Protects: who comes back without having paid is no member, and finds the way back to the checkout."""
    buy(visitor)
    checkout = visitor.page.url
    visitor.open("/history")
    expect(visitor.page.locator("#payments")).to_contain_text("started")
    visitor.page.goto(checkout)
    visitor.page.get_by_text("Try what can go wrong").click()
    choose(visitor.page, "Leave it processing")
    heading(visitor.page, "We are waiting for your payment")
    visitor.see("order-waiting")
    assert room.books()["payments"] == ["processing"]
    visitor.open("/")
    expect(visitor.page.locator("#until")).to_have_count(0)


def test_chinese(visitor: Visitor) -> None:
    """Protects: every page of a purchase in Chinese, the provider's included."""
    visitor.open("/")
    visitor.page.get_by_role("button", name="中文").click()
    visitor.see("plans-zh")
    visitor.page.get_by_role("region", name="银卡", exact=True).get_by_role("button", name="购买").click()
    visitor.page.get_by_role("button", name="中文").click()
    visitor.page.get_by_role("button", name=re.compile("^确认支付")).click()
    heading(visitor.page, "欢迎，您已成为会员")
    visitor.see("order-paid-zh")
    visitor.page.get_by_role("link", name="付款记录").click()
    visitor.see("history-zh")

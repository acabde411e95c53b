"""A customer and the counter click through the car rental, on a desk and on a phone: right page, right state, books balanced."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from browser.serving import EXAMPLES, environment, free_port, run, served
from browser.visitor import WINDOWS, Visitor

pytest.importorskip("paywright.django.store", reason="the store in the host's own database is not here")

RENTAL = EXAMPLES / "rental_django"
COUNTER_PASSWORD = "throwaway-password-of-the-counter"
# What the books say, asked of the engine by a process of its own beside the server.
ASK = """
import json
from paywright.django import get_paywright
pay = get_paywright()
report = pay.verify()
order = pay.orders(size=1).items[0]
payments = pay.payments(order_id=order.id).items
print(json.dumps({
    "ok": report.ok, "violations": [v.what for v in report.violations],
    "sum": str(sum(balance.balance for balance in pay.balances())),
    "due": str(order.due), "paid": str(order.paid), "refunded": str(order.refunded), "held": str(order.deposit_held),
    "settlement": order.settlement, "state": order.state, "payments": sorted(payment.state for payment in payments),
    "exceptions": pay.exceptions().total,
}))
"""


@dataclass
class Rental:
    """The running example."""

    address: str
    environment: dict[str, str]

    def books(self) -> dict[str, Any]:
        """The newest order and its payments, after an audit of everything."""
        found: dict[str, Any] = json.loads(run(["manage.py", "shell", "-v", "0", "-c", ASK], RENTAL, self.environment))
        assert found["ok"] and Decimal(found["sum"]) == 0, found
        return found


@pytest.fixture(scope="module")
def rental(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rental]:
    place = tmp_path_factory.mktemp("rental")
    port = free_port()
    given = environment(
        RENTAL_DATABASE=str(place / "rental.db"),
        RENTAL_ADDRESS=f"http://127.0.0.1:{port}",
        COUNTER_PASSWORD=COUNTER_PASSWORD,
    )
    run(["manage.py", "migrate", "-v", "0"], RENTAL, given)
    run(["manage.py", "seed_cars"], RENTAL, given)
    command = ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with served(command, RENTAL, given, place / "server.log", port) as address:
        yield Rental(address, given)


@pytest.fixture(params=list(WINDOWS))
def visitor(browser: Browser, rental: Rental, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A customer who is signed in, in a window of either size."""
    guest = Visitor(browser, rental.address, "rental_django", request.param)
    sign_in(guest, f"ann-{request.param}")
    yield guest
    guest.close()


def sign_in(visitor: Visitor, name: str) -> None:
    visitor.open("/sign-in/")
    visitor.see("sign-in")
    visitor.page.get_by_label("Your name").fill(name)
    visitor.page.get_by_role("main").get_by_role("button", name="Sign in").click()


def book(visitor: Visitor, car: str = "Toyota Corolla") -> None:
    """From the front page to the payment page: three days, 163.50 and a deposit of 200."""
    visitor.open("/")
    visitor.see("cars")
    section = visitor.page.get_by_role("region", name=car)
    section.get_by_label("Days").fill("3")
    section.get_by_role("button", name="Book this car").click()
    expect(visitor.page).to_have_url(re.compile("/bookings/payment/[0-9a-f]{16}/$"))


def to_checkout(visitor: Visitor, how: str = "Pay on the provider's page") -> None:
    visitor.page.get_by_role("button", name=how).click()
    expect(visitor.page.get_by_role("heading", name="Mock checkout")).to_be_visible()


def choose(page: Page, outcome: str) -> None:
    page.get_by_role("button", name=outcome, exact=False).first.click()


def due(page: Page) -> str:
    return page.locator("#due").inner_text()


def test_pay(visitor: Visitor, rental: Rental) -> None:
    """Protects: the main road, from a car to a confirmed booking, with billing details and the form on the page."""
    book(visitor)
    visitor.see("payment")
    assert due(visitor.page) == "363.50 USD"
    visitor.page.get_by_label("Card holder").fill("Ann Example")
    visitor.page.get_by_label("City").fill("Hamburg")
    to_checkout(visitor, "Pay by card here")
    visitor.see("checkout")
    choose(visitor.page, "Pay 363.50 USD")
    expect(visitor.page).to_have_url(re.compile(r"/bookings/payment-success/\d+/$"))
    visitor.see("payment-success")
    visitor.page.get_by_role("link", name="See the booking").click()
    expect(visitor.page.locator("#state")).to_have_text("confirmed")
    expect(visitor.page.locator("#notifications")).to_contain_text("Payment received")
    visitor.see("booking")
    books = rental.books()
    assert (books["paid"], books["due"], books["payments"]) == ("363.50", "0.00", ["succeeded"])


def test_coming_back_later_shows_the_same(visitor: Visitor, rental: Rental) -> None:
    """Protects: reloading the return page changes nothing, and a paid booking asks for no more money."""
    book(visitor)
    name = visitor.page.url.rstrip("/").rsplit("/", 1)[1]
    to_checkout(visitor)
    choose(visitor.page, "Pay 363.50 USD")
    expect(visitor.page).to_have_url(re.compile("/payment-success/"))
    for _ in range(2):
        visitor.open(f"/bookings/stripe-success/{name}/")
        expect(visitor.page).to_have_url(re.compile("/payment-success/"))
    visitor.open(f"/bookings/payment/{name}/")
    expect(visitor.page.get_by_role("status")).to_have_text("This booking is paid already.")
    assert rental.books()["payments"] == ["succeeded"]


def test_decline_and_pay_again(visitor: Visitor, rental: Rental) -> None:
    """Protects: a refusal says so, leaves what is due as it was, and lets the customer try again."""
    book(visitor)
    to_checkout(visitor)
    choose(visitor.page, "Decline")
    expect(visitor.page.get_by_role("status")).to_contain_text("The last payment did not work")
    visitor.see("payment-declined")
    assert due(visitor.page) == "363.50 USD"
    assert (books := rental.books())["payments"] == ["failed"] and books["paid"] == "0.00"
    to_checkout(visitor)
    choose(visitor.page, "Pay 363.50 USD")
    expect(visitor.page).to_have_url(re.compile("/payment-success/"))
    assert rental.books()["payments"] == ["failed", "succeeded"]


def test_cancel(visitor: Visitor, rental: Rental) -> None:
    """Protects: who gives up at the checkout comes back to a booking that waits."""
    book(visitor)
    to_checkout(visitor)
    choose(visitor.page, "Cancel")
    expect(visitor.page.get_by_role("status")).to_contain_text("The booking waits for you")
    visitor.see("payment-cancelled")
    assert (books := rental.books())["payments"] == ["cancelled"] and books["due"] == "363.50"


def test_two_tabs_pay_once(visitor: Visitor, rental: Rental) -> None:
    """Protects: two open checkouts of one booking collect once, and the second tab says so."""
    book(visitor)
    payment_page = visitor.page.url
    other = visitor.tab()
    other.goto(payment_page)
    to_checkout(visitor)
    other.get_by_role("button", name="Pay on the provider's page").click()
    expect(other.get_by_role("heading", name="Mock checkout")).to_be_visible()
    choose(visitor.page, "Pay 363.50 USD")
    expect(visitor.page).to_have_url(re.compile("/payment-success/"))
    visitor.forgive(409)
    choose(other, "Pay 363.50 USD")
    visitor.see("second-tab", other)
    other.goto(payment_page)
    expect(other.get_by_role("status")).to_have_text("This booking is paid already.")
    books = rental.books()
    assert (books["paid"], books["payments"], books["exceptions"]) == ("363.50", ["succeeded"], 0)


def test_back_without_paying(visitor: Visitor, rental: Rental) -> None:
    """Protects: coming back proves nothing: the booking stays unpaid until the gateway says otherwise."""
    book(visitor)
    name = visitor.page.url.rstrip("/").rsplit("/", 1)[1]
    to_checkout(visitor)
    visitor.open(f"/bookings/stripe-success/{name}/")
    expect(visitor.page.get_by_role("heading", name="We are waiting for your payment")).to_be_visible()
    visitor.see("waiting")
    assert (books := rental.books())["payments"] == ["init"] and books["settlement"] == "unsettled"
    visitor.page.get_by_role("link", name="Back to the payment page").click()
    choose(visitor.page, "Pay 363.50 USD")
    expect(visitor.page).to_have_url(re.compile("/payment-success/"))


def test_a_lost_callback_is_found_on_return(visitor: Visitor, rental: Rental) -> None:
    """Protects: where the gateway's message is lost, the question on the payer's return finds the money."""
    book(visitor)
    to_checkout(visitor)
    visitor.page.get_by_text("Try what can go wrong").click()
    choose(visitor.page, "Pay, lose the callback")
    expect(visitor.page).to_have_url(re.compile("/payment-success/"))
    visitor.page.get_by_role("link", name="See the booking").click()
    expect(visitor.page.locator("#state")).to_have_text("confirmed")
    assert rental.books()["payments"] == ["succeeded"]


def test_somebody_elses_booking(visitor: Visitor, browser: Browser, rental: Rental) -> None:
    """Protects: only the owner sees the payment page; others are sent to their own bookings."""
    book(visitor)
    stranger = Visitor(browser, rental.address, "rental_django", visitor.window)
    sign_in(stranger, f"eve-{visitor.window}")
    stranger.page.goto(visitor.page.url)
    expect(stranger.page).to_have_url(re.compile("/bookings/$"))
    expect(stranger.page.get_by_role("status")).to_have_text("That booking is somebody else's.")
    stranger.see("my-bookings")
    stranger.close()


def test_chinese(visitor: Visitor) -> None:
    """Protects: every page of a purchase in Chinese, the provider's included."""
    visitor.open("/")
    visitor.page.get_by_role("button", name="中文").click()
    visitor.see("cars-zh")
    visitor.page.get_by_role("button", name="预订").nth(1).click()
    visitor.see("payment-zh")
    visitor.page.get_by_role("button", name="前往支付页面").click()
    visitor.see("checkout-zh")
    visitor.page.get_by_role("button", name=re.compile("^确认支付")).click()
    expect(visitor.page.get_by_role("heading", name="谢谢，车辆已为您保留")).to_be_visible()
    visitor.see("payment-success-zh")


@pytest.fixture
def counter(browser: Browser, rental: Rental, visitor: Visitor) -> Iterator[Visitor]:
    """The person at the counter, in a window of the same size."""
    clerk = Visitor(browser, rental.address, "rental_django", visitor.window)
    clerk.open("/admin/login/?next=/counter/")
    clerk.page.get_by_label("Username").fill("counter")
    clerk.page.get_by_label("Password").fill(COUNTER_PASSWORD)
    clerk.page.get_by_role("button", name="Log in").click()
    expect(clerk.page).to_have_url(re.compile("/counter/$"))
    yield clerk
    clerk.close()


def paid_booking(visitor: Visitor, car: str) -> None:
    book(visitor, car)
    to_checkout(visitor)
    choose(visitor.page, "Pay ")
    expect(visitor.page).to_have_url(re.compile("/payment-success/"))
    visitor.page.get_by_role("link", name="See the booking").click()


def test_the_deposit_goes_back(visitor: Visitor, counter: Visitor, rental: Rental) -> None:
    """Protects: a car goes out and comes back, and the deposit is returned less what was kept."""
    paid_booking(visitor, "Fiat Panda")
    counter.open("/counter/")
    own = counter.page.get_by_role("region", name=f"Fiat Panda ann-{visitor.window}")
    counter.see("counter")
    own.get_by_role("button", name="Hand over").click()
    own.get_by_label("Keep of the deposit").fill("20.00")
    own.get_by_label("Reason").fill("scratch on the door")
    own.get_by_role("button", name="Take back").click()
    expect(own).to_have_count(0)
    visitor.page.reload()
    expect(visitor.page.locator("#state")).to_have_text("completed")
    expect(visitor.page.locator("#refunds")).to_contain_text("130.00")
    expect(visitor.page.locator("#notifications")).to_contain_text("Refund paid")
    visitor.see("booking-completed")
    books = rental.books()
    assert (books["refunded"], books["held"], books["state"]) == ("130.00", "0.00", "completed")

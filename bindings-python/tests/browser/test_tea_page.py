"""A customer of the tea shop scans and pays, on a desk and on a phone, while the page asks how it stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser.serving import EXAMPLES, environment, free_port, run, served
from browser.visitor import Visitor
from playwright.sync_api import Browser, expect


SHOP = EXAMPLES / "shop_drf"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place, port = tmp_path_factory.mktemp("tea"), free_port()
    given = environment(TEA_DATABASE=str(place / "tea.db"), TEA_ADDRESS=f"http://127.0.0.1:{port}")
    run(["manage.py", "migrate", "-v", "0"], SHOP, given)
    run(["manage.py", "seed_teas"], SHOP, given)
    command = ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with served(command, SHOP, given, place / "server.log", port) as where:
        yield where
    run(["manage.py", "paywright_verify"], SHOP, given)


ENDS = [
    ("desktop", "Pay", "Paid. Thank you!"),
    ("phone", "Pay", "Paid. Thank you!"),
    ("phone", "Let it fail", "The payment did not work."),
    ("desktop", "Give up", "You gave up."),
]


@pytest.mark.parametrize(("window", "click", "words"), ENDS)
def test_scan_and_pay(browser: Browser, address: str, window: str, click: str, words: str) -> None:
    """Protects: 001-17 and 001-53, a QR code, a wallet that pays, fails or gives up, and a page that hears of it."""
    visitor = Visitor(browser, address, "shop_drf", window)
    visitor.open("/")
    visitor.see("shop")
    visitor.page.get_by_role("region", name="Oolong, 100 g").get_by_role("button", name="Pay with WeChat").click()
    code = visitor.page.get_by_alt_text("QR code of the payment")
    expect(code).to_be_visible()
    # Of the size that it is drawn in: an image that did not come has none.
    expect(code).not_to_have_js_property("naturalWidth", 0)
    expect(visitor.page.locator("#state")).to_have_text("Waiting for you to scan…")
    visitor.see("shop-qr")
    phone = visitor.tab()
    phone.goto(visitor.page.locator("#link").get_attribute("href") or "")
    visitor.see("wallet", phone)
    phone.get_by_role("button", name=click, exact=True).click()
    expect(phone.get_by_role("status")).to_contain_text("The shop answered 200.")
    expect(visitor.page.locator("#state")).to_have_text(words)
    expect(visitor.page.locator("#logs")).to_contain_text("payment_created")
    visitor.see("shop-ended")
    visitor.close()

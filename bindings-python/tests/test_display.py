"""What payers see, compared with readers and writers by others: QR codes with a scanner, amounts with CLDR's own data."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

import paywright
from paywright import display

SCALE = 4
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\d+z")
TEXTS = (
    "weixin://wxpay/bizpayurl?pr=throwaway00",
    "https://qr.alipay.com/" + "bax0" * 70,
    "https://example.com/支付?订单=测试",
    "0123456789" * 4,
)


def pixels(svg: str) -> tuple[bytearray, int]:
    """The picture as grey pixels, row by row, and its width."""
    found = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert found is not None
    width = int(found[1]) * SCALE
    picture = bytearray(b"\xff" * (width * width))
    for x, y, length in (map(int, run) for run in RUN.findall(svg)):
        for row in range(y * SCALE, (y + 1) * SCALE):
            begin = row * width + x * SCALE
            picture[begin : begin + length * SCALE] = bytes(length * SCALE)
    return picture, width


def test_functions_are_where_they_are_looked_for() -> None:
    # Protects: the module is reached as an attribute, and exports the functions of the table and nothing else.
    assert paywright.display is display
    assert display.__all__ == ["format_amount", "qr_modules", "qr_svg"]
    assert all(callable(getattr(display, name)) for name in display.__all__)


@pytest.mark.parametrize("text", TEXTS)
def test_a_scanner_reads_the_picture(text: str) -> None:
    # Protects: what a payer's phone sees is what the gateway handed out; the scanner is not ours.
    scanner = pytest.importorskip("zxingcpp")
    picture, width = pixels(display.qr_svg(text))
    image = memoryview(picture).cast("B", (width, width))
    codes = scanner.read_barcodes(image)
    assert [code.text for code in codes] == [text]


def test_modules_are_the_pictures() -> None:
    # Protects: a host that draws the code itself draws the same one.
    rows = display.qr_modules(TEXTS[0])
    picture, width = pixels(display.qr_svg(TEXTS[0], border=0))
    assert len(rows) * SCALE == width
    for y, row in enumerate(rows):
        line = picture[y * SCALE * width : (y * SCALE + 1) * width : SCALE]
        assert row == "".join("0" if shade else "1" for shade in line)


def test_options_and_refusals() -> None:
    # Protects: a title is text and nothing else; what cannot be drawn is refused by code.
    svg = display.qr_svg(text="x", border=2, title="<b>扫码支付</b>")
    assert "<title>&lt;b&gt;扫码支付&lt;/b&gt;</title>" in svg and 'viewBox="0 0 25 25"' in svg
    for wrong, code in ((("",), "argument_missing"), (("x" * 2332,), "too_large"), (("x", 17), "argument_range")):
        with pytest.raises(paywright.InvalidInput) as refused:
            display.qr_svg(*wrong)
        assert refused.value.code == code


@pytest.mark.parametrize(("language", "locale"), [("en", "en_US"), ("zh", "zh_Hans_CN")])
@pytest.mark.parametrize(
    "currency",
    "AUD BRL CAD CNY EUR GBP HKD ILS INR JPY KRW MXN NZD TWD USD VND".split(),
)
def test_amounts_are_written_as_cldr_says(currency: str, language: str, locale: str) -> None:
    # Protects: signs, their places and groups are those that people know.
    numbers = pytest.importorskip("babel.numbers")
    for amount in ("0", "7", "999", "1000", "1234567"):
        shown = display.format_amount(amount, currency, language)
        expected: str = numbers.format_currency(Decimal(amount), currency, locale=locale)
        assert shown == expected


@pytest.mark.parametrize(
    ("amount", "currency", "language", "shown"),
    [
        (Decimal("100"), "CNY", "zh", "¥100.00"),
        (Decimal("100.00"), "CNY", "en", "CN¥100.00"),
        ("1234.5", "USD", "zh-hans", "US$1,234.50"),
        (100, "JPY", "en-gb", "¥100"),
        ("1000", "CHF", "zh", "CHF\N{NO-BREAK SPACE}1,000.00"),
        ("1.5", "KWD", None, "KWD\N{NO-BREAK SPACE}1.500"),
    ],
)
def test_amounts_of_every_type(amount: Any, currency: str, language: str | None, shown: str) -> None:
    # Protects: whatever holds an exact amount is taken, and every decimal place is shown.
    assert display.format_amount(amount, currency, language) == shown


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ((1.5, "USD"), "amount_type"),
        (("1.001", "USD"), "amount_scale"),
        (("-1", "USD"), "amount_range"),
        (("1", "usd"), "currency"),
        (("1", "USD", "fr"), "value_unknown"),
    ],
)
def test_what_is_no_amount_is_refused(wrong: Any, code: str) -> None:
    # Protects: M1, a float is shown to nobody as if it were an amount.
    with pytest.raises(paywright.InvalidInput) as refused:
        display.format_amount(*wrong)
    assert refused.value.code == code

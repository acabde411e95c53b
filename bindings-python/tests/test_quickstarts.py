"""The two quickstarts, step by step as their pages say, from a framework's own template to a paid order over HTTP."""

from __future__ import annotations

import html
import http.cookiejar
import re
import shlex
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from browser.serving import PACKAGE, ROOT, environment, free_port, run, served

FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDED_LINES_MAX = 15
NUMBERS = {10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen"}
BOOKS = """
report = pay.verify()
[order] = pay.orders().items
print(order.state, order.paid, order.due, report.ok, sum(balance.balance for balance in pay.balances()))
"""
PAID = "paid 100.00 0.00 True 0.00"


class Steps:
    """A page's blocks: files to write, commands to run, and the one that serves."""

    def __init__(self, page: str, port: int) -> None:
        self.page = (ROOT / "docs" / "python" / page).read_text(encoding="utf-8")
        text = self.page.replace(":8000", f":{port}")
        text = text.replace("--port 8000", f"--port {port}")
        self.blocks = [(words.split(), body) for _, words, body in FENCE.findall(text)]
        [self.serve] = [self.command(body) for words, body in self.blocks if words == ["background"]]
        self.added = 0

    def perform(self, place: Path, given: dict[str, str]) -> None:
        """Everything up to the server, in the page's order."""
        for words, body in self.blocks:
            if words == ["background"]:
                return
            if not words:
                for line in body.splitlines():
                    run(self.command(line), place, given)
                continue
            how, _, name = words[0].partition("=")
            with (place / name).open("a" if how == "append" else "w", encoding="utf-8") as file:
                file.write(body)
            if "template" not in words:
                self.added += len([line for line in body.splitlines() if line.strip()])

        raise AssertionError("the page starts no server")

    def check(self) -> None:
        """Few lines, and as many as the page says."""
        assert self.added <= ADDED_LINES_MAX
        assert f"with {NUMBERS[self.added]} added lines" in self.page

    @staticmethod
    def command(line: str) -> list[str]:
        """What this interpreter is given to run a line of the page."""
        words = shlex.split(line)
        return ["-m", "django", *words[1:]] if words[0] == "django-admin" else words[1:]


def visit(address: str) -> str:
    """A browser opens an address, pays at the mock checkout, and answers with the page where it ends."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies)
    with browser.open(address, timeout=20) as answer:
        checkout, where = answer.read().decode(), answer.url
    form = next(form for form in re.findall("<form.*?</form>", checkout, re.DOTALL) if 'value="pay"' in form)
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    fields = {name: html.unescape(value) for name, value in hidden}
    paying = urllib.parse.urlencode({**fields, "outcome": "pay"}).encode()
    with browser.open(where, paying, timeout=20) as answer:
        assert answer.status == 200
        return str(answer.read().decode())


def test_a_django_project_takes_a_payment(tmp_path: Path) -> None:
    """Protects: 15 added lines and the page's own steps lead from `startproject` to a paid order."""
    port = free_port()
    steps, given = Steps("quickstart_django.md", port), environment(PYTHONPATH=str(PACKAGE))
    steps.perform(tmp_path, given)
    steps.check()
    with served(steps.serve, tmp_path, given, tmp_path / "server.log", port) as address:
        assert "Payment received" in visit(f"{address}/buy/")
        ask = "from paywright.django import get_paywright\npay = get_paywright()\n" + BOOKS
        assert run(["manage.py", "shell", "-v", "0", "-c", ask], tmp_path, given).strip() == PAID
    run(["manage.py", "paywright_verify"], tmp_path, given)


def test_a_fastapi_application_takes_a_payment(tmp_path: Path) -> None:
    """Protects: 15 added lines and the page's own steps lead from the smallest application to a paid order."""
    port = free_port()
    steps, given = Steps("quickstart_fastapi.md", port), environment(PYTHONPATH=str(PACKAGE))
    steps.perform(tmp_path, given)
    steps.check()
    with served(steps.serve, tmp_path, given, tmp_path / "server.log", port) as address:
        assert "Hello World" in visit(f"{address}/buy")
        ask = "import paywright\npay = paywright.Paywright.open('shop.db', gateways=[paywright.Mock()])\n" + BOOKS
        assert run(["-c", ask], tmp_path, given).strip() == PAID

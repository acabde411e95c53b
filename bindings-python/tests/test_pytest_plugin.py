"""The fixtures that hosts test their own code with: they play payer and provider, and come and go as promised."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import paywright
from paywright.testing import ManualClock, MockGateway

HOST_TEST = '''
def test_a_sale(pay, clock, mock_gateway):
    order = pay.create_order(amount="10.00", currency="EUR")
    payment = pay.create_payment(order.id)
    assert payment.id == "pay_01KDVDNA00KJT3K5DBBAED96ZS" and payment.created_at == clock.now
    mock_gateway.pay(payment)
    assert pay.order(order.id).state == "paid"

def test_another_begins_empty(pay):
    assert pay.orders().total == 0 and pay.health().mode == "development"
'''


@pytest.fixture
def gateway(pay: paywright.Paywright) -> MockGateway:
    return MockGateway(pay)


def payment_of(pay: paywright.Paywright) -> paywright.Payment:
    order = pay.create_order(amount="100.00", currency="CNY")
    return pay.create_payment(order.id, return_url="http://127.0.0.1/back")


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    found = {**os.environ, "PYTHONPATH": str(Path(paywright.__file__).parents[1])}
    return subprocess.run(command, cwd=directory, env=found, capture_output=True, text=True, timeout=60, check=False)


def test_fixtures_are_there_for_a_host(tmp_path: Path) -> None:
    """Protects: three fixtures by their names, deterministic and fresh for every test."""
    (tmp_path / "test_host.py").write_text(HOST_TEST)
    for turn in (run(tmp_path, "-p", "paywright._pytest"), run(tmp_path, "-p", "paywright._pytest")):
        assert "2 passed" in turn.stdout, turn.stdout + turn.stderr


def test_a_conftest_may_name_the_plugin_too(tmp_path: Path) -> None:
    """Protects: naming the plug-in twice, as source trees and installed packages do together, is no error."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["paywright._pytest"]\n')
    (tmp_path / "test_host.py").write_text(HOST_TEST)
    assert "2 passed" in (turn := run(tmp_path, "-p", "paywright._pytest")).stdout, turn.stdout + turn.stderr


def test_the_package_declares_the_plugin() -> None:
    """Protects: pytest finds the fixtures by itself once the package is installed."""
    declared = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    assert re.search(r'\[project\.entry-points\.pytest11\]\n"paywright\._pytest" = "paywright\._pytest"\n', declared)


def test_importing_the_package_imports_no_test_framework() -> None:
    """Protects: a host in production pays nothing for the fixtures."""
    looks = "import sys, paywright, paywright.testing; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", looks], check=False).returncode == 0


@pytest.mark.parametrize(
    ("act", "state"),
    [("pay", "succeeded"), ("decline", "failed"), ("cancel", "cancelled"), ("expire", "expired"), ("process", "processing")],
)
def test_what_a_payer_does(pay: paywright.Paywright, gateway: MockGateway, act: str, state: str) -> None:
    """Protects: each thing that a payer or the time may do reaches the payment by a signed callback."""
    payment = payment_of(pay)
    getattr(gateway, act)(payment)
    assert pay.payment(payment.id).state == state
    assert pay.verify().ok


def test_a_visit_says_where_the_payer_goes(pay: paywright.Paywright, gateway: MockGateway) -> None:
    """Protects: a test can follow the browser back to the host."""
    payment = payment_of(pay)
    visit = gateway.pay(payment.id)
    assert visit.return_url == f"http://127.0.0.1/back?payment={payment.id}"
    assert [answer.outcome for answer in visit.answers] == ["applied"]


def test_a_dropped_callback_is_learned_by_asking(pay: paywright.Paywright, gateway: MockGateway) -> None:
    """Protects: what is lost on the way is lost, and the provider still knows."""
    payment = payment_of(pay)
    assert gateway.pay(payment, callback="drop").answers == []
    assert pay.payment(payment.id).state == "init"
    assert pay.sync_payment(payment.id).state == "succeeded"


def test_a_duplicate_changes_nothing(pay: paywright.Paywright, gateway: MockGateway) -> None:
    """Protects: a host sees that the second delivery is taken and has no effect."""
    answers = gateway.pay(payment_of(pay), callback="duplicate").answers
    assert [(answer.outcome, answer.duplicate) for answer in answers] == [("applied", False), ("already", True)]


def test_a_delayed_callback_arrives_when_told(
    pay: paywright.Paywright, gateway: MockGateway, clock: ManualClock
) -> None:
    """Protects: what happens between paying and its news can be tested."""
    payment = payment_of(pay)
    gateway.pay(payment, callback="delay")
    assert (gateway.delayed, pay.payment(payment.id).state) == (1, "init")
    clock.advance(60)
    assert [answer.payment.state for answer in gateway.deliver()] == ["succeeded"]
    assert gateway.delayed == 0 and gateway.deliver() == []


def test_callbacks_go_where_the_host_wants_them(pay: paywright.Paywright, gateway: MockGateway) -> None:
    """Protects: a web application is tested through its own route."""
    posted: list[paywright.Delivery] = []
    gateway.deliver_to(posted.append)
    gateway.pay(payment_of(pay))
    assert [delivery.headers["Content-Type"] for delivery in posted] == ["application/json"]


def test_scripts_and_forgeries(pay: paywright.Paywright, gateway: MockGateway) -> None:
    """Protects: what the provider does next is one word, and a forgery is refused as in production."""
    gateway.script("decline:insufficient_funds")
    with pytest.raises(paywright.Declined, match="enough money"):
        payment_of(pay)
    payment = payment_of(pay)
    with pytest.raises(paywright.SignatureInvalid):
        gateway.send(payment, "forged")
    gateway.pay(payment)
    gateway.script_refunds("pending")
    refund = pay.refund(payment.id, amount="1.00", reason="test")
    gateway.send(payment, "refund_succeeded", refund_id=refund.id)
    assert pay.find_refund(refund.id).state == "succeeded"


def test_who_is_not_at_the_checkout_cannot_pay(pay: paywright.Paywright, gateway: MockGateway) -> None:
    """Protects: a test that pays a closed payment is told why that cannot be."""
    payment = payment_of(pay)
    pay.cancel_payment(payment.id)
    with pytest.raises(AssertionError, match="is cancelled and waits for no payer"):
        gateway.pay(payment)
    with pytest.raises(ValueError, match="not 'deliverd'"):
        gateway.send(payment, "success", callback="deliverd")  # type: ignore[arg-type]

"""Settings, checks, commands, signals and template tags of `paywright.django`."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import paywright
import pytest
from django_host.fixtures import SETTINGS, client, pay, settings
from signed_status import OLD, OLD_PUBLIC, WRONG, refused
from paywright import ConfigError, Paywright

__all__ = ["client", "pay", "settings"]

STRIPE: dict[str, Any] = {
    "GATEWAY": "stripe",
    "SECRET_KEY": "sk_test_throwawaythrowawaythrowaway",
    "WEBHOOK_SECRETS": ["whsec_throwawaythrowawaythrowaway"],
    "PUBLISHABLE_KEY": "pk_test_throwaway",
}
LIVE = {"SECRET_KEY": "sk_live_throwawaythrowawaythrowaway", "PUBLISHABLE_KEY": "pk_live_throwaway"}
BANK: dict[str, Any] = {
    "GATEWAY": "bank",
    "account_name": "Tea <b>Shop</b>",
    "account_number": "GB33 BUKB 2020 1555 5555 55",
    "bank_name": "A & B",
    "currencies": ["CNY"],
}


def found(settings: Any, **given: Any) -> dict[str, str]:
    """What `check` says, by id."""
    from django.core import checks

    if given:
        settings(**given)
    return {str(message.id): f"{message.msg} {message.hint}" for message in checks.run_checks() if message.id}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({**SETTINGS, "DATABSE": "x"}, "is DATABASE meant"),
        ({**SETTINGS, "mode": "test"}, "is MODE meant"),
        ({**SETTINGS, "MODE": "prod"}, "development, test, live"),
        ({key: value for key, value in SETTINGS.items() if key != "MODE"}, "say development, test or live"),
        ({**SETTINGS, "DATABASE": "defualt"}, "is default meant"),
        ({**SETTINGS, "GATEWAYS": "mock"}, "a list is needed"),
        ({**SETTINGS, "GATEWAYS": ["strpe"]}, "is stripe meant"),
        ({**SETTINGS, "GATEWAYS": [{"SECRET_KEY": "sk_test_canary"}]}, "names its kind"),
        ({**SETTINGS, "GATEWAYS": [{"GATEWAY": "stripe", "SECRET": "sk_test_canary"}]}, "stripe"),
        ({**SETTINGS, "GATEWAYS": ["no.such.thing"]}, "cannot be imported"),
        ({**SETTINGS, "GATEWAYS": [7]}, "an entry is a int"),
        ({**SETTINGS, "GATEWAYS": ["django_host.no_gateway"]}, "and no gateway"),
        ({**SETTINGS, "OWNER": "no.such.thing"}, "cannot be imported"),
        ({**SETTINGS, "DELIVER": "sometimes"}, "on_commit"),
        ({**SETTINGS, "RETURN_URL": "/orders/{nothing}/"}, "cannot be filled in"),
        ([("MODE", "test")], "a dict is needed"),
        (None, "PAYWRIGHT"),
    ],
)
def test_settings_that_are_wrong(settings: Any, given: Any, says: str) -> None:
    """Protects: a slip in the settings is named, with what was likely meant, by the check and by the engine."""
    from paywright.django import get_paywright

    messages = found(settings, PAYWRIGHT=given)
    assert says in messages["paywright.E001"], messages
    assert "canary" not in str(messages)
    with pytest.raises(ConfigError) as refused:
        get_paywright()
    assert refused.value.code in ("config_invalid", "config_missing")
    assert says in refused.value.message


@pytest.mark.parametrize(
    "entry",
    [
        paywright.Mock(),
        "mock",
        "paywright.Mock",
        {"GATEWAY": "Mock"},
        "django_host.made",
        {"GATEWAY": "django_host.make"},
    ],
)
def test_forms_of_a_gateway(settings: Any, entry: Any) -> None:
    """Protects: an object, a name, a dotted path and a dict say the same."""
    from paywright.django import get_paywright

    settings(PAYWRIGHT={**SETTINGS, "GATEWAYS": [entry]})
    assert get_paywright().health().gateways == ["mock"]


def test_gateways_of_the_environment(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects: keys may stay in the environment while the database stands in the settings; slips there are told."""
    from paywright.django import get_paywright

    monkeypatch.setenv("STRIPE_SECRET_KEY", STRIPE["SECRET_KEY"])
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", STRIPE["WEBHOOK_SECRETS"][0])
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KYE", "x")
    monkeypatch.setenv("PAYWRIGHT_MODE", "test")
    settings(PAYWRIGHT={"DATABASE": "sqlite::memory:"})
    assert get_paywright().health().gateways == ["stripe"]
    assert "STRIPE_PUBLISHABLE_KYE" in found(settings)["paywright.W007"]


def test_one_engine_per_process(settings: Any) -> None:
    """Protects: all threads share one engine, and other settings make another one."""
    from paywright.django import get_paywright

    with ThreadPoolExecutor(16) as pool:
        engines = set(map(id, pool.map(lambda _: get_paywright(), range(64))))
    assert len(engines) == 1
    first = get_paywright()
    settings(PAYWRIGHT={**SETTINGS, "GATEWAYS": [BANK]})
    assert get_paywright() is not first
    assert get_paywright().health().gateways == ["bank"]


def test_an_application_that_is_not_installed(settings: Any) -> None:
    """Protects: who forgot INSTALLED_APPS reads that, and not that a table is missing."""
    from django.conf import settings as project

    from paywright.django import get_paywright

    others = [name for name in project.INSTALLED_APPS if name != "paywright.django"]
    settings(INSTALLED_APPS=others, PAYWRIGHT={**SETTINGS, "DATABASE": "default"})
    with pytest.raises(ConfigError, match="INSTALLED_APPS is not configured"):
        get_paywright()


def run(script: str, *arguments: str) -> str:
    program = [sys.executable, "-c", textwrap.dedent(script), *arguments]
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here.parent / 'python'}{os.pathsep}{here}"}
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_forked_worker_opens_its_own(tmp_path: Path) -> None:
    """Protects: a preloaded server whose master used the engine: every worker works, and the master's stays whole."""
    printed = run(
        """
        import os, sys, threading
        from django_host import prepared
        prepared()
        from django.test.utils import override_settings
        given = {"DATABASE": f"sqlite:{sys.argv[1]}", "MODE": "test", "GATEWAYS": ["mock"], "FROM_ENV": False}
        override_settings(PAYWRIGHT=given).enable()
        from paywright.django import engine, get_paywright
        first = get_paywright()
        first.create_order(currency="CNY", amount="1")
        # As if another thread were just making the engine when the process forks.
        engine._held.lock.acquire()
        for _ in range(4):
            child = os.fork()
            if child == 0:
                own = get_paywright()
                assert own is not first
                own.create_order(currency="CNY", amount="1")
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        engine._held.lock.release()
        assert get_paywright() is first
        print(first.orders().total, first.verify().ok)
        """,
        str(tmp_path / "shop.db"),
    )
    assert printed == "5 True"


def test_a_forked_worker_has_a_connection_of_its_own(tmp_path: Path) -> None:
    """Protects: workers of a preloaded server never write through the connection that the master opened."""
    printed = run(
        """
        import os, sys
        from pathlib import Path
        from django_host import fresh_database, prepared
        prepared()
        fresh_database(Path(sys.argv[1]))
        from django.db import connection
        from django.test.utils import override_settings
        given = {"DATABASE": "default", "MODE": "test", "GATEWAYS": ["mock"], "FROM_ENV": False}
        override_settings(PAYWRIGHT=given).enable()
        from paywright.django import get_paywright
        first = get_paywright()
        first.create_order(currency="CNY", amount="1")
        parents = id(connection.connection)
        for _ in range(4):
            child = os.fork()
            if child == 0:
                assert connection.connection is None
                own = get_paywright()
                assert own is not first
                own.create_order(currency="CNY", amount="1")
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        assert get_paywright() is first and id(connection.connection) == parents
        print(first.orders().total, first.verify().ok)
        """,
        str(tmp_path),
    )
    assert printed == "5 True"


def test_a_sound_project_is_told_nothing(settings: Any) -> None:
    """Protects: checks that cry wolf are switched off."""
    messages = found(settings)
    # The engine is in memory here, where the admin cannot look.
    assert set(messages) == {"paywright.W008"}, messages


@pytest.mark.parametrize(
    ("number", "given"),
    [
        ("E002", {"GATEWAYS": [{**STRIPE, "SECRET_KEY": ""}]}),
        ("E003", {"MODE": "live"}),
        ("E003", {"GATEWAYS": ["mock", {**STRIPE, **LIVE}]}),
        ("E004", {"GATEWAYS": [{**STRIPE, "SECRET_KEY": "pk_test_throwaway"}]}),
        ("E002", {"MODE": "live", "GATEWAYS": []}),
        ("W006", {"BASE_URL": "https://elsewhere.example"}),
    ],
)
def test_checks_of_gateways(settings: Any, number: str, given: dict[str, Any]) -> None:
    """Protects: keys that are missing, of the wrong kind or beside the mock are found before a payer finds them."""
    messages = found(settings, PAYWRIGHT={**SETTINGS, **given})
    assert f"paywright.{number}" in messages, messages
    assert "throwaway" not in str(messages)


@pytest.mark.parametrize(("keys", "code", "why"), WRONG)
def test_checks_of_status_keys(settings: Any, keys: Any, code: str, why: str) -> None:
    """Protects: a key that cannot sign, or with which a reader could, is found by the check, and by whoever asks anyway."""
    from paywright.django import get_paywright

    messages = found(settings, PAYWRIGHT={**SETTINGS, "STATUS_KEYS": keys})
    assert set(messages) == {"paywright.E006"} and why in messages["paywright.E006"], messages
    with pytest.raises(ConfigError) as error:
        get_paywright()
    refused(error.value, 'PAYWRIGHT["STATUS_KEYS"]', keys, code, why)
    assert messages["paywright.E006"].startswith(error.value.message)


STARTED = """
import sys
from django.conf import settings
given = {"MODE": "test", "DATABASE": "sqlite::memory:", "GATEWAYS": ["mock"], "FROM_ENV": False, "STATUS_KEYS": sys.argv.pop()}
settings.configure(INSTALLED_APPS=["paywright.django"], PAYWRIGHT=given, DATABASES={}, ROOT_URLCONF="paywright.django.urls")
if "check" in sys.argv:
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
else:
    from django.core.wsgi import get_wsgi_application
    get_wsgi_application()
    print("serves")
"""


@pytest.mark.parametrize(("program", "argument"), [("manage.py", "check"), ("server.py", "serve"), ("own.py", "check")])
def test_a_wrong_status_key_ends_the_start(tmp_path: Path, program: str, argument: str) -> None:
    """Protects: a server, which runs no checks, does not come up with a wrong key; a command tells it as a check."""
    (tmp_path / program).write_text(STARTED)

    def start(key: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tmp_path / program), argument, key]
        python = {**os.environ, "PYTHONPATH": os.pathsep.join(["python", "tests"])}
        return subprocess.run(command, cwd=Path(__file__).parents[1], env=python, capture_output=True, text=True, timeout=60)

    good, wrong = start(OLD), start(OLD_PUBLIC)
    assert good.returncode == 0, good.stderr
    told = wrong.stdout + wrong.stderr
    assert wrong.returncode == 1 and "is a public key (whpk_…); a private key (whsk_…) is needed" in told, told
    assert ("paywright.E006" in told) == (program == "manage.py"), told
    assert OLD_PUBLIC not in told


def test_checks_of_debug(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects: live money under DEBUG, and a public server whose mock pays for everything."""
    given = {**SETTINGS, "MODE": "live", "GATEWAYS": [{**STRIPE, **LIVE}], "BASE_URL": "http://testserver"}
    messages = found(settings, DEBUG=True, PAYWRIGHT=given)
    assert {"paywright.W001", "paywright.W006"} <= set(messages), messages
    messages = found(settings, DEBUG=False, PAYWRIGHT={**SETTINGS, "MODE": "development"})
    assert "paywright.W002" in messages
    from django.core import mail

    monkeypatch.setattr(mail, "outbox", [], raising=False)
    assert "paywright.W002" not in found(settings)


def test_checks_of_routes(settings: Any) -> None:
    """Protects: a callback that would get 403 or 404 is found before a gateway posts one."""
    assert "paywright.W003" in found(settings, ROOT_URLCONF="django_host.without_routes")
    assert "paywright.E005" in found(settings, ROOT_URLCONF="django_host.wrapped_routes")
    from django.conf import settings as project

    login = "django.contrib.auth.middleware.LoginRequiredMiddleware"
    with_login = [*project.MIDDLEWARE, login]
    assert "paywright.E005" not in found(settings, ROOT_URLCONF="django_host.urls", MIDDLEWARE=with_login)
    without_csrf = [name for name in project.MIDDLEWARE if "Csrf" not in name and name != login]
    assert "paywright.E005" not in found(settings, ROOT_URLCONF="django_host.wrapped_routes", MIDDLEWARE=without_csrf)


def test_a_gateway_needs_no_login(pay: Paywright, client: Any, settings: Any) -> None:
    """Protects: under LoginRequiredMiddleware callbacks still arrive, and payers come back."""
    from django.conf import settings as project

    settings(MIDDLEWARE=[*project.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"])
    payment = pay.create_payment(pay.create_order(currency="CNY", amount="1").id, method="card")
    answer = client.post("/paywright/callback/mock/", b"{}", content_type="application/json")
    assert answer.status_code == 403
    assert client.get(f"/paywright/return/mock/?payment={payment.id}").status_code == 200
    assert client.get(f"/paywright/payments/{payment.id}/status").status_code == 404


def command(name: str, *arguments: str) -> tuple[str, str]:
    from django.core.management import call_command

    out, err = io.StringIO(), io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def paid(pay: Paywright, **given: Any) -> paywright.Payment:
    order = pay.create_order(currency="CNY", amount="100.00", **given)
    payment = pay.create_payment(order.id, method="card")
    [delivery] = pay.mock_callbacks(payment.id, "success")
    pay.handle_callback("mock", headers=delivery.headers, body=delivery.body)
    return pay.payment(payment.id)


def test_signals_come_at_least_once(pay: Paywright, settings: Any) -> None:
    """Protects: a receiver that raises hears of the same event again, in order, and of none twice after that."""
    from paywright.django import signals
    from paywright.django.signals import deliver_events

    heard: list[tuple[str, str | None]] = []
    failing = [True, True]

    def everything(event: paywright.Event, payment_id: str | None, **_: Any) -> None:
        heard.append((event.event, payment_id))

    def succeeded(sender: Any, order_id: str, detail: dict[str, str], **_: Any) -> None:
        assert sender is paywright.Event
        if failing:
            failing.pop()
            raise RuntimeError("no mail today")

    signals.journal_event.connect(everything)
    signals.payment_succeeded.connect(succeeded)
    try:
        payment = paid(pay)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="no mail"):
                deliver_events()
        assert [name for name, _ in heard] == ["order.created", "payment.created"]
        out, _ = command("paywright_events")
        assert "2 event(s)" in out
        assert heard[2:] == [("payment.succeeded", payment.id), ("order.paid", None)]
        assert deliver_events() == 0
    finally:
        signals.journal_event.disconnect(everything)
        signals.payment_succeeded.disconnect(succeeded)


def test_every_event_has_a_signal() -> None:
    """Protects: an event of the journal that somebody may wait for is not forgotten here."""
    from paywright.django.signals import signal_of

    core = (Path(__file__).parents[2] / "core/src/journal.rs").read_text(encoding="utf-8")
    names = [line.split('"')[1] for line in core.splitlines() if '= "' in line and "." in line.split('"')[1]]
    assert len(names) > 20
    silent = {"callback.noted", "callback.ignored", "credentials.rotated"}
    for name in names:
        assert (signal_of(name) is None) == (name in silent or name.startswith("webhook.")), name


@pytest.mark.parametrize("deliver", ["on_commit", "after_response", "command"])
def test_when_the_views_tell(settings: Any, client: Any, deliver: str) -> None:
    """Protects: the setting decides who tells, and a receiver that raises never spoils a gateway's answer."""
    from paywright.django import get_paywright, signals

    settings(PAYWRIGHT={**SETTINGS, "DELIVER": deliver})
    pay = get_paywright()
    heard: list[str] = []

    def hear(payment_id: str, **_: Any) -> None:
        heard.append(payment_id)
        raise RuntimeError("broken receiver")

    payment = pay.create_payment(pay.create_order(currency="CNY", amount="1").id, method="card")
    [delivery] = pay.mock_callbacks(payment.id, "success")
    headers = {name: value for name, value in delivery.headers.items() if name.lower() != "content-type"}
    signals.payment_succeeded.connect(hear)
    try:
        answer = client.post(
            "/paywright/callback/mock/", delivery.body, content_type="application/json", headers=headers
        )
    finally:
        signals.payment_succeeded.disconnect(hear)
    assert answer.status_code == 200
    assert heard == ([] if deliver == "command" else [payment.id])


def test_threads_that_deliver_at_once(pay: Paywright) -> None:
    """Protects: who finds another thread delivering does not wait, and its event is told all the same."""
    from django.db import connection
    from paywright.django import signals

    heard: list[str] = []
    lock = threading.Lock()

    def hear(payment_id: str, **_: Any) -> None:
        with lock:
            heard.append(payment_id)

    signals.payment_succeeded.connect(hear)
    try:

        def one(_: int) -> str:
            payment = paid(pay)
            signals._deliver()
            # This thread's own, as Django closes it after a request.
            connection.close()
            return payment.id

        with ThreadPoolExecutor(8) as pool:
            payments = list(pool.map(one, range(40)))
    finally:
        signals.payment_succeeded.disconnect(hear)
    assert sorted(heard) == sorted(payments)


def test_commands(pay: Paywright) -> None:
    """Protects: cron, operators and deploy scripts get the engine's work with words and exit codes."""
    from django.core.management import CommandError

    paid(pay)
    command("paywright_run_due", "-v", "2")
    assert "the books balance: 1 orders" in command("paywright_verify")[0]
    out, _ = command("paywright_doctor")
    assert "engine in mode test" in out and "nothing is wrong" in out
    pay.close()
    with pytest.raises(CommandError) as failed:
        command("paywright_doctor", "--offline")
    assert failed.value.returncode == 1


def test_run_due_stops_when_told(tmp_path: Path) -> None:
    """Protects: a supervisor that ends the process gets a clean end, not a killed unit of work."""
    script = """
        import sys
        from django_host import prepared
        prepared()
        from django.test.utils import override_settings
        given = {"DATABASE": f"sqlite:{sys.argv[1]}", "MODE": "test", "GATEWAYS": ["mock"], "FROM_ENV": False}
        override_settings(PAYWRIGHT=given).enable()
        from django.core.management import call_command
        print("going", flush=True)
        call_command(*sys.argv[2:])
        print("ended", flush=True)
    """
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here.parent / 'python'}{os.pathsep}{here}"}
    for arguments in (["paywright_run_due", "--every=0.1"], ["paywright_events", "--follow"]):
        program = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "shop.db"), *arguments]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "going\n"
            threading.Event().wait(1.0)
            process.send_signal(signal.SIGTERM)
            assert process.stdout.read() == "ended\n"
        assert process.returncode == 0


def page_of(client: Any, payment: paywright.Payment, language: str = "en") -> str:
    answer = client.get(f"/shown/{payment.id}/", headers={"accept-language": language})
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_what_the_payer_does_next(settings: Any, client: Any) -> None:
    """Protects: redirects, bank instructions and amounts are shown escaped and in the payer's language."""
    from paywright.django import get_paywright

    settings(PAYWRIGHT={**SETTINGS, "GATEWAYS": ["mock", BANK]})
    pay = get_paywright()
    order = pay.create_order(currency="CNY", amount="1234.50")
    payment = pay.create_payment(order.id, method="card")
    shown = page_of(client, payment)
    assert 'class="paywright-redirect"' in shown and "CN¥1,234.50" in shown and "Waiting for payment" in shown
    assert "等待支付" in page_of(client, payment, "zh-hans")
    pay.cancel_payment(payment.id)
    shown = page_of(client, pay.payment(payment.id))
    assert "Payment cancelled" in shown
    payment = pay.create_payment(order.id, method="bank")
    shown = page_of(client, payment)
    assert "Tea &lt;b&gt;Shop&lt;/b&gt;" in shown and "A &amp; B" in shown and "Account number" in shown
    assert "户名" in page_of(client, payment, "zh-hans")


class FakePayment:
    """A payment with an action that no gateway here would give."""

    id = "pay_00000000000000000000000000"
    gateway = "stripe"
    state = "init"
    currency = "USD"
    failure_message = "<img src=x onerror=alert(1)>"

    def __init__(self, **action: Any) -> None:
        from decimal import Decimal

        self.amount = Decimal("12.00")
        given = {"kind": "none", "url": None, "qr_text": None, "client_secret": None, "parameters": {}, **action}
        self.action = type("Action", (), given)()


def rendered(text: str, **context: Any) -> str:
    from django.template import engines
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    return str(engines["django"].from_string("{% load paywright %}" + text).render(context, request))


def test_actions_are_escaped(settings: Any) -> None:
    """Protects: nothing that a gateway or a payer wrote becomes markup or script, and no handler stands inline."""
    evil = "\"'><script>alert(1)</script>"
    tag = "{% payment_action payment nonce='n-1' %}"
    shown = rendered(tag, payment=FakePayment(kind="redirect", url="javascript:alert(1)"))
    assert "javascript:" not in shown and "<a " not in shown
    shown = rendered(tag, payment=FakePayment(kind="redirect", url=f"https://a.example/?x={evil}"))
    assert "<script>" not in shown and 'href="https://a.example/?x=&quot;' in shown
    shown = rendered(
        tag, payment=FakePayment(kind="client_secret", client_secret=evil, parameters={"publishable_key": evil})
    )
    assert "<script>alert" not in shown and 'src="https://js.stripe.com/v3/" nonce="n-1"' in shown
    assert "/static/paywright/elements.js" in shown and "onclick" not in shown
    shown = rendered(tag, payment=FakePayment(kind="sdk_params", parameters={"package": "</script>" + evil}))
    assert "<script>alert" not in shown
    body = shown.split(">", 4)
    assert 'type="application/json"' in shown and body
    shown = rendered(tag, payment=FakePayment(kind="qr_code", qr_text=f"weixin://wxpay/{evil}"))
    assert "<svg" in shown and "<script>" not in shown and "Scan to pay" in shown
    shown = rendered(tag, payment=FakePayment(kind="instructions", parameters={"reference": evil}))
    assert "<script>" not in shown
    shown = rendered("{{ payment|payment_message }}", payment=FakePayment())
    assert "<img" not in shown


def test_filters(pay: Paywright) -> None:
    """Protects: amounts and errors in the active language, and nothing at all for nothing."""
    from django.utils import translation

    order = pay.create_order(currency="CNY", amount="10")
    with pytest.raises(paywright.PaywrightError) as caught:
        pay.order("ord_x")
    text = '{{ order|money }}|{{ order|money:"due" }}|{{ none|money }}|'
    text += "{{ error|payment_message }}|{{ none|payment_message }}"
    english = rendered(text, order=order, error=caught.value, none=None).split("|")
    assert english[:3] == ["CN¥10.00", "CN¥10.00", ""] and "not well formed" in english[3] and english[4] == ""
    with translation.override("zh-hans"):
        chinese = rendered(text, order=order, error=caught.value, none=None).split("|")
    assert chinese[0] == "¥10.00" and "格式不正确" in chinese[3]


def test_the_package_needs_no_django() -> None:
    """Protects: who uses no Django never imports it, and importing our application needs no settings."""
    printed = run(
        """
        import sys
        import paywright
        assert "django" not in sys.modules
        import paywright.django
        from django.conf import settings
        assert not settings.configured
        print("fine")
        """
    )
    assert printed == "fine"

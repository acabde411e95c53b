"""`manage.py check`: what would go wrong with payments, before a payer finds out. It asks no gateway, writes nothing.

| id | what |
|---|---|
| E001 | `PAYWRIGHT` cannot be read: missing, an unknown key, a wrong value |
| E002 | a gateway's key is missing or empty |
| E003 | the mock gateway beside live keys or in mode live |
| E004 | a gateway is configured wrongly |
| E005 | the callback route asks for a form token: its CSRF exemption was lost |
| E006 | `STATUS_KEYS` is no private key: a public or a shared one, or a wrong one |
| W001 | live money while DEBUG is on |
| W002 | mode development while DEBUG is off: anybody can pay with the mock |
| W003 | the routes are not included |
| W004 | SQLite without `transaction_mode: IMMEDIATE` |
| W005 | an isolation level that makes payments repeat or read old rows |
| W006 | the address of the site is not one that Django answers to, or is not https |
| W007 | what the engine warns of when it is opened |
| W008 | the admin is installed, but the tables are not in a database of Django |
| W009 | the tables are not there: told with `check --database`, by `runserver` and by `paywright_doctor`, not by `migrate` |
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, Warning
from django.http.request import validate_host
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.module_loading import import_string

from .._native import Paywright
from ..errors import ConfigError, PaywrightError
from . import conf

_CODES = {"config_missing": "E002", "secret_empty": "E002", "mock_in_live": "E003"}


def register() -> None:
    """Hands the checks to Django; called when the application is ready."""
    checks.register(check_settings, "paywright")
    checks.register(check_routes, Tags.urls)
    checks.register(check_databases, "paywright")
    checks.register(check_tables, Tags.database)


def check_settings(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """The settings, the gateways' keys, and whether mode and DEBUG go together."""
    try:
        conf.status_keys()
    except ConfigError as error:
        hint = "Applications hold the public key (whpk_…); the private one that belongs to it (whsk_…) signs here."
        return [_error("E006", error.message, hint)]
    try:
        found = conf.read()
    except ConfigError as error:
        return [_error("E001", error.message, "Every key of PAYWRIGHT is in the how-to of Paywright for Django.")]
    return [*_gateways(found), *_mode(found), *_address(found), *_admin(found)]


def _gateways(found: conf.Conf) -> Iterator[CheckMessage]:
    """Opens an engine in memory with the same gateways: what would be refused in the process is refused here."""
    options = {name: value for name, value in found.options.items() if name in ("flows", "webhooks")}
    try:
        with Paywright.open("sqlite::memory:", gateways=found.gateways, mode=found.mode, **options) as engine:
            for warning in (*found.warnings, *engine.warnings):
                yield _warning("W007", warning, "It is told once here; the engine works all the same.")
    except PaywrightError as error:
        number = _CODES.get(error.code, "E004")
        hints = {
            "E002": "Set it in the environment or in PAYWRIGHT, or leave the gateway out.",
            "E003": "Use the mock in mode development or test only, without live keys beside it.",
            "E004": f"The code is {error.code}; the reference says what it means.",
        }
        yield _error(number, error.message, hints[number])


def _mode(found: conf.Conf) -> Iterator[CheckMessage]:
    if settings.DEBUG and found.mode == "live":
        hint = "Error pages of DEBUG show settings and requests to payers: use test keys, or turn DEBUG off."
        yield _warning("W001", "DEBUG is on and PAYWRIGHT works with live keys.", hint)
    if not settings.DEBUG and found.mode == "development" and not _in_test():
        hint = 'Say "MODE": "test" or "live". In development the mock checkout lets anybody pay without money.'
        yield _warning("W002", 'PAYWRIGHT is in mode "development" and DEBUG is off.', hint)


def _in_test() -> bool:
    # Django's test runner turns DEBUG off; that is no public server.
    from django.core import mail

    return hasattr(mail, "outbox")


def _address(found: conf.Conf) -> Iterator[CheckMessage]:
    if not found.base_url:
        return
    parts = urlsplit(found.base_url)
    if found.mode == "live" and parts.scheme != "https":
        yield _warning("W006", f"BASE_URL is {found.base_url}.", "Gateways post callbacks to https addresses only.")
    hosts = settings.ALLOWED_HOSTS or ([".localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
    if found.base_url != conf.DEVELOPMENT_ADDRESS and hosts and not validate_host(parts.hostname or "", hosts):
        hint = "Add it: Django answers 400 to every callback and every payer who comes back there."
        yield _warning("W006", f"ALLOWED_HOSTS does not have {parts.hostname}, the host of BASE_URL.", hint)


def _admin(found: conf.Conf) -> Iterator[CheckMessage]:
    if found.alias is None and apps.is_installed("django.contrib.admin"):
        hint = 'Say "DATABASE": "default" for the admin and the models, or leave it: everything else works.'
        yield _warning("W008", f"The payments are in {found.database}, where Django's admin cannot read them.", hint)


def check_routes(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Whether gateways reach the callback view, and no form token is asked of them."""
    try:
        path = reverse("paywright:callback", args=["name"])
    except NoReverseMatch:
        hint = (
            'Add path("payments/", include("paywright.django.urls")) to the URL configuration, outside i18n_patterns.'
        )
        return [_warning("W003", "The callback route of Paywright is not in the URL configuration.", hint)]
    view = resolve(path).func
    if not getattr(view, "csrf_exempt", False) and _has_csrf_middleware():
        hint = "A decorator around the view has lost it: use functools.wraps there, or csrf_exempt around it all."
        return [_error("E005", f"The callback view at {path} is not exempt from CSRF: every callback gets 403.", hint)]
    if getattr(view, "login_required", True) and _has_login_middleware():
        hint = (
            "A decorator around the view has lost it: use functools.wraps there, or login_not_required around it all."
        )
        return [_error("E005", f"The callback view at {path} asks gateways to log in.", hint)]
    return []


def _has_csrf_middleware() -> bool:
    from django.middleware.csrf import CsrfViewMiddleware

    return _has_middleware(CsrfViewMiddleware)


def _has_login_middleware() -> bool:
    from django.contrib.auth.middleware import LoginRequiredMiddleware

    return _has_middleware(LoginRequiredMiddleware)


def _has_middleware(wanted: type) -> bool:
    for name in settings.MIDDLEWARE:
        try:
            found = import_string(name)
        except ImportError:
            continue
        if isinstance(found, type) and issubclass(found, wanted):
            return True
    return False


def check_databases(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Whether the database of Django that the engine shares is set up for it."""
    try:
        found = conf.read()
    except ConfigError:
        return []  # told by check_settings
    if found.alias is None:
        return []
    from django.db import connections

    given = connections[found.alias].settings_dict
    where = f'DATABASES["{found.alias}"]["OPTIONS"]'
    options: dict[str, Any] = given.get("OPTIONS") or {}
    vendor = connections[found.alias].vendor
    if vendor == "sqlite" and str(options.get("transaction_mode", "")).upper() not in ("IMMEDIATE", "EXCLUSIVE"):
        hint = f'Add "transaction_mode": "IMMEDIATE" to {where}: without it two writers end with "database is locked".'
        return [_warning("W004", f"{where} lets SQLite's transactions begin as readers.", hint)]
    level = str(options.get("isolation_level") or "").lower()
    if vendor == "mysql" and level and level != "read committed":
        hint = 'Leave it out or say "read committed": otherwise a transaction does not see what others committed.'
        return [_warning("W005", f'{where} asks MySQL for isolation level "{level}".', hint)]
    if vendor == "postgresql" and level not in ("", "1", "2", "isolationlevel.read_committed"):
        hint = "Read committed is enough: rows are locked where it counts. Stricter levels make calls fail and repeat."
        return [_warning("W005", f"{where} asks PostgreSQL for another isolation level.", hint)]
    return []


def check_tables(app_configs: object = None, databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """Whether the migrations have run, in a database that is asked for."""
    try:
        found = conf.read()
    except ConfigError:
        return []
    if found.alias is None or found.alias not in (databases or ()):
        return []
    if sys.argv[1:2] == ["migrate"]:
        return []  # It is about to make them.
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections[found.alias])
    wanted = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "paywright"]
    missing = [migration.name for migration, _ in executor.migration_plan(wanted) if migration.app_label == "paywright"]
    if not missing:
        return []
    told = f"{len(missing)} migration(s) of Paywright have not run in {found.alias}: {', '.join(missing)}."
    return [_warning("W009", told, f"Run manage.py migrate paywright --database {found.alias}.")]


def _error(number: str, what: str, hint: str) -> CheckMessage:
    return Error(what, hint=hint, id=f"paywright.{number}")


def _warning(number: str, what: str, hint: str) -> CheckMessage:
    return Warning(what, hint=hint, id=f"paywright.{number}")

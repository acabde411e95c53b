"""`settings.PAYWRIGHT`, read and checked: which database, which gateways, what is at stake.

It never opens anything and never says a secret back. The keys, of which only `MODE` is needed:

| key | what it is |
|---|---|
| `MODE` | `"development"`, `"test"` or `"live"`; from `PAYWRIGHT_MODE` where it is not said |
| `DATABASE` | an alias of `DATABASES` (`"default"` unless said), or an address such as `"sqlite:shop.db"` |
| `GATEWAYS` | a list: `paywright.Stripe(…)`, `"mock"`, a dotted path, or `{"GATEWAY": "stripe", "SECRET_KEY": …}` |
| `FROM_ENV` | also the gateways of the environment, such as by `STRIPE_SECRET_KEY`; True unless said |
| `BASE_URL` | the site's public address, for callback addresses and the mock's page; `runserver`'s unless live |
| `OWNER` | `(request, payment) -> bool`, or its dotted path: who sees a payment; its customer and staff unless said |
| `CUSTOMER` | `(request) -> str or None`, or its dotted path: who is asking; the user's primary key unless said |
| `RETURN_URL` | where payers end: `"/orders/{reference}/"` with `order_id`, `payment_id`, `reference`, or a callable |
| `DELIVER` | when views tell the signals: `"on_commit"` (unless said), `"after_response"`, or `"command"` |
| `STATUS_KEYS` | a private key `whsk_…`, or a list while one is rolled: answers about a payment's status are signed |
| `MOCK_CHECKOUT` | whether the mock's page is served; in mode development unless said, never in live |
| `FLOWS`, `WEBHOOKS`, `CLOCK`, `SEED` | as `Paywright.open` has them, like the next |
| `STRICT_PERMISSIONS`, `ALLOW_NETWORK_FILE_SYSTEM`, `BUSY_TIMEOUT_MS` | for an address only |
"""

from __future__ import annotations

import difflib
import functools
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from django.conf import settings
from django.utils.module_loading import import_string

from .. import _native
from .._status import StatusKeys
from ..errors import ConfigError
from ..types import Mode
from .gateways import gateway

DEVELOPMENT_ADDRESS = "http://127.0.0.1:8000"
"""Where `runserver` serves unless it is told otherwise."""

DELIVER = ("on_commit", "after_response", "command")
"""When the views tell the signals: at the end of the transaction, after the answer was sent, or only the command."""


@dataclass(frozen=True)
class Conf:
    """The settings of this project, with what was not said filled in."""

    database: str
    mode: Mode
    gateways: tuple[Any, ...]
    base_url: str
    owner: Callable[..., bool] | None
    customer: Callable[..., str | None] | None
    return_url: str | Callable[..., str] | None
    deliver: str
    mock_checkout: bool
    status_keys: StatusKeys | None
    options: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    @property
    def alias(self) -> str | None:
        """The alias of Django's database that the engine works in, if it is one."""
        return self.database if self.database in settings.DATABASES else None


_DEFAULTS: Mapping[str, Any] = {
    "DATABASE": None,
    "MODE": None,
    "GATEWAYS": (),
    "FROM_ENV": True,
    "BASE_URL": None,
    "OWNER": None,
    "CUSTOMER": None,
    "RETURN_URL": None,
    "DELIVER": "on_commit",
    "MOCK_CHECKOUT": None,
    "STATUS_KEYS": None,
    "FLOWS": (),
    "WEBHOOKS": (),
    "CLOCK": None,
    "SEED": None,
    "STRICT_PERMISSIONS": False,
    "ALLOW_NETWORK_FILE_SYSTEM": False,
    "BUSY_TIMEOUT_MS": None,
}
_OPTIONS = (
    "FLOWS",
    "WEBHOOKS",
    "CLOCK",
    "SEED",
    "STRICT_PERMISSIONS",
    "ALLOW_NETWORK_FILE_SYSTEM",
    "BUSY_TIMEOUT_MS",
)


@functools.cache
def current() -> Conf:
    """The settings, read once in a process. Raises as `read`."""
    return read()


def read() -> Conf:
    """The settings as they are now. Raises `ConfigError` with `config_missing` or `config_invalid`."""
    given = _given()
    from_env = bool(given["FROM_ENV"])
    mode = _mode(given["MODE"], from_env)
    base_url = str(given["BASE_URL"] or (DEVELOPMENT_ADDRESS if mode != "live" else "")).rstrip("/")
    gateways = [gateway(entry, base_url) for entry in _listed("GATEWAYS", given["GATEWAYS"])]
    warnings: list[str] = []
    if from_env:
        more, warnings = getattr(_native, "_gateways_of_environment")()
        gateways.extend(more)
    mock_checkout = given["MOCK_CHECKOUT"]
    return Conf(
        database=_database(given["DATABASE"], from_env),
        mode=mode,
        gateways=tuple(gateways),
        base_url=base_url,
        owner=_callable("OWNER", given["OWNER"]),
        customer=_callable("CUSTOMER", given["CUSTOMER"]),
        return_url=_return_url(given["RETURN_URL"]),
        deliver=_one_of("DELIVER", given["DELIVER"], DELIVER),
        mock_checkout=mode != "live" and (mode == "development" if mock_checkout is None else bool(mock_checkout)),
        status_keys=_status_keys(given),
        options={key.lower(): given[key] for key in _OPTIONS if given[key] is not None},
        warnings=tuple(warnings),
    )


def status_keys() -> StatusKeys | None:
    """`STATUS_KEYS` alone, of settings that are otherwise as they may be. Raises as `read`."""
    given = getattr(settings, "PAYWRIGHT", None)
    return _status_keys(given) if isinstance(given, Mapping) else None


def _status_keys(given: Mapping[str, Any]) -> StatusKeys | None:
    keys = given.get("STATUS_KEYS")
    return None if keys is None else StatusKeys('PAYWRIGHT["STATUS_KEYS"]', keys, given.get("CLOCK"))


def _given() -> dict[str, Any]:
    given = getattr(settings, "PAYWRIGHT", None)
    if given is None:
        raise missing("PAYWRIGHT", 'add PAYWRIGHT = {"MODE": "development"} to the settings')
    if not isinstance(given, Mapping):
        raise invalid("PAYWRIGHT", f"it is a {type(given).__name__}; a dict is needed")
    for key in given:
        if key not in _DEFAULTS:
            raise invalid(f'PAYWRIGHT["{key}"]', f"there is no such key{suggestion(str(key), _DEFAULTS)}")
    return {**_DEFAULTS, **given}


def suggestion(word: str, known: Iterable[str]) -> str:
    """What was probably meant, as the end of a sentence."""
    known = list(known)
    meant = difflib.get_close_matches(word.upper(), [name.upper() for name in known], n=1, cutoff=0.6)
    found = next((name for name in known if meant and name.upper() == meant[0]), None)
    return f"; is {found} meant?" if found else f"; known: {', '.join(sorted(known))}"


def _mode(given: Any, from_env: bool) -> Mode:
    given = given or (os.environ.get("PAYWRIGHT_MODE") if from_env else None)
    if given is None:
        # A mode that nobody said must not be the one in which the mock collects no money.
        raise missing('PAYWRIGHT["MODE"]', "say development, test or live, there or in PAYWRIGHT_MODE")
    return _one_of("MODE", given, get_args(Mode))  # type: ignore[return-value]


def _database(given: Any, from_env: bool) -> str:
    if given is None:
        given = (os.environ.get("PAYWRIGHT_DATABASE_URL") if from_env else None) or "default"
    database = os.fspath(given)
    if not isinstance(database, str) or not database:
        raise invalid('PAYWRIGHT["DATABASE"]', "an alias of DATABASES or an address such as sqlite:shop.db is needed")
    bare = not any(mark in database for mark in ":/\\.")
    if bare and database not in settings.DATABASES:
        known = suggestion(database, settings.DATABASES)
        raise invalid('PAYWRIGHT["DATABASE"]', f'"{database}" is no alias of DATABASES{known}')
    return database


def _listed(key: str, given: Any) -> list[Any]:
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise invalid(f'PAYWRIGHT["{key}"]', f"it is a {type(given).__name__}; a list is needed")
    return list(given)


def _one_of(key: str, given: Any, known: Iterable[str]) -> str:
    known = tuple(known)
    if given not in known:
        raise invalid(f'PAYWRIGHT["{key}"]', f"{given!r} is none of {', '.join(known)}")
    return str(given)


def _callable(key: str, given: Any) -> Callable[..., Any] | None:
    if given is None:
        return None
    found = given
    if isinstance(given, str):
        try:
            found = import_string(given)
        except ImportError as error:
            raise invalid(f'PAYWRIGHT["{key}"]', f"{given} cannot be imported: {error}") from error
    if not callable(found):
        raise invalid(f'PAYWRIGHT["{key}"]', f"{given!r} cannot be called")
    return found  # type: ignore[no-any-return]


def _return_url(given: Any) -> str | Callable[..., str] | None:
    """An address with `{order_id}`, `{payment_id}` and `{reference}` in it, or a callable or the dotted path of one."""
    if given is None:
        return None
    if callable(given):
        return _callable("RETURN_URL", given)
    if not isinstance(given, str):
        raise invalid('PAYWRIGHT["RETURN_URL"]', "an address, a callable or the dotted path of one is needed")
    if "/" in given:
        try:
            given.format(order_id="", payment_id="", reference="")
        except (KeyError, IndexError, ValueError) as error:
            why = f"{error} cannot be filled in; known: order_id, payment_id, reference"
            raise invalid('PAYWRIGHT["RETURN_URL"]', why) from error
        return given
    return _callable("RETURN_URL", given)


def invalid(setting: str, why: str) -> ConfigError:
    """The refusal of a setting that is wrong."""
    details = {"setting": setting, "why": why}
    return ConfigError(
        f"{setting} is wrong: {why}.",
        code="config_invalid",
        message_zh=f"{setting} 配置有误：{why}。",
        details=details,
    )


def missing(setting: str, rule: str) -> ConfigError:
    """The refusal where a setting is missing."""
    details = {"setting": setting, "rule": rule}
    return ConfigError(
        f"{setting} is not configured: {rule}.",
        code="config_missing",
        message_zh=f"未配置 {setting}：{rule}。",
        details=details,
    )

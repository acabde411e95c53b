"""An entry of `PAYWRIGHT["GATEWAYS"]`: an object, a name, a dotted path or a dict. It never looks into a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from .. import _native
from ..gateways import Gateway

_CLASSES: tuple[Any, ...] = (
    _native.Mock,
    _native.Bank,
    _native.Stripe,
    _native.WechatPay,
    _native.Alipay,
    _native.PayPal,
    _native.Signed,
)
_BY_NAME = {kind.__name__.lower(): kind for kind in _CLASSES}

# Settings that follow from where our own routes are, filled in where an entry does not say them.
_ADDRESSES = {
    _native.Mock: ("checkout_base_url", "paywright:mock_checkout"),
    _native.WechatPay: ("callback_url", "paywright:callback"),
    _native.Alipay: ("callback_url", "paywright:callback"),
}


def gateway(entry: Any, base_url: str) -> Any:
    """The gateway that an entry stands for: `paywright.Stripe(…)`, `"mock"`, `"shop.gateways.Wallet"` (a class or
    function, which is called, or an object), `{"GATEWAY": "stripe", "SECRET_KEY": …}`. Raises `ConfigError`."""
    from .conf import invalid

    if isinstance(entry, (*_CLASSES, Gateway)):
        return entry
    if isinstance(entry, str):
        return _made(entry, {}, base_url)
    if isinstance(entry, Mapping):
        options = {str(name).lower(): value for name, value in entry.items()}
        kind = options.pop("gateway", None)
        if isinstance(kind, str) or callable(kind):
            return _made(kind, options, base_url)
        raise invalid('PAYWRIGHT["GATEWAYS"]', 'a dict names its kind, such as {"GATEWAY": "stripe", …}')
    raise invalid('PAYWRIGHT["GATEWAYS"]', f"an entry is a {type(entry).__name__}")


def _made(kind: Any, options: dict[str, Any], base_url: str) -> Any:
    from .conf import invalid, suggestion

    name, made = str(kind), kind
    if isinstance(kind, str):
        short = kind.removeprefix("paywright.").replace("_", "").lower()
        made = _BY_NAME.get(short)
        if made is None and "." not in kind:
            raise invalid('PAYWRIGHT["GATEWAYS"]', f'there is no gateway "{kind}"{suggestion(kind, _BY_NAME)}')
        if made is None:
            made = _imported(kind)
    _fill_in(made, options, base_url)
    if callable(made):
        try:
            made = made(**options)
        except TypeError as error:
            raise invalid('PAYWRIGHT["GATEWAYS"]', f"{name}: {error}") from error
    elif options:
        raise invalid('PAYWRIGHT["GATEWAYS"]', f"{name} is an object already and takes no options")
    if not isinstance(made, (*_CLASSES, Gateway)):
        raise invalid('PAYWRIGHT["GATEWAYS"]', f"{name} is a {type(made).__name__} and no gateway")
    return made


def _imported(path: str) -> Any:
    from .conf import invalid

    try:
        return import_string(path)
    except ImportError as error:
        raise invalid('PAYWRIGHT["GATEWAYS"]', f"{path} cannot be imported: {error}") from error


def _fill_in(kind: Any, options: dict[str, Any], base_url: str) -> None:
    try:
        place, route = _ADDRESSES.get(kind, (None, ""))
    except TypeError:  # an object that cannot be a key is none of our classes
        return
    if place is None or place in options or not base_url:
        return
    account = str(options.get("name") or kind.__name__.lower())
    try:
        path = reverse(route) if kind is _native.Mock else reverse(route, args=[account])
    except NoReverseMatch:
        return  # the host has no such route; the engine says what is missing
    options[place] = f"{base_url}{path}"

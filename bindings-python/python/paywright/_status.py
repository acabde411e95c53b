"""The answer of the status route, signed: an application of the shop's own asks how a payment stands and believes only this.

A signature is that of Standard Webhooks with a private key (`v1a`); the application holds the public one, with which nobody
can sign. No cryptography of its own stands here, and no key is ever printed.

The payment's id is the message's. Elsewhere such an id makes a repetition known; here a repetition does no harm. What is
signed says how a payment stood at a time, which stays true: its amount and currency never change, and no end is taken back
but by money that came late (`failed`, `cancelled` or `expired` to `succeeded`). Whoever plays an answer again shows a
payment as it was, for as long as the reader takes that age, and the id keeps it from passing for another payment's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from ._codes import refusal
from ._native import ManualClock, standard_webhooks_sign
from .errors import ConfigError

if TYPE_CHECKING:
    from .types import KeyLike

KEYS_MAX = 5
"""As many as a webhook takes: one counts, a second while it is rolled."""
_PRIVATE = "whsk_"
_OTHERS = {"whpk_": "a public key (whpk_…)", "whsec_": "a shared secret (whsec_…)"}


class StatusKeys:
    """The private keys that sign, tried when they are configured. `setting` is what refusals call them.

    Errors: `config_missing`, `secret_empty`, `key_type`, `config_invalid`.
    """

    __slots__ = ("_clock", "_keys")

    def __init__(self, setting: str, given: KeyLike | Iterable[KeyLike], clock: object = None) -> None:
        keys = [given] if isinstance(given, (str, bytes)) or not isinstance(given, Iterable) else list(given)
        if not keys:
            raise refusal("config_missing", setting=setting, rule="name a private key (whsk_…), or leave the setting out")
        if len(keys) > KEYS_MAX:
            raise refusal("config_invalid", setting=setting, why=f"{len(keys)} keys; at most {KEYS_MAX}")
        self._keys = tuple(_private(setting, key) for key in keys)
        self._clock = clock if isinstance(clock, ManualClock) else None

    def headers(self, payment_id: str, body: bytes) -> dict[str, str]:
        """The three headers that prove an answer about this payment, over exactly the bytes that are sent."""
        now = int(time.time() if self._clock is None else self._clock.now.timestamp())
        signatures = (standard_webhooks_sign(payment_id, now, body, key) for key in self._keys)
        return {"webhook-id": payment_id, "webhook-timestamp": str(now), "webhook-signature": " ".join(signatures)}

    def __repr__(self) -> str:
        return f"<StatusKeys: {len(self._keys)} [redacted]>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not pickled")


def prepared(given: KeyLike | Iterable[KeyLike] | None) -> StatusKeys | None:
    """What an adapter was given as `status_keys`; None where it was given nothing."""
    return None if given is None else StatusKeys("status_keys", given)


def _private(setting: str, key: object) -> str:
    """The key, once it has signed: what is wrong with it is told now and not to whoever asks first."""
    if not isinstance(key, (str, bytes)):
        raise refusal("config_invalid", setting=setting, why=f"a key is a {type(key).__name__}; text is needed")
    text = key if isinstance(key, str) else key.decode("ascii", errors="replace")
    if not text:
        raise refusal("secret_empty", setting=setting)
    if not text.startswith(_PRIVATE):
        found = (what for prefix, what in _OTHERS.items() if text.startswith(prefix))
        raise refusal(
            "key_type", setting=setting, given=next(found, "something else"), expected=f"a private key ({_PRIVATE}…)"
        )
    try:
        standard_webhooks_sign("pay", 0, b"", text)
    except ConfigError as error:
        raise refusal(error.code, **{**error.details, "setting": setting}) from None
    return text

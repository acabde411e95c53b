"""What Paywright raises: one class for each way in which a caller handles an error.

`code` says exactly what is wrong and never changes its spelling; docs/errors.md lists all codes.
"""

from __future__ import annotations

# Not from `typing`, which would be most of what importing the package costs.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar

    from ._native import Reply

__all__ = [
    "ConfigError",
    "Conflict",
    "CredentialsRejected",
    "Declined",
    "GatewayError",
    "GatewayUnavailable",
    "InternalError",
    "InvalidInput",
    "NotFound",
    "PaywrightError",
    "RateLimited",
    "SignatureInvalid",
    "StorageError",
]


class PaywrightError(Exception):
    """A refusal or a failure. Nothing in it is secret, so it may be logged as it is."""

    group: ClassVar[str] = ""
    """The word for the class, the same in every language."""
    code: str
    """The stable code."""
    message: str
    """An English sentence with the details filled in."""
    message_zh: str
    """The Chinese sentence."""
    retryable: bool
    """Whether the same call may succeed later without a change."""
    http_status: int
    """The status that a host answers with, unless it knows better."""
    details: dict[str, str]
    """What the sentences name."""
    reply: Reply | None
    """For a refused callback: the exact answer for the remote side."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        message_zh: str = "",
        retryable: bool = False,
        http_status: int = 500,
        details: Mapping[str, str] | None = None,
        reply: Reply | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.message_zh = message_zh
        self.retryable = retryable
        self.http_status = http_status
        self.details = dict(details or {})
        self.reply = reply

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (type(self), self.message, self.code), self.__dict__.copy()


class InvalidInput(PaywrightError):
    """What was asked for is wrong in itself; asking again the same way cannot help."""

    group = "invalid_input"


class NotFound(PaywrightError):
    """The thing named does not exist."""

    group = "not_found"


class Conflict(PaywrightError):
    """Right in itself, but not in the present state of things."""

    group = "conflict"


class SignatureInvalid(PaywrightError):
    """A message could not be proved genuine."""

    group = "signature_invalid"


class Declined(PaywrightError):
    """The payer's bank or wallet said no."""

    group = "declined"


class GatewayError(PaywrightError):
    """The gateway answered with something that cannot be acted on."""

    group = "gateway_error"


class RateLimited(PaywrightError):
    """The gateway asks to slow down."""

    group = "rate_limited"


class GatewayUnavailable(PaywrightError):
    """The gateway did not answer; what happened there may be unknown."""

    group = "gateway_unavailable"


class CredentialsRejected(PaywrightError):
    """The gateway does not accept the configured keys."""

    group = "credentials_rejected"


class StorageError(PaywrightError):
    """The database could not do its part."""

    group = "storage_error"


class ConfigError(PaywrightError):
    """The configuration is wrong; nothing was opened."""

    group = "config_error"


class InternalError(PaywrightError):
    """A defect of Paywright itself."""

    group = "internal_error"


_BY_GROUP = {kind.group: kind for kind in PaywrightError.__subclasses__()}


def _restored(kind: type[PaywrightError], message: str, code: str) -> PaywrightError:
    return kind(message, code=code)


def _from_core(
    group: str,
    message: str,
    code: str,
    message_zh: str,
    retryable: bool,
    http_status: int,
    details: dict[str, str],
    reply: Reply | None,
) -> PaywrightError:
    return _BY_GROUP[group](
        message,
        code=code,
        message_zh=message_zh,
        retryable=retryable,
        http_status=http_status,
        details=details,
        reply=reply,
    )

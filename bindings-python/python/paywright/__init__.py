"""Orders, payments, refunds and a double-entry ledger inside your own application.

`Paywright.open` gives an engine; everything else is what it takes, answers with or raises.
Importing this opens no file and no connection.
"""

from typing import TYPE_CHECKING

from . import display as display
from . import signatures as signatures
from ._native import *
from .errors import *
from .gateways import Gateway as Gateway
from .types import *

if TYPE_CHECKING:
    from .aio import AsyncPaywright as AsyncPaywright


def __getattr__(name: str) -> object:
    """`AsyncPaywright` is loaded by whoever asks for it: the standard library's part of it is not small."""
    if name == "AsyncPaywright":
        from .aio import AsyncPaywright

        return AsyncPaywright
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

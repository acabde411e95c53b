"""Orders, payments, refunds and a double-entry ledger inside your own application.

`Paywright.open` gives an engine; everything else is what it takes, answers with or raises.
Importing this opens no file and no connection, and loads the compiled module and the errors only.
"""

from ._native import *
from .errors import *

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import display as display
    from . import signatures as signatures
    from .aio import AsyncPaywright as AsyncPaywright
    from .gateways import Gateway as Gateway
    from .types import *

# What most processes never name is loaded when it is named: `typing` and `dataclasses` behind these take longer to load
# than everything above. A name stands here with the module that has it; the module's own name stands for itself.
_LATER = {"display": "display", "signatures": "signatures", "AsyncPaywright": "aio", "Gateway": "gateways"}


def __getattr__(name: str) -> object:
    if name.startswith("_"):  # Python itself asks for such names, and they are never later ones.
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    place = _LATER.get(name, "types")
    module = import_module(f"{__name__}.{place}")
    if name == place:
        return module
    if place == "types" and name not in module.__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    from . import types

    return sorted({*globals(), *_LATER, *types.__all__})

"""Paywright inside a Django project: one engine per process, views, admin, commands, signals and template tags.

Importing this opens nothing and needs no configured settings: it never touches a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .engine import get_paywright as get_paywright
from .engine import reset_paywright as reset_paywright

if TYPE_CHECKING:
    from .store import DjangoStore as DjangoStore

__all__ = ["DjangoStore", "get_paywright", "reset_paywright"]


def __getattr__(name: str) -> Any:
    """`DjangoStore`, once it is asked for."""
    if name == "DjangoStore":
        from .store import DjangoStore

        return DjangoStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

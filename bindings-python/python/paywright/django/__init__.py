"""Paywright inside a Django project. Importing this opens nothing and needs no configured settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .store import DjangoStore as DjangoStore

__all__ = ["DjangoStore"]


def __getattr__(name: str) -> Any:
    """`DjangoStore`, once it is asked for."""
    if name == "DjangoStore":
        from .store import DjangoStore

        return DjangoStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

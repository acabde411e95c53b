"""Views that stay outside ATOMIC_REQUESTS: what the engine wrote stays, and no gateway is called in a transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import transaction

View = TypeVar("View", bound=Callable[..., Any])


def outside_transactions(view: View) -> View:
    """The view, in no transaction of its own in any database."""
    for alias in settings.DATABASES:
        view = cast(View, transaction.non_atomic_requests(using=alias)(view))
    return view

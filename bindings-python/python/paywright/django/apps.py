"""The Django application `paywright`: what is connected when the project starts. It never opens an engine."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import Any

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.utils.translation import gettext_lazy


_COMMANDS = ("manage", "django-admin")
"""The programs of management commands, which run the system checks."""


class PaywrightConfig(AppConfig):
    """`INSTALLED_APPS = [..., "paywright.django"]`."""

    name = "paywright.django"
    label = "paywright"
    verbose_name: Any = gettext_lazy("Payments")
    default_auto_field: Any = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the system checks and forgets the engine when a test changes the settings.

        Raises `ConfigError` for a wrong `STATUS_KEYS` where nobody runs the checks, as under a server: applications would
        ask in vain, and be told so one by one.
        """
        from . import checks, conf
        from .engine import forget_when_changed

        checks.register()
        setting_changed.connect(forget_when_changed, dispatch_uid="paywright.django.engine")
        if PurePath(*sys.argv[:1]).stem not in _COMMANDS:
            conf.status_keys()

"""The Django application `paywright`: what is connected when the project starts. It never opens an engine."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.utils.translation import gettext_lazy


class PaywrightConfig(AppConfig):
    """`INSTALLED_APPS = [..., "paywright.django"]`."""

    name = "paywright.django"
    label = "paywright"
    verbose_name = gettext_lazy("Payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the system checks and forgets the engine when a test changes the settings."""
        from . import checks
        from .engine import forget_when_changed

        checks.register()
        setting_changed.connect(forget_when_changed, dispatch_uid="paywright.django.engine")

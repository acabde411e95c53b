"""The Django application `paywright`. It never opens an engine."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class PaywrightConfig(AppConfig):
    """`INSTALLED_APPS = [..., "paywright.django"]`."""

    name = "paywright.django"
    label = "paywright"
    verbose_name = gettext_lazy("Payments")
    default_auto_field = "django.db.models.BigAutoField"

"""The rental's application: it listens to what Paywright tells."""

from django.apps import AppConfig


class CarsConfig(AppConfig):
    name = "cars"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connects the receivers."""
        from . import receivers  # noqa: F401

"""A Django project that the tests of `paywright.django` run in. Nothing here is configured before it is asked for."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

SECRET_KEY = "throwaway-key-of-the-tests"


@functools.cache
def prepared() -> Path:
    """Configures Django once in this process, and answers with a database file that has all tables."""
    import django
    from django.conf import settings

    place = Path(tempfile.mkdtemp(prefix="paywright-django-"))
    settings.configure(
        SECRET_KEY=SECRET_KEY,
        DEBUG=False,
        ALLOWED_HOSTS=["testserver", "127.0.0.1", "localhost"],
        ROOT_URLCONF="django_host.urls",
        USE_TZ=True,
        TIME_ZONE="UTC",
        LANGUAGE_CODE="en",
        STATIC_URL="/static/",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(place / "template.db"),
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            }
        },
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "rest_framework",
            "paywright.django",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "paywright.django.middleware.PaywrightErrorMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        REST_FRAMEWORK={"EXCEPTION_HANDLER": "paywright.django.rest.exception_handler"},
        PAYWRIGHT={"DATABASE": "sqlite::memory:", "MODE": "test", "GATEWAYS": ["mock"], "FROM_ENV": False},
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    connections.close_all()
    return place / "template.db"


def fresh_database(place: Path) -> None:
    """Points Django at a copy of the migrated database: our rows stay for ever, so tests share none."""
    template = prepared()
    from django.db import connections

    connections.close_all()
    target = place / "host.db"
    shutil.copy(template, target)
    connections["default"].settings_dict["NAME"] = str(target)


def guest(request: object) -> str:
    """A customer whom a project knows by something else than a login."""
    return "guest"


def make(**options: object) -> object:
    """A gateway that a project's own function makes."""
    import paywright

    assert set(options) <= {"checkout_base_url"}
    return paywright.Mock()


made = make()
no_gateway = object()

"""Settings of the tea shop. What differs between a laptop and a server comes from the environment, secrets above all."""

from __future__ import annotations

import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
DEBUG = os.environ.get("TEA_DEBUG", "1") == "1"
# Throwaway, for the laptop only; a server without a key of its own does not start.
SECRET_KEY = os.environ.get("TEA_SECRET_KEY") or ("throwaway-key-of-the-tea-example" if DEBUG else "")
ADDRESS = os.environ.get("TEA_ADDRESS", "http://127.0.0.1:8000")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *os.environ.get("TEA_HOSTS", "").split()]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "paywright.django",
    "goods.apps.GoodsConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "tea.urls"
WSGI_APPLICATION = "tea.wsgi.application"
TEMPLATES = [
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
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("TEA_DATABASE", str(BASE / "tea.db")),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
LANGUAGE_CODE = "en"
STATIC_URL = "static/"
TIME_ZONE = "UTC"
USE_TZ = True
# The senders of the notes sign no time, so an old callback stays genuine; that it is applied once is shown by a test.
SILENCED_SYSTEM_CHECKS = ["paywright.W007"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "goods.bearer.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "paywright.django.rest.exception_handler",
}

# The wallets of the notes: whoever collects posts a body whose sorted members are signed with a shared secret.
CALLBACK_SECRET = os.environ.get("TEA_CALLBACK_SECRET", "throwaway-callback-secret-of-the-tea-example")


def wallet(name: str) -> dict[str, object]:
    """A sender of signed callbacks, described by data. The pretend wallet stands in `goods/phone.py`."""
    description = {
        "name": name,
        "methods": [name],
        "scheme": "body",
        "keys": [{"id": "1", "secret": CALLBACK_SECRET}],
        "require_fresh": False,
        "reply": "payment",
        "checkout_url": f"{ADDRESS}/phone/{name}/{{payment_id}}/?amount={{amount}}",
    }
    return {"GATEWAY": "signed", "DESCRIPTION": description}


PAYWRIGHT = {
    "MODE": os.environ.get("PAYWRIGHT_MODE", "development"),
    "BASE_URL": ADDRESS,
    "FROM_ENV": False,
    "DATABASE": os.environ.get("RENTAL_LEDGER"),
    "GATEWAYS": [
        wallet("wechat"),
        wallet("alipay"),
        {
            "GATEWAY": "bank",
            "ACCOUNT_NAME": "Tea Shop Ltd",
            "ACCOUNT_NUMBER": "GB33 BUKB 2020 1555 5555 55",
            "BANK_NAME": "Example Bank",
            "CURRENCIES": ["CNY"],
        },
    ],
}

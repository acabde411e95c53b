"""Settings of the car rental. What differs between a laptop and a server comes from the environment, secrets above all."""

from __future__ import annotations

import os
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
DEBUG = os.environ.get("RENTAL_DEBUG", "1") == "1"
# Throwaway, for the laptop only; a server without a key of its own does not start.
SECRET_KEY = os.environ.get("RENTAL_SECRET_KEY") or ("throwaway-key-of-the-rental-example" if DEBUG else "")
ADDRESS = os.environ.get("RENTAL_ADDRESS", "http://127.0.0.1:8000")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *os.environ.get("RENTAL_HOSTS", "").split()]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "paywright.django",
    "cars.apps.CarsConfig",
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
ROOT_URLCONF = "rental.urls"
WSGI_APPLICATION = "rental.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cars.words.words",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("RENTAL_DATABASE", str(BASE / "rental.db")),
        # Who writes begins by saying so: two requests at once wait for each other instead of failing.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
LANGUAGE_CODE = "en"
LOGIN_URL = "sign_in"
STATIC_URL = "static/"
TIME_ZONE = "UTC"
USE_TZ = True

# Without a Stripe key the mock gateway collects: no account, no network, no money.
_STRIPE = os.environ.get("STRIPE_SECRET_KEY")
PAYWRIGHT = {
    "MODE": os.environ.get("PAYWRIGHT_MODE", "development"),
    "BASE_URL": ADDRESS,
    "FROM_ENV": False,
    "DATABASE": os.environ.get("RENTAL_LEDGER"),
    "GATEWAYS": [
        {
            "GATEWAY": "stripe",
            "SECRET_KEY": _STRIPE,
            "PUBLISHABLE_KEY": os.environ.get("STRIPE_PUBLISHABLE_KEY"),
            "WEBHOOK_SECRETS": os.environ.get("STRIPE_WEBHOOK_SECRETS", "").split(),
        }
        if _STRIPE
        else "mock"
    ],
}

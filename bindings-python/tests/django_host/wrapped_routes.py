"""A project whose wrapper around the callback view forgets what the view says about itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path

from paywright.django import views


def wrapper(request: HttpRequest, **given: Any) -> Any:
    """Logs, perhaps."""
    return views.callback(request, **given)


routes = ([path("callback/<str:gateway>/", wrapper, name="callback")], "paywright")
urlpatterns = [path("pay/", include(routes))]

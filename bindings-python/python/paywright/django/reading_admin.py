"""The admin of tables that are only read, with acts that go through the engine. Nothing is added, changed or deleted."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern

from ..errors import ConfigError, PaywrightError
from . import conf
from .acts import Act, ActForm
from .engine import get_paywright
from .fields import stored_id
from .signals import deliver_soon
from .transactions import outside_transactions

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

ACT_ROWS_MAX = 50
"""As many as a person can have looked at before confirming."""


def _alias() -> str | None:
    try:
        return conf.current().alias
    except ConfigError:
        return None


class ReadingAdmin(_ModelAdmin):
    """A table of the engine's. It shows nothing where the engine works in no database of Django's."""

    acts: Sequence[Act] = ()
    ids: dict[str, str] = {}
    """What a public id in the search box is looked up in, by its prefix."""
    shown: Sequence[str] = ()
    list_per_page = 50
    show_full_result_count = False
    actions_selection_counter = True
    change_form_template = "admin/paywright/change_form.html"

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever has the permission to view, where there is something to see."""
        return _alias() is not None and super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As above."""
        return _alias() is not None and super().has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> Any:
        """All rows, with what a list shows of others."""
        return super().get_queryset(request).using(_alias())

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """What the page of one row shows."""
        return self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        """All of it."""
        return self.shown

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A public id finds its row; other text is looked for as it is."""
        term = search_term.strip()
        for prefix, path in self.ids.items():
            if term.startswith(prefix):
                try:
                    stored_id(prefix, term)
                except ValueError:
                    return queryset.none(), False
                return queryset.filter(**{path: term}), False
        return super().get_search_results(request, queryset, search_term)

    def get_urls(self) -> list[URLPattern]:
        """Outside ATOMIC_REQUESTS: an act asks a gateway."""
        urls = super().get_urls()
        for url in urls:
            if isinstance(url, URLPattern):
                url.callback = outside_transactions(url.callback)
        return urls

    def get_actions(self, request: HttpRequest) -> Any:
        """The acts that whoever asks may do."""
        allowed = [act for act in self.acts if _may(request, act)]
        return {act.name: (_performer(act), act.name, _label(act)) for act in allowed}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one row, with the acts as buttons and what belongs to it below."""
        row = self.get_object(request, object_id)
        facts: dict[str, Any] = {"acts": [], "related": []}
        if row is not None and self.has_view_permission(request, row):
            facts["acts"] = [act for act in self.acts if _may(request, act) and self.possible(row, act)]
            facts["related"] = self.related(row)
            facts["row"] = row
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **facts})

    def possible(self, row: Any, act: Act) -> bool:
        """Whether an act makes sense for a row; the engine has the last word."""
        return True

    def related(self, row: Any) -> list[dict[str, Any]]:
        """Tables below the row: `title`, `heads`, `rows` of cells."""
        return []

    def perform(self, request: HttpRequest, queryset: Any, act: Act) -> HttpResponse:
        """Asks first, then does it to each row and says how each went."""
        if not _may(request, act):
            raise PermissionDenied
        rows = list(queryset[: ACT_ROWS_MAX + 1])
        if len(rows) > ACT_ROWS_MAX:
            self.message_user(request, f"Choose at most {ACT_ROWS_MAX} at once.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        confirmed = "confirmed" in request.POST
        given = request.POST if confirmed else None
        form = ActForm(given, act=act, many=len(rows) > 1, initial={"once": secrets.token_hex(8)})
        if not confirmed or not form.is_valid():
            return self._asked(request, rows, act, form)
        actor = str(request.user.get_username())
        for row in rows:
            self._done(request, row, act, {**form.cleaned_data, "actor": actor})
        response = HttpResponseRedirect(request.get_full_path())
        deliver_soon(response)
        return response

    def _asked(self, request: HttpRequest, rows: list[Any], act: Act, form: ActForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{act.title}: {len(rows)} {self._noun(len(rows))}",
            "opts": self.opts,
            "act": act,
            "form": form,
            "rows": [(row, self._facts(row)) for row in rows],
            "heads": [self._head(name) for name in self._columns()],
            "checkbox": ACTION_CHECKBOX_NAME,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/paywright/act.html", context)

    def _done(self, request: HttpRequest, row: Any, act: Act, given: dict[str, Any]) -> None:
        try:
            act.call(get_paywright(), row.pk, given)
        except PaywrightError as error:
            level = messages.WARNING if error.retryable else messages.ERROR
            self.message_user(request, f"{row.pk}: {error.message} ({error.code})", level)
            return
        # The journal has it too; this is where an administrator looks first.
        self.log_change(request, row, f"{act.title}: {given.get('reason') or ''}".rstrip(": "))
        self.message_user(request, f"{row.pk}: {act.title} done.", messages.SUCCESS)

    def _noun(self, count: int) -> str:
        return str(self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural)

    def _columns(self) -> list[str]:
        return [str(name) for name in self.list_display][:6]

    def _head(self, name: str) -> str:
        try:
            return str(self.opts.get_field(name).verbose_name)  # type: ignore[union-attr]
        except FieldDoesNotExist:
            return str(getattr(getattr(self, name, None), "short_description", name.replace("_", " ")))

    def _facts(self, row: Any) -> list[Any]:
        return [getattr(self, name)(row) if hasattr(self, name) else getattr(row, name) for name in self._columns()]


def _may(request: HttpRequest, act: Act) -> bool:
    user: Any = request.user
    return bool(user.has_perm(act.permission))


def _label(act: Act) -> str:
    return f"{act.title} …"


def _performer(act: Act) -> Any:
    def performed(reading: ReadingAdmin, request: HttpRequest, queryset: Any) -> HttpResponse:
        return reading.perform(request, queryset, act)

    performed.__name__ = act.name
    return performed

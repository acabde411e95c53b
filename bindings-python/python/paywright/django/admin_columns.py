"""What lists and pages of the admin have in common: amounts, filters by known words, tables. It only shows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..display import format_amount

RELATED_ROWS_MAX = 200


def money_column(name: str, title: str = "") -> Any:
    """A column that shows an amount with its currency and sorts by it."""

    @admin.display(description=title or name.replace("_", " "), ordering=f"{name}_minor")
    def column(self: Any, row: Any) -> str:
        amount = getattr(row, name)
        return "–" if amount is None else format_amount(amount, row.currency)

    return column


@admin.display(description="order", ordering="order__reference")
def order_column(self: Any, row: Any) -> str:
    """The order as the project names it, or its id."""
    return "–" if row.order is None else str(row.order.reference or row.order.pk)


def words_filter(field: str, known: tuple[str, ...]) -> type[SimpleListFilter]:
    """A filter by known words: no query is made to find out which there are."""

    class Words(SimpleListFilter):
        title = field
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(word, word.replace("_", " ")) for word in known]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            return queryset.filter(**{field: self.value()}) if self.value() in known else queryset

    return Words


def table(title: str, rows: Any, heads: list[str], cells: Any) -> dict[str, Any]:
    return {"title": title, "heads": heads, "rows": [cells(row) for row in rows[:RELATED_ROWS_MAX]]}


def linked(row: Any) -> SafeString:
    """Its id, leading to its own page."""
    options = row._meta
    place = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', place, row.pk)


def journal(rows: Any) -> dict[str, Any]:
    def cells(row: Any) -> list[Any]:
        facts = " ".join(f"{name}={value}" for name, value in row.detail.items())
        return [row.sequence, row.at, row.event, row.actor, facts]

    return table("Journal", rows.order_by("sequence"), ["#", "at", "event", "actor", "detail"], cells)


def ledger(rows: Any) -> dict[str, Any]:
    def cells(row: Any) -> list[Any]:
        return [row.sequence, row.kind, row.debit, row.credit, format_amount(row.amount, row.currency)]

    return table("Ledger", rows.order_by("sequence"), ["#", "kind", "debit", "credit", "amount"], cells)


class OpenFirst(SimpleListFilter):
    """The open ones, unless others are asked for."""

    title: Any = "status"
    parameter_name: Any = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "open"), ("resolved", "resolved"), ("all", "all")]

    def choices(self, changelist: Any) -> Any:
        for value, title in self.lookup_choices:
            yield {
                "selected": (self.value() or "open") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "resolved")

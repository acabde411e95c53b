"""`manage.py paywright_doctor`: the checks, the engine's health, and one harmless question to every gateway."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.management.base import BaseCommand, CommandError, CommandParser

from paywright.errors import PaywrightError

from ... import conf
from ...checks import check_databases, check_routes, check_settings, check_tables
from ...engine import get_paywright


class Command(BaseCommand):
    """Says what is wrong with the payments of this project, and what to do about it."""

    help = "Looks for what is wrong: settings, routes, tables, the engine, and every gateway by one harmless question."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--offline", action="store_true", help="ask no gateway")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every finding is a line; it ends with 1 if any is an error."""
        self.wrong = 0
        self.looked()
        try:
            self.engine(options["offline"])
        except PaywrightError as error:
            self.tell(False, f"the engine does not open: {error.message}", f"The code is {error.code}.")
        if self.wrong:
            raise CommandError(f"{self.wrong} thing(s) to put right", returncode=1)
        self.stdout.write("nothing is wrong")

    def looked(self) -> None:
        """The system checks, those of the database among them."""
        try:
            databases = [name for name in [conf.read().alias] if name]
        except PaywrightError:
            databases = []
        found = [*check_settings(), *check_routes(), *check_databases(), *check_tables(databases=databases)]
        for message in found:
            self.tell(message.level < checks.ERROR, f"{message.id} {message.msg}", message.hint or "", known=True)
        if not found:
            self.tell(True, "settings, routes and tables", "")

    def engine(self, offline: bool) -> None:
        """The engine and its gateways."""
        pay = get_paywright()
        health = pay.health()
        self.tell(health.ok, f"engine in mode {health.mode}, methods {', '.join(health.methods)}", "")
        for warning in health.warnings:
            self.tell(True, warning, "", known=True)
        waiting = pay.exceptions(size=1).total
        if waiting:
            self.tell(True, f"{waiting} exception(s) wait for a person", "See the admin, or `exceptions`.", known=True)
        for gateway in [] if offline else health.gateways:
            for finding in pay.examine(gateway).findings:
                self.tell(finding.ok, f"{gateway}: {finding.what}", finding.remedy)

    def tell(self, ok: bool, what: str, remedy: str, known: bool = False) -> None:
        """One line, and what to do about it below; `known` marks what is no error and still worth saying."""
        mark = ("  !  " if known else " ok  ") if ok else "WRONG"
        self.wrong += 0 if ok else 1
        self.stdout.write(f"{mark} {what}" + (f"\n      {remedy}" if remedy else ""))

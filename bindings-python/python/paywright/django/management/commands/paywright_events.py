"""`manage.py paywright_events`: tells the signals what the journal has and they have not heard."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...signals import deliver_events
from ._loop import every

_log = logging.getLogger("paywright.django")


class Command(BaseCommand):
    """Delivers signals; a receiver that raises ends it, and hears of the same event next time."""

    help = "Sends the signals of what happened since the last time, in order, at least once."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--follow", action="store_true", help="go on until SIGTERM")
        parser.add_argument("--every", type=float, default=1.0, metavar="SECONDS", help="with --follow: how often (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """All there is, or all there ever will be."""
        if options["follow"]:
            every(max(options["every"], 0.1), self.guarded)
        else:
            told = self.drained()
            if options["verbosity"] >= 1:
                self.stdout.write(f"{told} event(s) delivered")

    def drained(self) -> int:
        """Delivers until nothing is left."""
        told = 0
        while count := deliver_events():
            told += count
        return told

    def guarded(self) -> None:
        """A receiver that raises holds its event back, not the process."""
        try:
            self.drained()
        except Exception:
            _log.exception("a receiver of a payment signal raised; it will hear of the event again")

"""`manage.py paywright_run_due`: expiry, open outcomes, timers, webhooks. For cron, a timer or a process of its own."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from paywright.errors import PaywrightError

from ...engine import get_paywright
from ...signals import deliver_events
from ._loop import every

_log = logging.getLogger("paywright.django")


class Command(BaseCommand):
    """Does what time has made necessary."""

    help = "Does what time has made necessary: expiry, open outcomes, timers, seals, webhooks."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--every", type=float, metavar="SECONDS", help="go on until SIGTERM, at this interval")
        parser.add_argument("--limit", type=int, default=100, help="how much to do in one turn (100)")
        parser.add_argument("--no-events", action="store_true", help="do not tell the signals afterwards")

    def handle(self, *args: Any, **options: Any) -> None:
        """One turn, or turns until it is stopped."""

        def turn() -> None:
            self.once(options["limit"], not options["no_events"], options["verbosity"])

        if options["every"] is None:
            turn()
        else:
            every(max(options["every"], 0.1), lambda: self.guarded(turn))

    def once(self, limit: int, events: bool, verbosity: int) -> None:
        """One turn, and what it did."""
        report = get_paywright().run_due(limit=limit)
        looked_at = report.payments + report.refunds + report.orders
        if verbosity >= 2 or looked_at or report.failures or report.webhooks or report.webhooks_failed:
            self.stdout.write(
                f"payments {report.payments}, refunds {report.refunds}, orders {report.orders}, "
                f"webhooks {report.webhooks} ({report.webhooks_failed} not taken), sealed {report.sealed}"
            )
        for failure in report.failures:
            self.stderr.write(f"will be tried again: {failure}")
        if events:
            deliver_events(limit)

    def guarded(self, turn: Any) -> None:
        """In a process that goes on, a database that is away for a moment must not end it."""
        try:
            turn()
        except PaywrightError as error:
            self.stderr.write(f"{error.code}: {error.message}")
            if not error.retryable:
                raise
        except Exception:
            _log.exception("a receiver of a payment signal raised; it will hear of the event again")

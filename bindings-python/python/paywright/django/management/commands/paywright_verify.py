"""`manage.py paywright_verify`: audits the books. Ends with 1 where anything is wrong; it repairs nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...engine import get_paywright


class Command(BaseCommand):
    """Recomputes every sum, every invariant and every seal."""

    help = "Audits the books: every sum, every invariant, every seal. Ends with 1 if anything is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        """The report; every violation is a line."""
        report = get_paywright().verify()
        for violation in report.violations:
            self.stderr.write(f"{violation.invariant} {violation.subject}: {violation.what}")
        counts = f"{report.orders} orders, {report.payments} payments, {report.refunds} refunds, {report.transfers} transfers"
        if not report.ok:
            raise CommandError(f"{len(report.violations)} violation(s) in {counts}", returncode=1)
        self.stdout.write(f"the books balance: {counts}")

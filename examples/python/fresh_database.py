"""For the tests of the Django examples: a project's own settings, and a migrated database of its own for every test.

Rows are not rolled back after a test: what a commit does is what is tested, and rows of the journal cannot be deleted.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paywright


def set_up(project: Path, settings: str) -> None:
    """Makes this process the project's; one process has one."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    sys.path.insert(0, str(project))
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()


def migrated(place: Path, *commands: str) -> Path:
    """A database with all tables and what `commands` put into it, to be copied."""
    from django.core.management import call_command

    with _database(place / "template.db") as path:
        call_command("migrate", verbosity=0)
        for command in commands:
            call_command(command, stdout=io.StringIO())
    return path


@contextmanager
def copied(template: Path, place: Path, **options: object) -> Iterator[paywright.Paywright]:
    """A copy of it for one test, with an engine whose settings are the project's and `options`."""
    from django.conf import settings
    from django.test import override_settings
    from paywright.django import get_paywright, reset_paywright

    shutil.copy(template, place / "test.db")
    with _database(place / "test.db"), override_settings(PAYWRIGHT={**settings.PAYWRIGHT, **options}):
        yield get_paywright()
        reset_paywright()


@contextmanager
def _database(path: Path) -> Iterator[Path]:
    from django.db import connection, connections

    connections.close_all()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], str(path)
    try:
        yield path
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before

"""Operations of migrations that run the engine's own schema. They never look at a model."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from .._host_store import drop_statements, schema_statements
from .store import dialect_of

__all__ = ["MakeTables"]


class MakeTables(Operation):
    """Runs the steps `first` to `last` of the engine's schema, in the words of the database at hand.

    Taking it back drops the tables with everything in them.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing that Django keeps a model of."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Makes the tables."""
        self._run(schema_editor, schema_statements(dialect_of(schema_editor.connection), self.first, self.last))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drops the tables."""
        self._run(schema_editor, drop_statements(dialect_of(schema_editor.connection), self.first, self.last))

    def describe(self) -> str:
        """What `showmigrations` and friends print."""
        return f"Makes the tables of Paywright (steps {self.first} to {self.last})"

    @property
    def migration_name_fragment(self) -> str:
        """A name for the migration that it stands in."""
        return f"steps_{self.first}_{self.last}"

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, statements: list[str]) -> None:
        for statement in statements:
            schema_editor.execute(statement, params=None)

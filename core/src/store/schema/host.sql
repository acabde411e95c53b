-- In a host's own database only: the version of the tables, and the row that a unit of work holds while it has its turn.
CREATE TABLE schema (
  id      INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  turn    INTEGER NOT NULL
);
INSERT INTO schema (id, version, turn) VALUES (1, 0, 0);

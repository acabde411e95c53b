-- An endpoint of the host that the journal is delivered to. Rows of the journal up to `position` were taken by it, did
-- not concern it, or stand in `deliveries`.
CREATE TABLE webhooks (
  id          INTEGER PRIMARY KEY,
  name        TEXT    NOT NULL UNIQUE,
  url         TEXT    NOT NULL,
  salt        BLOB    NOT NULL,
  position    INTEGER NOT NULL,
  failures    INTEGER NOT NULL,
  rest_until  INTEGER NOT NULL,
  busy_until  INTEGER NOT NULL,
  disabled_at INTEGER,
  last_status INTEGER,
  last_error  TEXT,
  failed_at   INTEGER,
  created_at  INTEGER NOT NULL
);

-- A message that an endpoint did not take at first. Taken, it is forgotten; given up, it is due no more.
CREATE TABLE deliveries (
  id          INTEGER PRIMARY KEY,
  public_id   BLOB    NOT NULL UNIQUE,
  webhook_id  INTEGER NOT NULL REFERENCES webhooks (id),
  entry       INTEGER NOT NULL,
  attempts    INTEGER NOT NULL,
  due_at      INTEGER,
  last_status INTEGER,
  last_error  TEXT,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  UNIQUE (webhook_id, entry)
);
CREATE INDEX deliveries_due ON deliveries (webhook_id, due_at) WHERE due_at IS NOT NULL;

-- The file of a payment follower, which is no database of orders and has its own mark.

-- A payment of the application's own server, as far as it is known here. `due_at` is when the server is asked next.
CREATE TABLE followed (
  id              INTEGER PRIMARY KEY,
  public_id       BLOB    NOT NULL UNIQUE,
  order_id        TEXT,
  state           TEXT    NOT NULL,
  amount          INTEGER NOT NULL CHECK (amount > 0),
  currency        TEXT    NOT NULL,
  action          TEXT    NOT NULL,
  expires_at      INTEGER,
  paid_at         INTEGER,
  failure_code    TEXT,
  failure_message TEXT,
  confirmed_at    INTEGER,
  questions       INTEGER NOT NULL,
  failures        INTEGER NOT NULL,
  last_status     INTEGER,
  last_error      TEXT,
  due_at          INTEGER,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
);
CREATE INDEX followed_due ON followed (due_at) WHERE due_at IS NOT NULL;

-- Something to tell the server, in the order it was given. Taken, it is forgotten; refused, it is due no more.
CREATE TABLE told (
  id          INTEGER PRIMARY KEY,
  public_id   BLOB    NOT NULL UNIQUE,
  body        TEXT    NOT NULL,
  attempts    INTEGER NOT NULL,
  last_status INTEGER,
  last_error  TEXT,
  due_at      INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
);
CREATE INDEX told_waiting ON told (id) WHERE due_at IS NOT NULL;

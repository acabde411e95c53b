-- Times are milliseconds since 1970 in UTC, amounts are minor units of the order's currency.

CREATE TABLE orders (
  id               INTEGER PRIMARY KEY,
  public_id        BLOB    NOT NULL UNIQUE,
  flow             TEXT    NOT NULL,
  state            TEXT    NOT NULL,
  currency         TEXT    NOT NULL,
  reference        TEXT,
  customer         TEXT,
  total            INTEGER NOT NULL CHECK (total > 0),
  deposit_total    INTEGER NOT NULL CHECK (deposit_total >= 0),
  paid             INTEGER NOT NULL CHECK (paid >= 0),
  refunded         INTEGER NOT NULL CHECK (refunded >= 0),
  refund_pending   INTEGER NOT NULL CHECK (refund_pending >= 0),
  deposit_returned INTEGER NOT NULL CHECK (deposit_returned >= 0),
  balance          INTEGER NOT NULL CHECK (balance >= 0),
  deposit_balance  INTEGER NOT NULL CHECK (deposit_balance >= 0),
  metadata         TEXT,
  extends_id       INTEGER REFERENCES orders (id),
  payable_until    INTEGER NOT NULL,
  starts_at        INTEGER,
  ends_at          INTEGER,
  due_at           INTEGER,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL,
  version          INTEGER NOT NULL,
  CHECK (refunded + refund_pending <= paid)
);
CREATE UNIQUE INDEX orders_by_reference ON orders (flow, reference) WHERE reference IS NOT NULL;
CREATE INDEX orders_by_customer ON orders (customer) WHERE customer IS NOT NULL;
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE lines (
  id          INTEGER PRIMARY KEY,
  order_id    INTEGER NOT NULL REFERENCES orders (id),
  kind        TEXT    NOT NULL,
  description TEXT    NOT NULL,
  quantity    INTEGER NOT NULL CHECK (quantity > 0),
  unit_amount INTEGER NOT NULL CHECK (unit_amount > 0)
);
CREATE INDEX lines_by_order ON lines (order_id);

CREATE TABLE payments (
  id              INTEGER PRIMARY KEY,
  public_id       BLOB    NOT NULL UNIQUE,
  order_id        INTEGER NOT NULL REFERENCES orders (id),
  gateway         TEXT    NOT NULL,
  method          TEXT    NOT NULL,
  reference       TEXT,
  state           TEXT    NOT NULL,
  amount          INTEGER NOT NULL CHECK (amount > 0),
  captured        INTEGER NOT NULL CHECK (captured >= 0 AND captured <= amount),
  refunded        INTEGER NOT NULL CHECK (refunded >= 0),
  refund_pending  INTEGER NOT NULL CHECK (refund_pending >= 0),
  transaction_id  TEXT,
  late            INTEGER NOT NULL,
  manual          INTEGER NOT NULL,
  manual_capture  INTEGER NOT NULL,
  action          TEXT,
  failure_code    TEXT,
  failure_message TEXT,
  description     TEXT    NOT NULL,
  return_url      TEXT,
  queries         INTEGER NOT NULL,
  due_at          INTEGER,
  expires_at      INTEGER NOT NULL,
  paid_at         INTEGER,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  CHECK (refunded + refund_pending <= captured)
);
CREATE INDEX payments_by_order ON payments (order_id);
-- An order has at most one payment that may still bring money.
CREATE UNIQUE INDEX payments_active ON payments (order_id)
  WHERE state IN ('init', 'processing', 'authorized');
-- A movement of money funds one payment, once and for ever.
CREATE UNIQUE INDEX payments_by_transaction ON payments (gateway, transaction_id)
  WHERE transaction_id IS NOT NULL;
CREATE UNIQUE INDEX payments_by_reference ON payments (gateway, reference)
  WHERE reference IS NOT NULL;
CREATE INDEX payments_due ON payments (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE refunds (
  id              INTEGER PRIMARY KEY,
  public_id       BLOB    NOT NULL UNIQUE,
  payment_id      INTEGER REFERENCES payments (id),
  order_id        INTEGER REFERENCES orders (id),
  exception_id    INTEGER REFERENCES exceptions (id),
  gateway         TEXT    NOT NULL,
  source          TEXT    NOT NULL,
  state           TEXT    NOT NULL,
  currency        TEXT    NOT NULL,
  amount          INTEGER NOT NULL CHECK (amount > 0),
  reason          TEXT    NOT NULL,
  transaction_id  TEXT,
  failure_code    TEXT,
  failure_message TEXT,
  queries         INTEGER NOT NULL,
  due_at          INTEGER,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  version         INTEGER NOT NULL
);
CREATE INDEX refunds_by_payment ON refunds (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX refunds_by_order ON refunds (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE exceptions (
  id             INTEGER PRIMARY KEY,
  public_id      BLOB    NOT NULL UNIQUE,
  kind           TEXT    NOT NULL,
  gateway        TEXT    NOT NULL,
  order_id       INTEGER REFERENCES orders (id),
  payment_id     INTEGER REFERENCES payments (id),
  refund_id      INTEGER REFERENCES refunds (id),
  amount         INTEGER CHECK (amount > 0),
  currency       TEXT,
  transaction_id TEXT,
  explanation    TEXT    NOT NULL,
  body           TEXT,
  suggestion     TEXT    NOT NULL,
  resolution     TEXT,
  actor          TEXT,
  reason         TEXT,
  created_at     INTEGER NOT NULL,
  resolved_at    INTEGER
);
CREATE INDEX exceptions_open ON exceptions (id) WHERE resolved_at IS NULL;
CREATE UNIQUE INDEX exceptions_by_transaction ON exceptions (gateway, transaction_id)
  WHERE transaction_id IS NOT NULL;

CREATE TABLE journal (
  id           INTEGER PRIMARY KEY,
  at           INTEGER NOT NULL,
  event        TEXT    NOT NULL,
  actor        TEXT    NOT NULL,
  source       TEXT,
  digest       BLOB,
  order_id     INTEGER,
  payment_id   INTEGER,
  refund_id    INTEGER,
  exception_id INTEGER,
  detail       TEXT    NOT NULL
);
-- A message takes effect once.
CREATE UNIQUE INDEX journal_by_source ON journal (source) WHERE source IS NOT NULL;
CREATE INDEX journal_by_order ON journal (order_id) WHERE order_id IS NOT NULL;

-- An account that many orders, payments or refunds have is named by its kind; whose it is, the keys say.
CREATE TABLE transfers (
  id           INTEGER PRIMARY KEY,
  entry        INTEGER NOT NULL,
  kind         TEXT    NOT NULL,
  debit        TEXT    NOT NULL,
  credit       TEXT    NOT NULL,
  amount       INTEGER NOT NULL CHECK (amount > 0),
  currency     TEXT    NOT NULL,
  gateway      TEXT    NOT NULL,
  order_id     INTEGER REFERENCES orders (id),
  payment_id   INTEGER REFERENCES payments (id),
  refund_id    INTEGER REFERENCES refunds (id),
  exception_id INTEGER REFERENCES exceptions (id),
  CHECK (debit <> credit)
);
CREATE INDEX transfers_by_order ON transfers (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE consumers (
  name     TEXT    PRIMARY KEY,
  position INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE idempotency (
  operation   TEXT    NOT NULL,
  key         TEXT    NOT NULL,
  fingerprint BLOB    NOT NULL,
  result      BLOB,
  lease_until INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (operation, key)
) WITHOUT ROWID;

-- Each seal carries the hash of the one before and covers the rows up to its two last keys.
CREATE TABLE seals (
  id            INTEGER PRIMARY KEY,
  at            INTEGER NOT NULL,
  last_entry    INTEGER NOT NULL,
  last_transfer INTEGER NOT NULL,
  hash          BLOB    NOT NULL
);

CREATE TRIGGER journal_rows_stay BEFORE UPDATE ON journal
  BEGIN SELECT RAISE (ABORT, 'journal rows are never changed'); END;
CREATE TRIGGER journal_rows_remain BEFORE DELETE ON journal
  BEGIN SELECT RAISE (ABORT, 'journal rows are never deleted'); END;
CREATE TRIGGER transfers_stay BEFORE UPDATE ON transfers
  BEGIN SELECT RAISE (ABORT, 'transfers are never changed'); END;
CREATE TRIGGER transfers_remain BEFORE DELETE ON transfers
  BEGIN SELECT RAISE (ABORT, 'transfers are never deleted'); END;

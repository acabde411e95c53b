-- The number of a signed request that was taken, until its time alone refuses it.
CREATE TABLE nonces (
  scope      TEXT    NOT NULL,
  nonce      TEXT    NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope, nonce)
) WITHOUT ROWID;
CREATE INDEX nonces_by_time ON nonces (expires_at);

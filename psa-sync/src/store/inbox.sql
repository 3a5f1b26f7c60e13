-- Hints of webhooks, one row a record: whatever came of it since it was read last.
CREATE TABLE inbox (
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL,
    cause      TEXT NOT NULL,
    dedupe_id  TEXT,
    hints      INTEGER NOT NULL DEFAULT 1,
    since      TEXT NOT NULL,
    PRIMARY KEY (connection, kind, key)
) WITHOUT ROWID;
CREATE INDEX inbox_since ON inbox (connection, since);

-- Hints of webhooks, one row a record. The number grows with each hint and is never used again, so that a hint that comes while
-- its record is read is told from the one that it is read for.
CREATE TABLE inbox (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    connection TEXT NOT NULL,
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL,
    cause      TEXT NOT NULL,
    dedupe_id  TEXT,
    since      TEXT NOT NULL,
    UNIQUE (connection, kind, key)
);
CREATE INDEX inbox_order ON inbox (connection, kind, seq);

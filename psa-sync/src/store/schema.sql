-- A configured integration. Every other row belongs to one.
CREATE TABLE connection (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE,
    vendor TEXT NOT NULL
);

-- A connection and a kind, with its checkpoint.
CREATE TABLE stream (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id),
    kind          TEXT NOT NULL,
    version       INTEGER NOT NULL DEFAULT 0,
    epoch         INTEGER NOT NULL DEFAULT 0,
    mode          TEXT NOT NULL DEFAULT 'backfill',
    phase         TEXT NOT NULL DEFAULT 'idle',
    window_lo     TEXT,
    window_hi     TEXT,
    cursor        TEXT,
    atomic        INTEGER NOT NULL DEFAULT 0,
    scope         TEXT NOT NULL DEFAULT '',
    fresh_as_of   TEXT,
    UNIQUE (connection_id, kind)
);

-- A link: the vendor's key, the local id, and what tells whether the record changed. Small, so that comparing touches nothing else.
CREATE TABLE link (
    stream_id         INTEGER NOT NULL,
    key               TEXT NOT NULL,
    id                INTEGER NOT NULL,
    hash              BLOB NOT NULL,
    vendor_updated_at TEXT,
    tag               TEXT,
    removed_at        TEXT,
    evidence          TEXT,
    -- The parent it goes with, for kinds whose own keys the vendor does not list.
    parent_id         INTEGER,
    PRIMARY KEY (stream_id, key)
) WITHOUT ROWID;
CREATE INDEX link_parent ON link (parent_id) WHERE parent_id IS NOT NULL;

-- A record, by its local id: the common value, and the vendor's own bytes.
CREATE TABLE record (
    id          INTEGER PRIMARY KEY,
    projection  INTEGER NOT NULL,
    created_run INTEGER NOT NULL,
    changed_run INTEGER NOT NULL,
    content     TEXT NOT NULL,
    raw         BLOB NOT NULL
);

-- A record that waits, with its reason.
CREATE TABLE hold (
    id                INTEGER PRIMARY KEY,
    stream_id         INTEGER NOT NULL,
    key               TEXT NOT NULL,
    reason            TEXT NOT NULL,
    waits_kind        TEXT,
    waits_key         TEXT,
    parents           TEXT NOT NULL,
    follows           INTEGER NOT NULL,
    hash              BLOB NOT NULL,
    vendor_updated_at TEXT,
    tag               TEXT,
    projection        INTEGER NOT NULL,
    since             TEXT NOT NULL,
    content           TEXT NOT NULL,
    raw               BLOB NOT NULL,
    UNIQUE (stream_id, key)
);
CREATE INDEX hold_waits ON hold (waits_kind, waits_key) WHERE waits_kind IS NOT NULL;

-- Keys that exist at the vendor and are outside the scope.
CREATE TABLE excluded (
    stream_id INTEGER NOT NULL,
    key       TEXT NOT NULL,
    PRIMARY KEY (stream_id, key)
) WITHOUT ROWID;

-- Keys that the open pass of a stream saw.
CREATE TABLE seen (
    stream_id INTEGER NOT NULL,
    key       TEXT NOT NULL,
    PRIMARY KEY (stream_id, key)
) WITHOUT ROWID;

-- The change log: what changed in a record and what was removed. A new record is told by its created_run.
CREATE TABLE change (
    id        INTEGER PRIMARY KEY,
    run_id    INTEGER NOT NULL,
    stream_id INTEGER NOT NULL,
    key       TEXT NOT NULL,
    at        TEXT NOT NULL,
    what      TEXT NOT NULL,
    fields    TEXT NOT NULL
);

-- Runs. One that is 'running' while none runs was interrupted.
CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    connection_id INTEGER NOT NULL REFERENCES connection (id),
    started_at    TEXT NOT NULL,
    finished_at   TEXT,
    state         TEXT NOT NULL,
    report        TEXT
);

-- What happened, for people.
CREATE TABLE log (
    id      INTEGER PRIMARY KEY,
    run_id  INTEGER NOT NULL,
    at      TEXT NOT NULL,
    kind    TEXT NOT NULL,
    message TEXT NOT NULL
);

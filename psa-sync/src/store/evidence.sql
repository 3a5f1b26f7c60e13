-- Which account of the vendor a connection's records are of, and how many transactions wrote to it.
ALTER TABLE connection ADD COLUMN account TEXT;
ALTER TABLE connection ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;

-- The newest stamp that was not later than the vendor's clock; how far windows reach back beyond the overlap; the names that labels
-- have; when keys were last compared, whether that was asked for, and what the last audit of the vendor's count found.
ALTER TABLE stream ADD COLUMN newest TEXT;
ALTER TABLE stream ADD COLUMN extra_overlap_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stream ADD COLUMN names TEXT;
ALTER TABLE stream ADD COLUMN compared_at TEXT;
-- The number of the transaction that asked for a comparison; 0: none did.
ALTER TABLE stream ADD COLUMN compare_asked INTEGER NOT NULL DEFAULT 0;
-- The mass-delete guard stopped removals.
ALTER TABLE stream ADD COLUMN guarded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stream ADD COLUMN audit_counted INTEGER;
ALTER TABLE stream ADD COLUMN audit_known INTEGER;
ALTER TABLE stream ADD COLUMN audit_missing INTEGER;
ALTER TABLE stream ADD COLUMN audit_same INTEGER;
ALTER TABLE stream ADD COLUMN audit_at TEXT;
-- A pass that an older version left while it compared keys begins again.
UPDATE stream SET phase = 'reading', cursor = NULL WHERE phase = 'reconciling';

-- Whether the vendor's bytes changed, and which transaction wrote the record last.
ALTER TABLE link ADD COLUMN raw_hash INTEGER;
ALTER TABLE link ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
-- Another change may have the same stamp: the record was read when its stamp was not settled.
ALTER TABLE link ADD COLUMN settling INTEGER NOT NULL DEFAULT 0;

-- Why a key is not stored: outside the scope, below a record that is, or proven gone; with the record that decides it.
ALTER TABLE excluded ADD COLUMN reason TEXT NOT NULL DEFAULT 'scope';
ALTER TABLE excluded ADD COLUMN by_kind TEXT;
ALTER TABLE excluded ADD COLUMN by_key TEXT;
CREATE INDEX excluded_by ON excluded (by_kind, by_key) WHERE by_kind IS NOT NULL;

-- The names that the labels of a waiting record were made with.
ALTER TABLE hold ADD COLUMN names TEXT;

-- Records that are stored without the parent that they name, since that was taken for gone: should it come, it may be outside the scope.
CREATE TABLE orphan (
    stream_id INTEGER NOT NULL,
    key       TEXT NOT NULL,
    by_kind   TEXT NOT NULL,
    by_key    TEXT NOT NULL,
    PRIMARY KEY (stream_id, key, by_kind)
) WITHOUT ROWID;
CREATE INDEX orphan_by ON orphan (by_kind, by_key);

-- What is to be read by itself: a record, or all records below a parent.
CREATE TABLE due (
    stream_id INTEGER NOT NULL,
    children  INTEGER NOT NULL,
    key       TEXT NOT NULL,
    -- The vendor lists it: that it is not found may be a fault.
    listed    INTEGER NOT NULL DEFAULT 0,
    asked     INTEGER NOT NULL,
    tries     INTEGER NOT NULL DEFAULT 0,
    message   TEXT,
    since     TEXT NOT NULL,
    PRIMARY KEY (stream_id, children, key)
) WITHOUT ROWID;

CREATE INDEX due_order ON due (stream_id, children, tries, key);

-- History is forgotten run by run.
CREATE INDEX run_connection ON run (connection_id, id);
CREATE INDEX log_run ON log (run_id);
CREATE INDEX change_run ON change (run_id);

-- The vendor's keys of a stream, being compared with ours. Whoever began it last owns it.
CREATE TABLE comparison (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    stream_id  INTEGER NOT NULL UNIQUE,
    began      TEXT NOT NULL,
    written    INTEGER NOT NULL,
    cursor     TEXT,
    atomic     INTEGER,
    complete   INTEGER NOT NULL DEFAULT 0,
    unreadable INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE comparison_key (
    comparison_id INTEGER NOT NULL,
    key           TEXT NOT NULL,
    PRIMARY KEY (comparison_id, key)
) WITHOUT ROWID;

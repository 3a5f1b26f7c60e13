-- Times are milliseconds since 1970.

CREATE TABLE webhook_endpoint (
    id             TEXT PRIMARY KEY,
    url            TEXT NOT NULL,
    settings       TEXT NOT NULL,
    headers        TEXT NOT NULL,
    tenant         TEXT,
    filter         TEXT NOT NULL,
    ordered        INTEGER NOT NULL,
    disabled_why   TEXT,
    disabled_since INTEGER,
    last_success   INTEGER,
    last_failure   INTEGER,
    failing_since  INTEGER,
    created_at     INTEGER NOT NULL,
    version        INTEGER NOT NULL
);

CREATE TABLE webhook_secret (
    id          INTEGER PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    secret      TEXT NOT NULL,
    expires_at  INTEGER
);
CREATE INDEX webhook_secret_endpoint ON webhook_secret (endpoint_id, id);

CREATE TABLE webhook_event (
    id           INTEGER PRIMARY KEY,
    event_id     TEXT NOT NULL,
    event_type   TEXT NOT NULL,
    tenant       TEXT,
    subject      TEXT,
    published_at INTEGER NOT NULL,
    body         BLOB NOT NULL
);
CREATE UNIQUE INDEX webhook_event_id ON webhook_event (event_id, COALESCE(tenant, ''));
CREATE INDEX webhook_event_published ON webhook_event (published_at);

-- state: 0 pending, 1 delivered, 2 dead letter. While one is under way, next_at is the end of its lease.
CREATE TABLE webhook_delivery (
    id          INTEGER PRIMARY KEY,
    event       INTEGER NOT NULL REFERENCES webhook_event (id) ON DELETE CASCADE,
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    subject     TEXT,
    state       INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    failures    INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,
    lease       INTEGER,
    cause       TEXT NOT NULL DEFAULT 'schedule',
    reason      TEXT,
    created_at  INTEGER NOT NULL,
    UNIQUE (endpoint_id, event)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_at, id) WHERE state = 0;
CREATE INDEX webhook_delivery_order ON webhook_delivery (endpoint_id, subject, event) WHERE state = 0 AND subject IS NOT NULL;
CREATE INDEX webhook_delivery_event ON webhook_delivery (event);

-- Written before the request is sent; ended_at is missing while it is under way.
CREATE TABLE webhook_attempt (
    id          INTEGER PRIMARY KEY,
    delivery_id INTEGER NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    cause       TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    delivered   INTEGER,
    status      INTEGER,
    took_ms     INTEGER,
    error       TEXT,
    excerpt     TEXT
);
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (delivery_id, number);

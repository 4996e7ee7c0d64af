-- Instants are nanoseconds since 1970 in UTC, NULL where there is none. What may hold
-- any bytes (keys, etags, run keys) is a BLOB.

PRAGMA application_id = 0x6175746f; -- "auto"

CREATE TABLE blocks (
    name      TEXT    NOT NULL PRIMARY KEY,
    listed    INTEGER NOT NULL DEFAULT 0,
    last_tick INTEGER,
    halted_at INTEGER,
    forgets   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- last_modified is a part of the key and cannot be NULL: none is the least integer.
CREATE TABLE versions (
    block         TEXT    NOT NULL,
    key           BLOB    NOT NULL,
    etag          BLOB    NOT NULL,
    last_modified INTEGER NOT NULL,
    bucket        TEXT    NOT NULL,
    size          INTEGER NOT NULL,
    version_id    TEXT    NOT NULL,
    state         TEXT    NOT NULL,
    reason        TEXT    NOT NULL,
    request       TEXT    NOT NULL,
    first_seen    INTEGER,
    decided_at    INTEGER,
    current       INTEGER NOT NULL,
    returned      INTEGER NOT NULL,
    gone_at       INTEGER,
    PRIMARY KEY (block, key, etag, last_modified)
) STRICT, WITHOUT ROWID;

-- The listed keys in order, and what is past its retention.
CREATE INDEX versions_gone ON versions (block, current, gone_at, key);

-- seq is the order of decision. claim is the run key while this request has it: NULL
-- where another had it first, or it was forgotten. body is the request as JSON.
CREATE TABLE requests (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT    NOT NULL UNIQUE,
    block         TEXT    NOT NULL,
    run_key       BLOB    NOT NULL,
    claim         BLOB,
    key           BLOB    NOT NULL,
    etag          BLOB    NOT NULL,
    last_modified INTEGER NOT NULL,
    move_to       BLOB    NOT NULL,
    priority      INTEGER NOT NULL,
    body          BLOB    NOT NULL,
    delivery      TEXT    NOT NULL,
    attempts      INTEGER NOT NULL,
    next_at       INTEGER,
    released_at   INTEGER,
    done_at       INTEGER,
    reason        TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX requests_claim ON requests (block, claim) WHERE claim IS NOT NULL;
CREATE INDEX requests_due ON requests (priority DESC, seq, next_at) WHERE delivery = 'due';
CREATE INDEX requests_next ON requests (next_at) WHERE delivery = 'due';
CREATE INDEX requests_held ON requests (block) WHERE delivery = 'held';
CREATE INDEX requests_released ON requests (block, released_at) WHERE released_at IS NOT NULL;
CREATE INDEX requests_done ON requests (block, done_at) WHERE delivery = 'delivered';

CREATE TABLE journal (
    seq   INTEGER PRIMARY KEY AUTOINCREMENT,
    at    INTEGER,
    kind  TEXT NOT NULL,
    block TEXT NOT NULL,
    body  BLOB NOT NULL
) STRICT;

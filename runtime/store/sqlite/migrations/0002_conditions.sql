-- What conditions keep: their records are those of the journal that have no block.

-- The inputs that are known. id is the first half of the SHA-256 of what their sender
-- called them, seq the record that has them.
CREATE TABLE items (
    id  BLOB    NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX items_seq ON items (seq);

-- name is the SHA-256 of the text, body the text in gzip, seq the newest record when it
-- was last put.
CREATE TABLE texts (
    name TEXT    NOT NULL PRIMARY KEY,
    seq  INTEGER NOT NULL,
    body BLOB    NOT NULL
) STRICT;

-- seq is the record that the snapshot comes after, body its state in gzip. at is the least
-- integer where there is none.
CREATE TABLE snapshots (
    seq  INTEGER NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL,
    body BLOB    NOT NULL
) STRICT;

-- Instants that are no input.
CREATE TABLE marks (
    name TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER
) STRICT, WITHOUT ROWID;

-- The record of the tick that decided, NULL for a request of a files block.
ALTER TABLE requests ADD COLUMN record INTEGER;

-- A block's retention reads its own records only.
CREATE INDEX journal_block ON journal (block, at);

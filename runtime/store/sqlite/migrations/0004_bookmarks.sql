-- What readers of other systems remember, by name: how far they have read, which runs they gave up.
CREATE TABLE bookmarks (
    name BLOB NOT NULL PRIMARY KEY,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

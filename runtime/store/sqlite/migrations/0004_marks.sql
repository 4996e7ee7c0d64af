-- What readers of other systems remember, by name: how far they have read, which runs they gave up.
CREATE TABLE read_marks (
    name TEXT NOT NULL PRIMARY KEY,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

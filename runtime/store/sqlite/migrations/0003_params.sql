-- The edits of the parameters of jobs, all of them: a job's newest version is in force. body
-- is that of the edit's record in the journal, which is pruned and this is not.
CREATE TABLE params (
    job     TEXT    NOT NULL,
    version INTEGER NOT NULL,
    at      INTEGER,
    body    BLOB    NOT NULL,
    PRIMARY KEY (job, version)
) STRICT, WITHOUT ROWID;

-- A key of each person, for backups alone: what is about a person is sealed with it there. Deleting
-- the person deletes the key, and no backup can tell of the person any more. The name stands beside
-- what is sealed and tells nothing of the person.
CREATE TABLE person_key (
    seeker BLOB NOT NULL PRIMARY KEY,
    name   BLOB NOT NULL UNIQUE CHECK (length(name) = 16),
    key    BLOB NOT NULL CHECK (length(key) = 32)
) STRICT, WITHOUT ROWID;

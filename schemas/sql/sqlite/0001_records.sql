-- The first shape of the store: records, what was removed, the dictionary of concepts, counters.
-- Ids, units and bodies are blobs: they compare by bytes and may hold any byte.

PRAGMA application_id = 0x4C4F5453; -- "LOTS"

-- noun: 0 seeker, 1 offer, 2 strategy, 3 setting; a number never changes its meaning.
-- version counts the writes of a record, change is the transaction that wrote it last.
CREATE TABLE record (
    row     INTEGER PRIMARY KEY,
    noun    INTEGER NOT NULL CHECK (noun >= 0),
    id      BLOB    NOT NULL,
    unit    BLOB,
    version INTEGER NOT NULL CHECK (version > 0),
    change  INTEGER NOT NULL CHECK (change > 0),
    body    BLOB    NOT NULL
) STRICT;

CREATE UNIQUE INDEX record_by_id ON record (noun, id);
CREATE INDEX record_by_unit ON record (noun, unit, id) WHERE unit IS NOT NULL;
CREATE INDEX record_by_change ON record (change);

-- What is left of a removed record: its id, the last version it had (a record made again under the
-- same id counts on from there) and the transaction that removed it.
CREATE TABLE removal (
    noun    INTEGER NOT NULL CHECK (noun >= 0),
    id      BLOB    NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    change  INTEGER NOT NULL CHECK (change > 0),
    PRIMARY KEY (noun, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX removal_by_change ON removal (change);

-- The dictionary: a concept or code keeps its number for ever. Dense from 1.
CREATE TABLE concept (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    text   BLOB    NOT NULL UNIQUE
) STRICT;

-- How many records of a noun there are, kept so that nobody has to count them.
CREATE TABLE tally (
    noun INTEGER PRIMARY KEY CHECK (noun >= 0),
    live INTEGER NOT NULL CHECK (live >= 0)
) STRICT;

-- One row: the number of the last transaction that changed a record.
CREATE TABLE meta (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    change   INTEGER NOT NULL CHECK (change >= 0)
) STRICT;

INSERT INTO meta (only_row, change) VALUES (1, 0);

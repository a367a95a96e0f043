-- Refreshes: what a run looked at, what it came to, what it raised; words and lines for browsing.

-- full: every record that the search returned was read; changes: the new ones, and those that the database
-- revised since a day; the accessions of all of them are in `returned`.
ALTER TABLE searches ADD COLUMN scope TEXT NOT NULL DEFAULT 'full' CHECK (scope IN ('full', 'changes'));
ALTER TABLE searches ADD COLUMN since TEXT;
-- limits: JSON list, for the report; searched_by: who searched, as the query says.
ALTER TABLE searches ADD COLUMN limits TEXT NOT NULL DEFAULT '[]';
ALTER TABLE searches ADD COLUMN searched_by TEXT;
ALTER TABLE searches ADD COLUMN notes TEXT;

-- JSON: new, changed, unchanged, repeated; NULL in rows older than this column.
ALTER TABLE search_ends ADD COLUMN counts TEXT;
-- JSON list: accessions that the run before returned and this one did not.
ALTER TABLE search_ends ADD COLUMN gone TEXT;

-- Every accession that a run of a search over the network returned, in the database's order.
CREATE TABLE returned (
    search_id TEXT PRIMARY KEY REFERENCES searches (id),
    keys BLOB NOT NULL                       -- one a line, zlib
) STRICT;

CREATE TABLE alert_marks (                   -- somebody has seen to an alert
    id TEXT PRIMARY KEY REFERENCES acts (id),
    alert TEXT NOT NULL,                     -- UUIDv5 of what it is about
    note TEXT
) STRICT;
CREATE INDEX alert_marks_alert ON alert_marks (alert);

-- A run that was interrupted and not taken up again: a later run of the same query has taken its place.
DROP VIEW unfinished_searches;
CREATE VIEW unfinished_searches AS
SELECT s.* FROM searches s
WHERE NOT EXISTS (SELECT 1 FROM search_ends e WHERE e.search_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM searches n WHERE n.query = s.query AND n.id > s.id);

CREATE TABLE notices (                       -- cache: retractions and the like that versions tell of
    version_id TEXT NOT NULL,
    kind TEXT NOT NULL,                      -- retraction, concern, erratum
    pmid TEXT,                               -- the paper it happened to; NULL: the citation itself
    text TEXT NOT NULL
) STRICT;
CREATE INDEX notices_version ON notices (version_id);

-- The two together tell a version's citation without reading the raw entries.
DROP INDEX versions_citation;
CREATE INDEX versions_citation ON versions (citation_id, id);

-- Caches for browsing ------------------------------------------------------------------------------

CREATE TABLE lines (                         -- cache: a record in one line
    record_id TEXT PRIMARY KEY,
    version_id TEXT NOT NULL,                -- the version that the line is made of
    first_seen TEXT NOT NULL,
    title TEXT NOT NULL,                     -- title, author, journal: folded for sorting
    author TEXT NOT NULL,
    year INTEGER,
    journal TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE worded (                        -- cache: which versions are in `words`
    number INTEGER PRIMARY KEY,
    version_id TEXT NOT NULL UNIQUE
) STRICT;
CREATE VIRTUAL TABLE words USING fts5 (
    title, abstract, authors, other, content = '', tokenize = "unicode61 remove_diacritics 2"
);

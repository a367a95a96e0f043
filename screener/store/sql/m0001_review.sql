-- The review database. Ledger tables are append-only (triggers); `records`, `members` and `compared` are
-- caches that `screener doctor` rebuilds from the ledgers; everything else that is derived is a view.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One row for everything a person said or caused; the tables below hold what was said.
CREATE TABLE acts (
    id TEXT PRIMARY KEY,                     -- UUIDv7
    device TEXT NOT NULL,
    seq INTEGER NOT NULL,                    -- the device's own count
    kind TEXT NOT NULL,
    replaces TEXT REFERENCES acts (id),      -- the act that this one supersedes
    actor TEXT NOT NULL,                     -- a reviewer's id
    at TEXT NOT NULL,                        -- UTC, ISO 8601
    UNIQUE (device, seq)
) STRICT;
CREATE INDEX acts_replaces ON acts (replaces) WHERE replaces IS NOT NULL;

CREATE TABLE protocol_versions (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    voters_title_abstract INTEGER NOT NULL,
    voters_full_text INTEGER NOT NULL
) STRICT;

-- Search and citations ---------------------------------------------------------------------------

CREATE TABLE searches (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    query TEXT NOT NULL,                     -- name of the query or of the imported file
    database TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('database', 'register', 'citation', 'website', 'organisation', 'other')),
    platform TEXT,
    searched_on TEXT,                        -- the date the database was searched
    strategy TEXT,
    term TEXT,
    query_translation TEXT,
    messages TEXT NOT NULL,                  -- JSON list: what the database or the reader said
    hits INTEGER NOT NULL,                   -- entries the database said it has, or entries in the file
    file TEXT,
    file_sha256 TEXT,
    format TEXT NOT NULL
) STRICT;

CREATE TABLE search_ends (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    search_id TEXT NOT NULL REFERENCES searches (id),
    missing TEXT NOT NULL                    -- JSON list: accessions asked for and not returned
) STRICT;
CREATE INDEX search_ends_search ON search_ends (search_id);

CREATE TABLE citations (
    id TEXT PRIMARY KEY,                     -- UUIDv5 of database and accession, else of the raw entry
    database TEXT NOT NULL,
    source_key TEXT
) STRICT;
CREATE INDEX citations_key ON citations (source_key);

CREATE TABLE versions (
    id TEXT PRIMARY KEY,                     -- UUIDv5 of the raw entry
    citation_id TEXT NOT NULL REFERENCES citations (id),
    raw BLOB NOT NULL,                       -- the entry as given, zlib
    title TEXT,
    year INTEGER,
    doi TEXT,
    pmid TEXT,
    fields TEXT NOT NULL                     -- JSON: all fields of the citation
) STRICT;
CREATE INDEX versions_citation ON versions (citation_id);
CREATE INDEX versions_doi ON versions (doi) WHERE doi IS NOT NULL;
CREATE INDEX versions_pmid ON versions (pmid) WHERE pmid IS NOT NULL;

CREATE TABLE found (
    search_id TEXT NOT NULL REFERENCES searches (id),
    position INTEGER NOT NULL,
    version_id TEXT NOT NULL REFERENCES versions (id),
    PRIMARY KEY (search_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX found_version ON found (version_id);

CREATE TABLE skipped (
    search_id TEXT NOT NULL REFERENCES searches (id),
    position INTEGER NOT NULL,
    raw BLOB NOT NULL,
    raw_sha256 TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (search_id, position)
) STRICT, WITHOUT ROWID;

-- Deduplication -----------------------------------------------------------------------------------

CREATE TABLE engine_verdicts (
    id TEXT PRIMARY KEY,                     -- UUIDv5 of the two versions compared and the engine's version
    a TEXT NOT NULL REFERENCES citations (id),
    b TEXT NOT NULL REFERENCES citations (id),
    version_a TEXT NOT NULL REFERENCES versions (id),
    version_b TEXT NOT NULL REFERENCES versions (id),
    engine TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different', 'ask')),
    score REAL NOT NULL,
    evidence TEXT NOT NULL,                  -- JSON: rule, fields that agree, disagree, are missing, vetoes
    CHECK (a < b)
) STRICT;
CREATE INDEX engine_verdicts_a ON engine_verdicts (a);
CREATE INDEX engine_verdicts_b ON engine_verdicts (b);

CREATE TABLE person_verdicts (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    a TEXT NOT NULL REFERENCES citations (id),
    b TEXT NOT NULL REFERENCES citations (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different', 'ask', 'withdrawn')),
    note TEXT,
    CHECK (a < b)
) STRICT;

CREATE TABLE compared (                      -- cache: which citations which engine has compared
    citation_id TEXT NOT NULL,
    engine TEXT NOT NULL,
    PRIMARY KEY (citation_id, engine)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (                       -- cache: the clusters
    id TEXT PRIMARY KEY,
    preferred TEXT NOT NULL,                 -- the citation whose fields are shown
    first_seen TEXT NOT NULL                 -- search and position: the order of the queue
) STRICT;
CREATE INDEX records_order ON records (first_seen);

CREATE TABLE members (                       -- cache: which record a citation is in
    citation_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX members_record ON members (record_id);

-- Screening ---------------------------------------------------------------------------------------

CREATE TABLE decisions (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    version_id TEXT NOT NULL REFERENCES versions (id),   -- what was on the screen
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    vote TEXT CHECK (vote IN ('include', 'exclude', 'maybe')),  -- NULL: taken back
    reason TEXT,
    note TEXT,
    protocol_id TEXT NOT NULL REFERENCES protocol_versions (id)
) STRICT;
CREATE INDEX decisions_citation ON decisions (citation_id, stage);

CREATE TABLE reveals (                       -- the votes of a record-stage were shown to somebody
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text'))
) STRICT;
CREATE INDEX reveals_citation ON reveals (citation_id, stage);

CREATE TABLE resolutions (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    outcome TEXT NOT NULL CHECK (outcome IN ('include', 'exclude')),
    reason TEXT,
    how TEXT NOT NULL CHECK (how IN ('consensus', 'adjudication')),
    why TEXT NOT NULL,
    confirms TEXT REFERENCES resolutions (id)  -- the other voter's word for a consensus
) STRICT;
CREATE INDEX resolutions_citation ON resolutions (citation_id, stage);

-- Full text, studies, extraction ------------------------------------------------------------------

CREATE TABLE retrievals (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    status TEXT NOT NULL CHECK (status IN ('sought', 'retrieved', 'not_retrieved')),
    note TEXT,
    file TEXT,
    file_sha256 TEXT
) STRICT;
CREATE INDEX retrievals_citation ON retrievals (citation_id);

CREATE TABLE study_reports (                 -- a report belongs to a study; NULL: taken out again
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    study TEXT,
    note TEXT
) STRICT;
CREATE INDEX study_reports_citation ON study_reports (citation_id);

CREATE TABLE extractions (                   -- one filled form of one extractor; NULL: taken back
    id TEXT PRIMARY KEY REFERENCES acts (id),
    study TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('study', 'arm', 'effect', 'rob')),
    item TEXT NOT NULL,
    fields TEXT                              -- JSON: text values as typed
) STRICT;
CREATE INDEX extractions_study ON extractions (study);

CREATE TABLE submissions (                   -- an extractor has finished a study
    id TEXT PRIMARY KEY REFERENCES acts (id),
    study TEXT NOT NULL
) STRICT;

CREATE TABLE settlements (                   -- the agreed value of a field on which two extractors differ
    id TEXT PRIMARY KEY REFERENCES acts (id),
    study TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('study', 'arm', 'effect', 'rob')),
    item TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX settlements_study ON settlements (study);

CREATE TABLE flow_snapshots (                -- a published flow with the rows behind each box
    id TEXT PRIMARY KEY REFERENCES acts (id),
    counts TEXT NOT NULL,
    rows TEXT NOT NULL
) STRICT;

-- Views: what follows -----------------------------------------------------------------------------

CREATE VIEW current_protocol AS
SELECT p.*, a.actor, a.at FROM protocol_versions p JOIN acts a USING (id)
ORDER BY p.id DESC LIMIT 1;

-- The version of each citation in the latest search that returned it.
CREATE VIEW current_versions AS
SELECT citation_id, version_id FROM (
    SELECT v.citation_id, f.version_id,
           row_number() OVER (PARTITION BY v.citation_id ORDER BY f.search_id DESC, f.position DESC) AS rank
    FROM found f JOIN versions v ON v.id = f.version_id
) WHERE rank = 1;

-- Each database's citations once over all runs; repeats within one file count (flow, contracts section 4).
CREATE VIEW identified AS
SELECT citation_id, kind, database, max(times) AS times FROM (
    SELECT v.citation_id, s.kind, s.database, f.search_id, count(*) AS times
    FROM found f JOIN versions v ON v.id = f.version_id JOIN searches s ON s.id = f.search_id
    GROUP BY v.citation_id, s.kind, s.database, f.search_id
) GROUP BY citation_id, kind, database;

CREATE VIEW skipped_entries AS
SELECT s.kind, s.database, k.raw_sha256, min(k.message) AS message
FROM skipped k JOIN searches s ON s.id = k.search_id
GROUP BY s.kind, s.database, k.raw_sha256;

CREATE VIEW unfinished_searches AS
SELECT s.* FROM searches s WHERE NOT EXISTS (SELECT 1 FROM search_ends e WHERE e.search_id = s.id);

CREATE VIEW decision_heads AS
SELECT d.*, a.actor, a.at FROM decisions d JOIN acts a ON a.id = d.id
WHERE NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = d.id);

-- One person's current vote on a record-stage. After a merge one person may hold several: equal ones count
-- once, unequal ones count as none and return the record to that person's queue.
CREATE VIEW votes AS
SELECT m.record_id, h.stage, h.actor, h.vote, max(h.reason) AS reason, max(h.note) AS note,
       max(h.id) AS decision_id, max(h.at) AS at,
       count(*) OVER (PARTITION BY m.record_id, h.stage) AS holders
FROM decision_heads h JOIN members m ON m.citation_id = h.citation_id
WHERE h.vote IS NOT NULL
GROUP BY m.record_id, h.stage, h.actor
HAVING count(DISTINCT h.vote || coalesce(':' || CASE h.stage WHEN 'full_text' THEN h.reason END, '')) = 1;

CREATE VIEW revealed AS
SELECT DISTINCT m.record_id, r.stage FROM reveals r JOIN members m ON m.citation_id = r.citation_id;

-- Settled outcomes: adjudications, and consensus that another voter confirmed; the newest counts.
CREATE VIEW current_resolutions AS
SELECT record_id, stage, id, outcome, reason, how, why, actor, confirmed_by, at FROM (
    SELECT m.record_id, r.stage, r.id, r.outcome, r.reason, r.how, r.why, a.actor, a.at,
           (SELECT ca.actor FROM resolutions c JOIN acts ca ON ca.id = c.id WHERE c.confirms = r.id LIMIT 1) AS confirmed_by,
           row_number() OVER (PARTITION BY m.record_id, r.stage ORDER BY r.id DESC) AS rank
    FROM resolutions r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id
    WHERE r.confirms IS NULL
      AND (r.how = 'adjudication' OR EXISTS (SELECT 1 FROM resolutions c WHERE c.confirms = r.id))
) WHERE rank = 1;

CREATE VIEW open_proposals AS
SELECT m.record_id, r.stage, r.id, r.outcome, r.reason, r.why, a.actor, a.at
FROM resolutions r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id
WHERE r.how = 'consensus' AND r.confirms IS NULL
  AND NOT EXISTS (SELECT 1 FROM resolutions c WHERE c.confirms = r.id)
  AND NOT EXISTS (SELECT 1 FROM resolutions n JOIN members nm ON nm.citation_id = n.citation_id
                  WHERE nm.record_id = m.record_id AND n.stage = r.stage AND n.id > r.id);

CREATE VIEW current_retrievals AS
SELECT record_id, status, note, file, file_sha256, actor, at FROM (
    SELECT m.record_id, r.*, a.actor, a.at,
           row_number() OVER (PARTITION BY m.record_id ORDER BY r.id DESC) AS rank
    FROM retrievals r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id
) WHERE rank = 1;

CREATE VIEW current_study_reports AS
SELECT record_id, study, note, actor, at FROM (
    SELECT m.record_id, s.study, s.note, a.actor, a.at,
           row_number() OVER (PARTITION BY m.record_id ORDER BY s.id DESC) AS rank
    FROM study_reports s JOIN acts a ON a.id = s.id JOIN members m ON m.citation_id = s.citation_id
) WHERE rank = 1 AND study IS NOT NULL;

CREATE VIEW person_verdict_heads AS
SELECT p.*, a.actor, a.at FROM person_verdicts p JOIN acts a ON a.id = p.id
WHERE p.verdict <> 'withdrawn' AND NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = p.id);

CREATE VIEW current_extractions AS
SELECT e.*, a.actor, a.at FROM extractions e JOIN acts a ON a.id = e.id
WHERE e.fields IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = e.id);

CREATE VIEW submitted AS
SELECT s.study, a.actor, max(a.at) AS at FROM submissions s JOIN acts a ON a.id = s.id
WHERE NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = s.id)
GROUP BY s.study, a.actor;

CREATE VIEW current_settlements AS
SELECT study, form, item, field, value, why, actor, at FROM (
    SELECT s.*, a.actor, a.at,
           row_number() OVER (PARTITION BY s.study, s.form, s.item, s.field ORDER BY s.id DESC) AS rank
    FROM settlements s JOIN acts a ON a.id = s.id
) WHERE rank = 1;

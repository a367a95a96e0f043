-- Generated from the migrations (make schema); do not edit. A test keeps it true.

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

CREATE TABLE alert_marks (                   -- somebody has seen to an alert
    id TEXT PRIMARY KEY REFERENCES acts (id),
    alert TEXT NOT NULL,                     -- UUIDv5 of what it is about
    note TEXT
) STRICT;

CREATE TABLE citations (
    id TEXT PRIMARY KEY,                     -- UUIDv5 of database and accession, else of the raw entry
    database TEXT NOT NULL,
    source_key TEXT
) STRICT;

CREATE TABLE compared (                      -- cache: which citations which engine has compared
    citation_id TEXT NOT NULL,
    engine TEXT NOT NULL,
    PRIMARY KEY (citation_id, engine)
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    version_id TEXT NOT NULL REFERENCES versions (id),   -- what was on the screen
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    vote TEXT CHECK (vote IN ('include', 'exclude', 'maybe')),  -- NULL: taken back
    reason TEXT,
    note TEXT,
    protocol_id TEXT NOT NULL REFERENCES protocol_versions (id)
, marks TEXT NOT NULL DEFAULT '{}', labels TEXT NOT NULL DEFAULT '[]') STRICT;

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

CREATE TABLE extractions (                   -- one filled form of one extractor; NULL: taken back
    id TEXT PRIMARY KEY REFERENCES acts (id),
    study TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('study', 'arm', 'effect', 'rob')),
    item TEXT NOT NULL,
    fields TEXT                              -- JSON: text values as typed
) STRICT;

CREATE TABLE flow_snapshots (                -- a published flow with the rows behind each box
    id TEXT PRIMARY KEY REFERENCES acts (id),
    counts TEXT NOT NULL,
    rows TEXT NOT NULL
) STRICT;

CREATE TABLE found (
    search_id TEXT NOT NULL REFERENCES searches (id),
    position INTEGER NOT NULL,
    version_id TEXT NOT NULL REFERENCES versions (id),
    PRIMARY KEY (search_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE lines (                         -- cache: a record in one line
    record_id TEXT PRIMARY KEY,
    version_id TEXT NOT NULL,                -- the version that the line is made of
    first_seen TEXT NOT NULL,
    title TEXT NOT NULL,                     -- title, author, journal: folded for sorting
    author TEXT NOT NULL,
    year INTEGER,
    journal TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE members (                       -- cache: which record a citation is in
    citation_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE notices (                       -- cache: retractions and the like that versions tell of
    version_id TEXT NOT NULL,
    kind TEXT NOT NULL,                      -- retraction, concern, erratum
    pmid TEXT,                               -- the paper it happened to; NULL: the citation itself
    text TEXT NOT NULL
) STRICT;

CREATE TABLE person_verdicts (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    a TEXT NOT NULL REFERENCES citations (id),
    b TEXT NOT NULL REFERENCES citations (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different', 'ask', 'withdrawn')),
    note TEXT,
    CHECK (a < b)
) STRICT;

CREATE TABLE pilot_ends (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    pilot_id TEXT NOT NULL REFERENCES pilots (id),
    note TEXT
) STRICT;

CREATE TABLE pilot_records (
    pilot_id TEXT NOT NULL REFERENCES pilots (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    PRIMARY KEY (pilot_id, citation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pilots (                        -- a calibration round: records that all its voters read first
    id TEXT PRIMARY KEY REFERENCES acts (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    name TEXT NOT NULL,
    drawn TEXT NOT NULL,                     -- how the records were chosen, in words
    voters INTEGER NOT NULL CHECK (voters > 0)
) STRICT;

CREATE TABLE protocol_versions (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    voters_title_abstract INTEGER NOT NULL,
    voters_full_text INTEGER NOT NULL
, verify_title_abstract TEXT, verify_full_text TEXT, screeners TEXT NOT NULL DEFAULT '[]') STRICT;

CREATE TABLE records (                       -- cache: the clusters
    id TEXT PRIMARY KEY,
    preferred TEXT NOT NULL,                 -- the citation whose fields are shown
    first_seen TEXT NOT NULL                 -- search and position: the order of the queue
) STRICT;

CREATE TABLE resolutions (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    outcome TEXT NOT NULL CHECK (outcome IN ('include', 'exclude')),
    reason TEXT,
    how TEXT NOT NULL CHECK (how IN ('consensus', 'adjudication')),
    why TEXT NOT NULL,
    confirms TEXT REFERENCES resolutions (id)  -- the other voter's word for a consensus
, settles TEXT) STRICT;

CREATE TABLE retrievals (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    status TEXT NOT NULL CHECK (status IN ('sought', 'retrieved', 'not_retrieved')),
    note TEXT,
    file TEXT,
    file_sha256 TEXT
) STRICT;

CREATE TABLE returned (
    search_id TEXT PRIMARY KEY REFERENCES searches (id),
    keys BLOB NOT NULL                       -- one a line, zlib
) STRICT;

CREATE TABLE reveals (                       -- the votes of a record-stage were shown to somebody
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text'))
) STRICT;

CREATE TABLE search_ends (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    search_id TEXT NOT NULL REFERENCES searches (id),
    missing TEXT NOT NULL                    -- JSON list: accessions asked for and not returned
, counts TEXT, gone TEXT) STRICT;

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
, scope TEXT NOT NULL DEFAULT 'full' CHECK (scope IN ('full', 'changes')), since TEXT, limits TEXT NOT NULL DEFAULT '[]', searched_by TEXT, notes TEXT) STRICT;

CREATE TABLE settlements (                   -- the agreed value of a field on which two extractors differ
    id TEXT PRIMARY KEY REFERENCES acts (id),
    study TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('study', 'arm', 'effect', 'rob')),
    item TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    why TEXT NOT NULL
) STRICT;

CREATE TABLE skipped (
    search_id TEXT NOT NULL REFERENCES searches (id),
    position INTEGER NOT NULL,
    raw BLOB NOT NULL,
    raw_sha256 TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (search_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE stop_records (                  -- what that voter left unread
    stop_id TEXT NOT NULL REFERENCES stops (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    PRIMARY KEY (stop_id, citation_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE stops (                         -- a voter's rule is met: the rest may stay unread
    id TEXT PRIMARY KEY REFERENCES acts (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    rule TEXT                                -- JSON: method, recall, confidence, p, read, found; NULL: taken back
) STRICT;

CREATE TABLE study_reports (                 -- a report belongs to a study; NULL: taken out again
    id TEXT PRIMARY KEY REFERENCES acts (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    study TEXT,
    note TEXT
) STRICT;

CREATE TABLE submissions (                   -- an extractor has finished a study
    id TEXT PRIMARY KEY REFERENCES acts (id),
    study TEXT NOT NULL
) STRICT;

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

CREATE TABLE worded (                        -- cache: which versions are in `words`
    number INTEGER PRIMARY KEY,
    version_id TEXT NOT NULL UNIQUE
) STRICT;

CREATE VIRTUAL TABLE words USING fts5 (
    title, abstract, authors, other, content = '', tokenize = "unicode61 remove_diacritics 2"
);

CREATE INDEX acts_replaces ON acts (replaces) WHERE replaces IS NOT NULL;

CREATE INDEX alert_marks_alert ON alert_marks (alert);

CREATE INDEX citations_key ON citations (source_key);

CREATE INDEX decisions_citation ON decisions (citation_id, stage);

CREATE INDEX engine_verdicts_a ON engine_verdicts (a);

CREATE INDEX engine_verdicts_b ON engine_verdicts (b);

CREATE INDEX extractions_study ON extractions (study);

CREATE INDEX found_version ON found (version_id);

CREATE INDEX members_record ON members (record_id);

CREATE INDEX notices_version ON notices (version_id);

CREATE INDEX pilot_ends_pilot ON pilot_ends (pilot_id);

CREATE INDEX pilot_records_citation ON pilot_records (citation_id);

CREATE INDEX records_order ON records (first_seen);

CREATE INDEX resolutions_citation ON resolutions (citation_id, stage);

CREATE INDEX retrievals_citation ON retrievals (citation_id);

CREATE INDEX reveals_citation ON reveals (citation_id, stage);

CREATE INDEX search_ends_search ON search_ends (search_id);

CREATE INDEX settlements_study ON settlements (study);

CREATE INDEX stop_records_citation ON stop_records (citation_id);

CREATE INDEX study_reports_citation ON study_reports (citation_id);

CREATE INDEX versions_citation ON versions (citation_id, id);

CREATE INDEX versions_doi ON versions (doi) WHERE doi IS NOT NULL;

CREATE INDEX versions_pmid ON versions (pmid) WHERE pmid IS NOT NULL;

CREATE TRIGGER acts_no_delete BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts is a ledger: rows are added, never changed'); END;

CREATE TRIGGER acts_no_replace BEFORE INSERT ON acts WHEN EXISTS (SELECT 1 FROM acts WHERE id = NEW.id OR (device = NEW.device AND seq = NEW.seq)) BEGIN SELECT RAISE(ABORT, 'acts is a ledger: the row is there already'); END;

CREATE TRIGGER acts_no_update BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts is a ledger: rows are added, never changed'); END;

CREATE TRIGGER alert_marks_no_delete BEFORE DELETE ON alert_marks BEGIN SELECT RAISE(ABORT, 'alert_marks is a ledger: rows are added, never changed'); END;

CREATE TRIGGER alert_marks_no_replace BEFORE INSERT ON alert_marks WHEN EXISTS (SELECT 1 FROM alert_marks WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'alert_marks is a ledger: the row is there already'); END;

CREATE TRIGGER alert_marks_no_update BEFORE UPDATE ON alert_marks BEGIN SELECT RAISE(ABORT, 'alert_marks is a ledger: rows are added, never changed'); END;

CREATE TRIGGER citations_no_delete BEFORE DELETE ON citations BEGIN SELECT RAISE(ABORT, 'citations is a ledger: rows are added, never changed'); END;

CREATE TRIGGER citations_no_replace BEFORE INSERT ON citations WHEN EXISTS (SELECT 1 FROM citations WHERE id = NEW.id) BEGIN SELECT RAISE(IGNORE); END;

CREATE TRIGGER citations_no_update BEFORE UPDATE ON citations BEGIN SELECT RAISE(ABORT, 'citations is a ledger: rows are added, never changed'); END;

CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER decisions_no_replace BEFORE INSERT ON decisions WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'decisions is a ledger: the row is there already'); END;

CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER engine_verdicts_no_delete BEFORE DELETE ON engine_verdicts BEGIN SELECT RAISE(ABORT, 'engine_verdicts is a ledger: rows are added, never changed'); END;

CREATE TRIGGER engine_verdicts_no_replace BEFORE INSERT ON engine_verdicts WHEN EXISTS (SELECT 1 FROM engine_verdicts WHERE id = NEW.id) BEGIN SELECT RAISE(IGNORE); END;

CREATE TRIGGER engine_verdicts_no_update BEFORE UPDATE ON engine_verdicts BEGIN SELECT RAISE(ABORT, 'engine_verdicts is a ledger: rows are added, never changed'); END;

CREATE TRIGGER extractions_no_delete BEFORE DELETE ON extractions BEGIN SELECT RAISE(ABORT, 'extractions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER extractions_no_replace BEFORE INSERT ON extractions WHEN EXISTS (SELECT 1 FROM extractions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'extractions is a ledger: the row is there already'); END;

CREATE TRIGGER extractions_no_update BEFORE UPDATE ON extractions BEGIN SELECT RAISE(ABORT, 'extractions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER flow_snapshots_no_delete BEFORE DELETE ON flow_snapshots BEGIN SELECT RAISE(ABORT, 'flow_snapshots is a ledger: rows are added, never changed'); END;

CREATE TRIGGER flow_snapshots_no_replace BEFORE INSERT ON flow_snapshots WHEN EXISTS (SELECT 1 FROM flow_snapshots WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'flow_snapshots is a ledger: the row is there already'); END;

CREATE TRIGGER flow_snapshots_no_update BEFORE UPDATE ON flow_snapshots BEGIN SELECT RAISE(ABORT, 'flow_snapshots is a ledger: rows are added, never changed'); END;

CREATE TRIGGER found_no_delete BEFORE DELETE ON found BEGIN SELECT RAISE(ABORT, 'found is a ledger: rows are added, never changed'); END;

CREATE TRIGGER found_no_replace BEFORE INSERT ON found WHEN EXISTS (SELECT 1 FROM found WHERE search_id = NEW.search_id AND position = NEW.position) BEGIN SELECT RAISE(ABORT, 'found is a ledger: the row is there already'); END;

CREATE TRIGGER found_no_update BEFORE UPDATE ON found BEGIN SELECT RAISE(ABORT, 'found is a ledger: rows are added, never changed'); END;

CREATE TRIGGER person_verdicts_no_delete BEFORE DELETE ON person_verdicts BEGIN SELECT RAISE(ABORT, 'person_verdicts is a ledger: rows are added, never changed'); END;

CREATE TRIGGER person_verdicts_no_replace BEFORE INSERT ON person_verdicts WHEN EXISTS (SELECT 1 FROM person_verdicts WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'person_verdicts is a ledger: the row is there already'); END;

CREATE TRIGGER person_verdicts_no_update BEFORE UPDATE ON person_verdicts BEGIN SELECT RAISE(ABORT, 'person_verdicts is a ledger: rows are added, never changed'); END;

CREATE TRIGGER pilot_ends_no_delete BEFORE DELETE ON pilot_ends BEGIN SELECT RAISE(ABORT, 'pilot_ends is a ledger: rows are added, never changed'); END;

CREATE TRIGGER pilot_ends_no_replace BEFORE INSERT ON pilot_ends WHEN EXISTS (SELECT 1 FROM pilot_ends WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'pilot_ends is a ledger: the row is there already'); END;

CREATE TRIGGER pilot_ends_no_update BEFORE UPDATE ON pilot_ends BEGIN SELECT RAISE(ABORT, 'pilot_ends is a ledger: rows are added, never changed'); END;

CREATE TRIGGER pilot_records_no_delete BEFORE DELETE ON pilot_records BEGIN SELECT RAISE(ABORT, 'pilot_records is a ledger: rows are added, never changed'); END;

CREATE TRIGGER pilot_records_no_replace BEFORE INSERT ON pilot_records WHEN EXISTS (SELECT 1 FROM pilot_records WHERE pilot_id = NEW.pilot_id AND citation_id = NEW.citation_id) BEGIN SELECT RAISE(ABORT, 'pilot_records is a ledger: the row is there already'); END;

CREATE TRIGGER pilot_records_no_update BEFORE UPDATE ON pilot_records BEGIN SELECT RAISE(ABORT, 'pilot_records is a ledger: rows are added, never changed'); END;

CREATE TRIGGER pilots_no_delete BEFORE DELETE ON pilots BEGIN SELECT RAISE(ABORT, 'pilots is a ledger: rows are added, never changed'); END;

CREATE TRIGGER pilots_no_replace BEFORE INSERT ON pilots WHEN EXISTS (SELECT 1 FROM pilots WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'pilots is a ledger: the row is there already'); END;

CREATE TRIGGER pilots_no_update BEFORE UPDATE ON pilots BEGIN SELECT RAISE(ABORT, 'pilots is a ledger: rows are added, never changed'); END;

CREATE TRIGGER protocol_versions_no_delete BEFORE DELETE ON protocol_versions BEGIN SELECT RAISE(ABORT, 'protocol_versions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER protocol_versions_no_replace BEFORE INSERT ON protocol_versions WHEN EXISTS (SELECT 1 FROM protocol_versions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'protocol_versions is a ledger: the row is there already'); END;

CREATE TRIGGER protocol_versions_no_update BEFORE UPDATE ON protocol_versions BEGIN SELECT RAISE(ABORT, 'protocol_versions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER resolutions_no_delete BEFORE DELETE ON resolutions BEGIN SELECT RAISE(ABORT, 'resolutions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER resolutions_no_replace BEFORE INSERT ON resolutions WHEN EXISTS (SELECT 1 FROM resolutions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'resolutions is a ledger: the row is there already'); END;

CREATE TRIGGER resolutions_no_update BEFORE UPDATE ON resolutions BEGIN SELECT RAISE(ABORT, 'resolutions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER retrievals_no_delete BEFORE DELETE ON retrievals BEGIN SELECT RAISE(ABORT, 'retrievals is a ledger: rows are added, never changed'); END;

CREATE TRIGGER retrievals_no_replace BEFORE INSERT ON retrievals WHEN EXISTS (SELECT 1 FROM retrievals WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'retrievals is a ledger: the row is there already'); END;

CREATE TRIGGER retrievals_no_update BEFORE UPDATE ON retrievals BEGIN SELECT RAISE(ABORT, 'retrievals is a ledger: rows are added, never changed'); END;

CREATE TRIGGER returned_no_delete BEFORE DELETE ON returned BEGIN SELECT RAISE(ABORT, 'returned is a ledger: rows are added, never changed'); END;

CREATE TRIGGER returned_no_replace BEFORE INSERT ON returned WHEN EXISTS (SELECT 1 FROM returned WHERE search_id = NEW.search_id) BEGIN SELECT RAISE(ABORT, 'returned is a ledger: the row is there already'); END;

CREATE TRIGGER returned_no_update BEFORE UPDATE ON returned BEGIN SELECT RAISE(ABORT, 'returned is a ledger: rows are added, never changed'); END;

CREATE TRIGGER reveals_no_delete BEFORE DELETE ON reveals BEGIN SELECT RAISE(ABORT, 'reveals is a ledger: rows are added, never changed'); END;

CREATE TRIGGER reveals_no_replace BEFORE INSERT ON reveals WHEN EXISTS (SELECT 1 FROM reveals WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'reveals is a ledger: the row is there already'); END;

CREATE TRIGGER reveals_no_update BEFORE UPDATE ON reveals BEGIN SELECT RAISE(ABORT, 'reveals is a ledger: rows are added, never changed'); END;

CREATE TRIGGER search_ends_no_delete BEFORE DELETE ON search_ends BEGIN SELECT RAISE(ABORT, 'search_ends is a ledger: rows are added, never changed'); END;

CREATE TRIGGER search_ends_no_replace BEFORE INSERT ON search_ends WHEN EXISTS (SELECT 1 FROM search_ends WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'search_ends is a ledger: the row is there already'); END;

CREATE TRIGGER search_ends_no_update BEFORE UPDATE ON search_ends BEGIN SELECT RAISE(ABORT, 'search_ends is a ledger: rows are added, never changed'); END;

CREATE TRIGGER searches_no_delete BEFORE DELETE ON searches BEGIN SELECT RAISE(ABORT, 'searches is a ledger: rows are added, never changed'); END;

CREATE TRIGGER searches_no_replace BEFORE INSERT ON searches WHEN EXISTS (SELECT 1 FROM searches WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'searches is a ledger: the row is there already'); END;

CREATE TRIGGER searches_no_update BEFORE UPDATE ON searches BEGIN SELECT RAISE(ABORT, 'searches is a ledger: rows are added, never changed'); END;

CREATE TRIGGER settlements_no_delete BEFORE DELETE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements is a ledger: rows are added, never changed'); END;

CREATE TRIGGER settlements_no_replace BEFORE INSERT ON settlements WHEN EXISTS (SELECT 1 FROM settlements WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'settlements is a ledger: the row is there already'); END;

CREATE TRIGGER settlements_no_update BEFORE UPDATE ON settlements BEGIN SELECT RAISE(ABORT, 'settlements is a ledger: rows are added, never changed'); END;

CREATE TRIGGER skipped_no_delete BEFORE DELETE ON skipped BEGIN SELECT RAISE(ABORT, 'skipped is a ledger: rows are added, never changed'); END;

CREATE TRIGGER skipped_no_replace BEFORE INSERT ON skipped WHEN EXISTS (SELECT 1 FROM skipped WHERE search_id = NEW.search_id AND position = NEW.position) BEGIN SELECT RAISE(ABORT, 'skipped is a ledger: the row is there already'); END;

CREATE TRIGGER skipped_no_update BEFORE UPDATE ON skipped BEGIN SELECT RAISE(ABORT, 'skipped is a ledger: rows are added, never changed'); END;

CREATE TRIGGER stop_records_no_delete BEFORE DELETE ON stop_records BEGIN SELECT RAISE(ABORT, 'stop_records is a ledger: rows are added, never changed'); END;

CREATE TRIGGER stop_records_no_replace BEFORE INSERT ON stop_records WHEN EXISTS (SELECT 1 FROM stop_records WHERE stop_id = NEW.stop_id AND citation_id = NEW.citation_id) BEGIN SELECT RAISE(ABORT, 'stop_records is a ledger: the row is there already'); END;

CREATE TRIGGER stop_records_no_update BEFORE UPDATE ON stop_records BEGIN SELECT RAISE(ABORT, 'stop_records is a ledger: rows are added, never changed'); END;

CREATE TRIGGER stops_no_delete BEFORE DELETE ON stops BEGIN SELECT RAISE(ABORT, 'stops is a ledger: rows are added, never changed'); END;

CREATE TRIGGER stops_no_replace BEFORE INSERT ON stops WHEN EXISTS (SELECT 1 FROM stops WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'stops is a ledger: the row is there already'); END;

CREATE TRIGGER stops_no_update BEFORE UPDATE ON stops BEGIN SELECT RAISE(ABORT, 'stops is a ledger: rows are added, never changed'); END;

CREATE TRIGGER study_reports_no_delete BEFORE DELETE ON study_reports BEGIN SELECT RAISE(ABORT, 'study_reports is a ledger: rows are added, never changed'); END;

CREATE TRIGGER study_reports_no_replace BEFORE INSERT ON study_reports WHEN EXISTS (SELECT 1 FROM study_reports WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'study_reports is a ledger: the row is there already'); END;

CREATE TRIGGER study_reports_no_update BEFORE UPDATE ON study_reports BEGIN SELECT RAISE(ABORT, 'study_reports is a ledger: rows are added, never changed'); END;

CREATE TRIGGER submissions_no_delete BEFORE DELETE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER submissions_no_replace BEFORE INSERT ON submissions WHEN EXISTS (SELECT 1 FROM submissions WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'submissions is a ledger: the row is there already'); END;

CREATE TRIGGER submissions_no_update BEFORE UPDATE ON submissions BEGIN SELECT RAISE(ABORT, 'submissions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER versions_no_delete BEFORE DELETE ON versions BEGIN SELECT RAISE(ABORT, 'versions is a ledger: rows are added, never changed'); END;

CREATE TRIGGER versions_no_replace BEFORE INSERT ON versions WHEN EXISTS (SELECT 1 FROM versions WHERE id = NEW.id) BEGIN SELECT RAISE(IGNORE); END;

CREATE TRIGGER versions_no_update BEFORE UPDATE ON versions BEGIN SELECT RAISE(ABORT, 'versions is a ledger: rows are added, never changed'); END;

CREATE VIEW current_extractions AS
SELECT e.*, a.actor, a.at FROM extractions e JOIN acts a ON a.id = e.id
WHERE e.fields IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = e.id);

CREATE VIEW current_protocol AS
SELECT p.*, a.actor, a.at FROM protocol_versions p JOIN acts a USING (id)
ORDER BY p.id DESC LIMIT 1;

CREATE VIEW current_resolutions AS
SELECT record_id, stage, id, outcome, reason, how, why, actor, confirmed_by, at FROM (
    SELECT m.record_id, r.stage, r.id, r.outcome, r.reason, r.how, r.why, a.actor, a.at,
           (SELECT ca.actor FROM resolutions c JOIN acts ca ON ca.id = c.id WHERE c.confirms = r.id LIMIT 1) AS confirmed_by,
           row_number() OVER (PARTITION BY m.record_id, r.stage ORDER BY r.id DESC) AS rank
    FROM resolutions r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id
    WHERE r.confirms IS NULL
      AND (r.how = 'adjudication' OR EXISTS (SELECT 1 FROM resolutions c WHERE c.confirms = r.id))
      AND NOT EXISTS (
          SELECT 1 FROM members hm JOIN decision_heads h ON h.citation_id = hm.citation_id
          WHERE hm.record_id = m.record_id AND h.stage = r.stage AND h.vote IS NOT NULL
            AND CASE WHEN r.settles IS NULL THEN h.id > r.id
                     ELSE h.id NOT IN (SELECT value FROM json_each(r.settles)) END)
      AND NOT EXISTS (
          SELECT 1 FROM json_each(r.settles) s WHERE s.value NOT IN (
              SELECT h.id FROM members hm JOIN decision_heads h ON h.citation_id = hm.citation_id
              WHERE hm.record_id = m.record_id AND h.stage = r.stage AND h.vote IS NOT NULL))
) WHERE rank = 1;

CREATE VIEW current_retrievals AS
SELECT record_id, status, note, file, file_sha256, actor, at FROM (
    SELECT *, row_number() OVER (
        PARTITION BY record_id
        ORDER BY CASE status WHEN 'retrieved' THEN 0 WHEN 'sought' THEN 1 ELSE 2 END, id DESC) AS rank
    FROM (
        SELECT m.record_id, r.*, a.actor, a.at,
               row_number() OVER (PARTITION BY r.citation_id ORDER BY r.id DESC) AS newest
        FROM retrievals r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id
    ) WHERE newest = 1
) WHERE rank = 1;

CREATE VIEW current_settlements AS
SELECT study, form, item, field, value, why, actor, at FROM (
    SELECT s.*, a.actor, a.at,
           row_number() OVER (PARTITION BY s.study, s.form, s.item, s.field ORDER BY s.id DESC) AS rank
    FROM settlements s JOIN acts a ON a.id = s.id
) WHERE rank = 1;

CREATE VIEW current_stops AS
SELECT s.id, s.stage, s.rule, a.actor, a.at FROM stops s JOIN acts a ON a.id = s.id
WHERE s.rule IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = s.id);

CREATE VIEW current_study_reports AS
SELECT record_id, study, note, actor, at FROM (
    SELECT m.record_id, s.study, s.note, a.actor, a.at,
           row_number() OVER (PARTITION BY m.record_id ORDER BY s.id DESC) AS rank
    FROM study_reports s JOIN acts a ON a.id = s.id JOIN members m ON m.citation_id = s.citation_id
) WHERE rank = 1 AND study IS NOT NULL;

CREATE VIEW current_versions AS
SELECT citation_id, version_id FROM (
    SELECT v.citation_id, f.version_id,
           row_number() OVER (PARTITION BY v.citation_id ORDER BY f.search_id DESC, f.position DESC) AS rank
    FROM found f JOIN versions v ON v.id = f.version_id
) WHERE rank = 1;

CREATE VIEW decision_heads AS
SELECT d.*, a.actor, a.at FROM decisions d JOIN acts a ON a.id = d.id
WHERE NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = d.id);

CREATE VIEW identified AS
SELECT citation_id, kind, database, max(times) AS times FROM (
    SELECT v.citation_id, s.kind, s.database, f.search_id, count(*) AS times
    FROM found f JOIN versions v ON v.id = f.version_id JOIN searches s ON s.id = f.search_id
    GROUP BY v.citation_id, s.kind, s.database, f.search_id
) GROUP BY citation_id, kind, database;

CREATE VIEW left_unread AS
SELECT m.record_id, s.stage
FROM current_stops s JOIN stop_records r ON r.stop_id = s.id JOIN members m ON m.citation_id = r.citation_id
WHERE s.actor IN (SELECT value FROM json_each((SELECT screeners FROM current_protocol)))
GROUP BY m.record_id, s.stage
HAVING count(DISTINCT s.actor) = (SELECT json_array_length(screeners) FROM current_protocol)
   AND NOT EXISTS (SELECT 1 FROM decision_heads h JOIN members dm ON dm.citation_id = h.citation_id
                   WHERE dm.record_id = m.record_id AND h.stage = s.stage AND h.vote IS NOT NULL);

CREATE VIEW open_pilots AS
SELECT p.*, a.actor, a.at FROM pilots p JOIN acts a ON a.id = p.id
WHERE NOT EXISTS (SELECT 1 FROM pilot_ends e WHERE e.pilot_id = p.id);

CREATE VIEW open_proposals AS
SELECT m.record_id, r.stage, r.id, r.outcome, r.reason, r.why, a.actor, a.at
FROM resolutions r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id
WHERE r.how = 'consensus' AND r.confirms IS NULL
  AND NOT EXISTS (SELECT 1 FROM resolutions c WHERE c.confirms = r.id)
  AND NOT EXISTS (SELECT 1 FROM resolutions n JOIN members nm ON nm.citation_id = n.citation_id
                  WHERE nm.record_id = m.record_id AND n.stage = r.stage AND n.id > r.id);

CREATE VIEW person_verdict_heads AS
SELECT p.*, a.actor, a.at FROM person_verdicts p JOIN acts a ON a.id = p.id
WHERE p.verdict <> 'withdrawn' AND NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = p.id);

CREATE VIEW retrieval_attempts AS
SELECT m.record_id, r.id, r.citation_id, r.status, r.note, a.actor, a.at
FROM retrievals r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id;

CREATE VIEW revealed AS
SELECT DISTINCT m.record_id, r.stage FROM reveals r JOIN members m ON m.citation_id = r.citation_id;

CREATE VIEW skipped_entries AS
SELECT s.kind, s.database, k.raw_sha256, min(k.message) AS message
FROM skipped k JOIN searches s ON s.id = k.search_id
GROUP BY s.kind, s.database, k.raw_sha256;

CREATE VIEW study_clashes AS
SELECT record_id, group_concat(study, '; ') AS studies FROM (
    SELECT DISTINCT record_id, study FROM (
        SELECT m.record_id, s.study, row_number() OVER (PARTITION BY s.citation_id ORDER BY s.id DESC) AS newest
        FROM study_reports s JOIN members m ON m.citation_id = s.citation_id
    ) WHERE newest = 1 AND study IS NOT NULL ORDER BY study
) GROUP BY record_id HAVING count(*) > 1;

CREATE VIEW submitted AS
SELECT s.study, a.actor, max(a.at) AS at FROM submissions s JOIN acts a ON a.id = s.id
WHERE NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = s.id)
GROUP BY s.study, a.actor;

CREATE VIEW torn_votes AS
SELECT m.record_id, h.stage, h.actor
FROM members m JOIN decision_heads h ON h.citation_id = m.citation_id
WHERE h.vote IS NOT NULL
  AND m.record_id IN (SELECT record_id FROM members GROUP BY record_id HAVING count(*) > 1)
GROUP BY m.record_id, h.stage, h.actor
HAVING count(DISTINCT h.vote || coalesce(':' || CASE h.stage WHEN 'full_text' THEN h.reason END, '')) > 1;

CREATE VIEW unfinished_searches AS
SELECT s.* FROM searches s
WHERE NOT EXISTS (SELECT 1 FROM search_ends e WHERE e.search_id = s.id)
  AND NOT EXISTS (SELECT 1 FROM searches n WHERE n.query = s.query AND n.id > s.id);

CREATE VIEW votes AS
SELECT record_id, stage, actor, vote, reason, note, marks, labels, decision_id, at, holders,
       CASE WHEN torn THEN holders + torn ELSE coalesce(
           (SELECT max(o.voters) FROM members om CROSS JOIN pilot_records pr ON pr.citation_id = om.citation_id
            CROSS JOIN open_pilots o ON o.id = pr.pilot_id
            WHERE om.record_id = said.record_id AND o.stage = said.stage),
           (SELECT CASE said.stage
                WHEN 'full_text' THEN
                    CASE WHEN substr(said.record_id, -8) < verify_full_text THEN max(2, voters_full_text)
                         ELSE voters_full_text END
                ELSE
                    CASE WHEN substr(said.record_id, -8) < verify_title_abstract THEN max(2, voters_title_abstract)
                         ELSE voters_title_abstract END
            END FROM current_protocol)
       ) END AS required
FROM (
    SELECT *, sum(one) OVER stage_of AS holders, sum(NOT one) OVER stage_of AS torn
    FROM (
        SELECT m.record_id, h.stage, h.actor, h.vote, max(h.reason) AS reason, max(h.note) AS note,
               max(h.marks) AS marks, max(h.labels) AS labels, max(h.id) AS decision_id, max(h.at) AS at,
               min(h.vote) = max(h.vote) AND (h.stage <> 'full_text'
                   OR coalesce(min(h.reason), '') = coalesce(max(h.reason), '')) AS one
        FROM decision_heads h JOIN members m ON m.citation_id = h.citation_id
        WHERE h.vote IS NOT NULL
        GROUP BY m.record_id, h.stage, h.actor
    ) WINDOW stage_of AS (PARTITION BY record_id, stage)
) said WHERE one;

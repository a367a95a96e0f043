-- Screening in pilots and samples, what a vote says beside include and exclude, stopping early.

-- A stage with one voter may have a sample read by a second: records whose id ends in eight digits that come
-- before these. Ids are made from content, so their digits are as good as drawn by lot.
ALTER TABLE protocol_versions ADD COLUMN verify_title_abstract TEXT;
ALTER TABLE protocol_versions ADD COLUMN verify_full_text TEXT;
-- JSON list of the screeners who have not left: all of them must have met the rule before a ranked stage stops.
ALTER TABLE protocol_versions ADD COLUMN screeners TEXT NOT NULL DEFAULT '[]';

-- JSON: PICOS element to yes, no or unclear; list of the voter's own words.
ALTER TABLE decisions ADD COLUMN marks TEXT NOT NULL DEFAULT '{}';
ALTER TABLE decisions ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';

CREATE TABLE pilots (                        -- a calibration round: records that all its voters read first
    id TEXT PRIMARY KEY REFERENCES acts (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    name TEXT NOT NULL,
    drawn TEXT NOT NULL,                     -- how the records were chosen, in words
    voters INTEGER NOT NULL CHECK (voters > 0)
) STRICT;

CREATE TABLE pilot_records (
    pilot_id TEXT NOT NULL REFERENCES pilots (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    PRIMARY KEY (pilot_id, citation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pilot_records_citation ON pilot_records (citation_id);

CREATE TABLE pilot_ends (
    id TEXT PRIMARY KEY REFERENCES acts (id),
    pilot_id TEXT NOT NULL REFERENCES pilots (id),
    note TEXT
) STRICT;
CREATE INDEX pilot_ends_pilot ON pilot_ends (pilot_id);

CREATE TABLE stops (                         -- a voter's rule is met: the rest may stay unread
    id TEXT PRIMARY KEY REFERENCES acts (id),
    stage TEXT NOT NULL CHECK (stage IN ('title_abstract', 'full_text')),
    rule TEXT                                -- JSON: method, recall, confidence, p, read, found; NULL: taken back
) STRICT;

CREATE TABLE stop_records (                  -- what that voter left unread
    stop_id TEXT NOT NULL REFERENCES stops (id),
    citation_id TEXT NOT NULL REFERENCES citations (id),
    PRIMARY KEY (stop_id, citation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stop_records_citation ON stop_records (citation_id);

CREATE VIEW open_pilots AS
SELECT p.*, a.actor, a.at FROM pilots p JOIN acts a ON a.id = p.id
WHERE NOT EXISTS (SELECT 1 FROM pilot_ends e WHERE e.pilot_id = p.id);

-- JSON list of the decisions that a resolution settles, all that stood on the record-stage; NULL in rows older than
-- this column.
ALTER TABLE resolutions ADD COLUMN settles TEXT;

DROP VIEW votes;
-- One person's current vote on a record-stage. After a merge one person may hold several: equal ones count
-- once, unequal ones count as none, return the record to that person's queue, and keep the record-stage open.
-- `required` is how many voters close the record-stage; `screening.rules` says the same.
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

-- Persons whose votes on a record-stage differ since its citations were merged.
CREATE VIEW torn_votes AS
SELECT m.record_id, h.stage, h.actor
FROM members m JOIN decision_heads h ON h.citation_id = m.citation_id
WHERE h.vote IS NOT NULL
  AND m.record_id IN (SELECT record_id FROM members GROUP BY record_id HAVING count(*) > 1)
GROUP BY m.record_id, h.stage, h.actor
HAVING count(DISTINCT h.vote || coalesce(':' || CASE h.stage WHEN 'full_text' THEN h.reason END, '')) > 1;

DROP VIEW current_resolutions;
-- Settled outcomes: adjudications, and consensus that another voter confirmed; the newest counts. A
-- resolution is in force while the votes on the record-stage are those that it settled: one cast since, come by a merge
-- or gone by a split takes it out of force, and the votes decide or are a conflict anew.
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

DROP VIEW current_retrievals;
-- The newest word on each citation; after a merge a report in hand is in hand, whatever was said of its other copy.
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

-- Reports whose citations were linked to several studies before they were merged.
CREATE VIEW study_clashes AS
SELECT record_id, group_concat(study, '; ') AS studies FROM (
    SELECT DISTINCT record_id, study FROM (
        SELECT m.record_id, s.study, row_number() OVER (PARTITION BY s.citation_id ORDER BY s.id DESC) AS newest
        FROM study_reports s JOIN members m ON m.citation_id = s.citation_id
    ) WHERE newest = 1 AND study IS NOT NULL ORDER BY study
) GROUP BY record_id HAVING count(*) > 1;

CREATE VIEW current_stops AS
SELECT s.id, s.stage, s.rule, a.actor, a.at FROM stops s JOIN acts a ON a.id = s.id
WHERE s.rule IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acts r WHERE r.replaces = s.id);

-- Records that every screener who has not left stopped before reading: excluded by automation while nobody
-- holds a vote on them.
CREATE VIEW left_unread AS
SELECT m.record_id, s.stage
FROM current_stops s JOIN stop_records r ON r.stop_id = s.id JOIN members m ON m.citation_id = r.citation_id
WHERE s.actor IN (SELECT value FROM json_each((SELECT screeners FROM current_protocol)))
GROUP BY m.record_id, s.stage
HAVING count(DISTINCT s.actor) = (SELECT json_array_length(screeners) FROM current_protocol)
   AND NOT EXISTS (SELECT 1 FROM decision_heads h JOIN members dm ON dm.citation_id = h.citation_id
                   WHERE dm.record_id = m.record_id AND h.stage = s.stage AND h.vote IS NOT NULL);

-- Attempts to get a report, the dates of each among them.
CREATE VIEW retrieval_attempts AS
SELECT m.record_id, r.id, r.citation_id, r.status, r.note, a.actor, a.at
FROM retrievals r JOIN acts a ON a.id = r.id JOIN members m ON m.citation_id = r.citation_id;

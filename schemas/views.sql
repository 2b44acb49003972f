-- What a reader asks for, over the tables of one snapshot (DuckDB).
--
-- Two variables say what counts as now:
--   as_of  null: every sighting counts; a time: only what had been seen by then
--   clock  the time at which embargoes are judged
-- `clusters` (article_id, story_id) is filled by newsbeam.Archive before `stories` is asked for.
--
-- articles_current and stories are the same for any order, batching or repetition of the same deliveries. Aside are the
-- columns that tell of the first delivery (origin, raw_address, first_seen_at, date, load_id) and of where the row lies
-- (stored_in).

-- How rich the evidence of a text is: a poorer text never stands before a richer one.
CREATE MACRO richness(text_from) AS
    CASE WHEN text_from IN ('page', 'wire', 'file') THEN 3 WHEN text_from = 'content' THEN 2 WHEN text_from = 'summary' THEN 1 ELSE 0 END;

CREATE MACRO counts(seen_at) AS getvariable('as_of') IS NULL OR seen_at <= getvariable('as_of');

-- Every stored version with its text, wherever it lies.
CREATE VIEW stored AS
    SELECT *, 'articles' AS stored_in FROM articles
    UNION ALL SELECT *, 'copies' AS stored_in FROM copies
    UNION ALL SELECT *, 'held' AS stored_in FROM held;

-- Every stored text with the richest evidence that its version was seen with.
CREATE VIEW texts_known AS
    WITH richest AS (
        SELECT article_id, version, max(richness(text_from)) AS richness
        FROM (
            SELECT article_id, version, text_from FROM stored
            UNION ALL SELECT article_id, version, text_from FROM sightings
        )
        GROUP BY ALL
    )
    SELECT article_id, version, content_hash, stored_in, richness FROM stored JOIN richest USING (article_id, version);

-- Articles that a kill takes out, at any time: the item itself, and the copies that credit the agency that killed it,
-- wherever they were seen. What was verified of a text holds for all that have the same one. A text that is poorer than
-- another of its article tells nothing: were it delivered after that one, it would not be stored.
CREATE VIEW killed AS
    WITH kills AS (SELECT article_id, lower(provider) AS provider FROM recalls WHERE kind IN ('kill', 'purge')),
    linked AS (
        SELECT a_content_hash AS content_hash, b_content_hash AS other_hash FROM links
        UNION SELECT b_content_hash, a_content_hash FROM links
    ),
    credited AS (
        SELECT article_id, version, lower(agency) AS provider FROM stored
        UNION SELECT article_id, version, lower(agency) FROM sightings
    ),
    own AS (
        SELECT * FROM texts_known WHERE article_id IN (SELECT article_id FROM kills)
        QUALIFY richness = max(richness) OVER (PARTITION BY article_id)
    ),
    others AS (
        FROM texts_known
        QUALIFY richness >= coalesce(max(richness) FILTER (stored_in <> 'held') OVER (PARTITION BY article_id), 0)
    ),
    copied AS (
        SELECT DISTINCT kills.provider, linked.other_hash AS content_hash
        FROM kills JOIN own USING (article_id) JOIN linked USING (content_hash)
    )
    SELECT article_id FROM kills
    UNION
    SELECT others.article_id FROM copied
    JOIN others ON others.content_hash = copied.content_hash
    JOIN credited ON credited.article_id = others.article_id AND credited.version = others.version
        AND credited.provider = copied.provider
    WHERE copied.provider <> '';

-- The versions that may be shown, one row for each (article_id, version), without text. Their state is the greatest that was
-- sighted, their evidence the richest and the earliest; the row itself counts as a sighting. A poorer text beside a richer
-- one of the same article is left out. version_number counts from 1 by state.
CREATE VIEW versions AS
    WITH sighted AS (
        SELECT article_id, version, source_version, updated_at, seen_at, published_at, text_from FROM sightings
        UNION ALL
        SELECT
            article_id,
            version,
            source_version,
            updated_at,
            first_seen_at,
            -- A date that is known to the month or year alone tells less than when it was seen.
            CASE WHEN published_precision NOT IN ('year', 'month') THEN published_at END,
            text_from
        FROM stored
    ),
    states AS (
        SELECT
            article_id,
            version,
            max({
                'source_version': coalesce(source_version, -9223372036854775808),
                'updated_at': coalesce(updated_at, '-infinity'::TIMESTAMPTZ),
                'seen_at': seen_at
            }) AS state,
            min(seen_at) AS first_at,
            min(published_at) AS published_at,
            max(richness(text_from)) AS richness
        FROM sighted WHERE counts(seen_at)
        GROUP BY article_id, version
    ),
    placed AS (
        SELECT
            article_id,
            version,
            min({'stored_in': stored_in, 'load_id': load_id}) FILTER (
                coalesce(embargoed_until <= coalesce(getvariable('as_of'), getvariable('clock')), stored_in <> 'held')
            ) AS place
        FROM stored
        GROUP BY article_id, version
    ),
    -- A notice counts from when it was first delivered.
    withholds AS (
        SELECT article_id, source_version, recalls.at AS given_at, min(seen_at) AS seen_at FROM recalls
        WHERE kind = 'withhold'
        GROUP BY notice_id, article_id, source_version, given_at
    ),
    judged AS (
        SELECT
            *,
            -- A withhold covers what is not known to be later than it.
            EXISTS (
                FROM withholds
                WHERE withholds.article_id = placed.article_id
                    AND NOT CASE
                        WHEN withholds.source_version IS NOT NULL
                                AND states.state.source_version NOT IN (withholds.source_version, -9223372036854775808)
                            THEN states.state.source_version > withholds.source_version
                        WHEN withholds.given_at IS NOT NULL AND isfinite(states.state.updated_at)
                            THEN states.state.updated_at > withholds.given_at
                        ELSE states.first_at > withholds.seen_at
                    END
            ) AS is_withheld
        FROM placed JOIN states USING (article_id, version)
        WHERE article_id NOT IN (FROM killed)
    ),
    -- Nor is a poorer text shown in the place of one that is withheld: delivered after that one, it would not be stored.
    richest AS (
        FROM judged
        WHERE place IS NOT NULL OR is_withheld
        QUALIFY richness = max(richness) OVER (PARTITION BY article_id)
    )
    SELECT
        article_id,
        version,
        row_number() OVER (PARTITION BY article_id ORDER BY state, version) AS version_number,
        row_number() OVER (PARTITION BY article_id ORDER BY state DESC, version DESC) = 1 AS is_current,
        nullif(state.source_version, -9223372036854775808) AS source_version,
        CASE WHEN isfinite(state.updated_at) THEN state.updated_at END AS updated_at,
        state.seen_at AS seen_at,
        coalesce(published_at, first_at) AS evidence_at,
        place.stored_in AS stored_in,
        place.load_id AS load_id
    FROM richest WHERE place IS NOT NULL AND NOT is_withheld;

-- Per article the highest version that may be shown; source_version, updated_at and seen_at are those of its state.
CREATE VIEW articles_current AS
    SELECT
        stored.* REPLACE (versions.source_version AS source_version, versions.updated_at AS updated_at),
        versions.seen_at,
        versions.version_number
    FROM versions JOIN stored USING (article_id, version, stored_in, load_id)
    WHERE versions.is_current;

-- Per cluster of copies its representative, with every outlet that carried it (in order) and every article of it.
CREATE VIEW stories AS
    WITH shown AS MATERIALIZED (
        SELECT versions.*, coalesce(clusters.story_id, versions.article_id) AS story_id
        FROM versions LEFT JOIN clusters USING (article_id)
        WHERE versions.is_current
    ),
    carried AS (
        SELECT article_id, source FROM sightings WHERE counts(seen_at)
        UNION SELECT article_id, source FROM shown JOIN stored USING (article_id, version, stored_in, load_id)
    ),
    outlets AS (
        SELECT story_id, list(DISTINCT source ORDER BY source) AS outlets
        FROM shown JOIN carried USING (article_id)
        WHERE source <> ''
        GROUP BY story_id
    ),
    counted AS (
        SELECT story_id, count(*) - 1 AS copies, list(article_id ORDER BY article_id) AS article_ids
        FROM shown GROUP BY story_id
    )
    SELECT
        shown.story_id,
        stored.* REPLACE (shown.source_version AS source_version, shown.updated_at AS updated_at),
        shown.seen_at,
        coalesce(outlets.outlets, []) AS outlets,
        counted.copies,
        counted.article_ids,
        shown.version_number AS versions
    FROM shown
    JOIN stored USING (article_id, version, stored_in, load_id)
    JOIN counted ON counted.story_id = shown.story_id
    LEFT JOIN outlets ON outlets.story_id = shown.story_id
    WHERE shown.article_id = shown.story_id;

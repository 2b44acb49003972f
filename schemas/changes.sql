-- What differs between two loads, article by article (DuckDB). Runs over the views of views.sql, whose tables end at load
-- `horizon`, and over what pipeline/changes.py fills in:
--   all_articles, all_copies, all_held, all_sightings, all_recalls   rows of the articles in `touched`, whatever their load
--   touched (article_id, load_id)     articles that a load after `since` has touched, and the last that did
--   killed_at (horizon, article_id)   the view `killed` as of either load
--   retagged (stored_by, retagged_by) loads whose rows were retagged after `since`, and the load that did it last
--   before, after                     the current versions as of either load
-- Variables: since and until, the two loads; prefix, how many characters of a file's path lead to the output folder.

CREATE VIEW all_stored AS
    SELECT *, 'articles' AS stored_in FROM all_articles
    UNION ALL SELECT *, 'copies' AS stored_in FROM all_copies
    UNION ALL SELECT *, 'held' AS stored_in FROM all_held;

-- Articles that a notice after `since` has taken out, and none before it had; shown or not.
CREATE VIEW taken_out AS
    WITH killed_now AS (SELECT article_id FROM killed_at WHERE horizon = getvariable('until')),
    killed_then AS (SELECT article_id FROM killed_at WHERE horizon = getvariable('since')),
    withheld AS (SELECT article_id, min(load_id) AS first_load FROM all_recalls WHERE kind = 'withhold' GROUP BY ALL)
    (SELECT article_id FROM killed_now EXCEPT SELECT article_id FROM killed_then)
    UNION (
        SELECT article_id FROM withheld WHERE first_load > getvariable('since')
        EXCEPT SELECT article_id FROM killed_then
    );

-- By article the files of what was stored since; of what may be shown, and the last that may not.
CREATE VIEW fresh AS
    SELECT article_id, list(file) AS files FROM all_stored
    WHERE load_id > getvariable('since') AND stored_in <> 'held'
    GROUP BY article_id;

CREATE VIEW kept AS
    SELECT article_id, max({'load_id': load_id, 'version': version, 'date': date, 'file': file}) AS last
    FROM all_held WHERE load_id > getvariable('since')
    GROUP BY article_id;

CREATE VIEW told AS
    WITH known AS (SELECT DISTINCT article_id FROM all_stored WHERE load_id <= getvariable('since'))
    SELECT
        CASE
            WHEN after.version IS NOT NULL AND before.version IS NULL
                THEN CASE WHEN known.article_id IS NULL THEN 'new' ELSE 'released' END
            WHEN after.version <> before.version AND after.stored_in = 'held' THEN 'released'
            WHEN after.version IS NOT NULL AND fresh.files IS NOT NULL THEN 'new_version'
            WHEN after.version IS NOT NULL
                AND (after.version, after.source_version, after.updated_at)
                    IS DISTINCT FROM (before.version, before.source_version, before.updated_at) THEN 'moved'
            WHEN after.version IS NOT NULL AND retagged.stored_by IS NOT NULL THEN 'retagged'
            WHEN after.version IS NULL AND (before.version IS NOT NULL OR taken_out.article_id IS NOT NULL)
                THEN 'recalled'
            WHEN kept.last IS NOT NULL THEN 'held'
        END AS change,
        touched.load_id,
        touched.article_id,
        after.version,
        before.version AS previous_version,
        current.title,
        current.url,
        current.date,
        list_append(coalesce(fresh.files, []), current.file) AS files,
        kept.last
    FROM touched
    LEFT JOIN after USING (article_id)
    LEFT JOIN before USING (article_id)
    LEFT JOIN all_stored AS current
        ON current.article_id = after.article_id AND current.version = after.version
            AND current.stored_in = after.stored_in AND current.load_id = after.load_id
    LEFT JOIN retagged ON retagged.stored_by = after.load_id
    LEFT JOIN fresh ON fresh.article_id = touched.article_id
    LEFT JOIN kept ON kept.article_id = touched.article_id
    LEFT JOIN known ON known.article_id = touched.article_id
    LEFT JOIN taken_out ON taken_out.article_id = touched.article_id;

-- One row for each article that differs. Nothing is said of what may not be shown but its names.
CREATE VIEW changes AS
    SELECT
        load_id,
        change,
        article_id,
        CASE change WHEN 'recalled' THEN '' WHEN 'held' THEN last.version ELSE version END AS version,
        coalesce(previous_version, '') AS previous_version,
        CASE WHEN change IN ('recalled', 'held') THEN '' ELSE title END AS title,
        CASE WHEN change IN ('recalled', 'held') THEN '' ELSE url END AS url,
        CASE change WHEN 'recalled' THEN NULL WHEN 'held' THEN last.date ELSE date END AS date,
        list_transform(
            list_sort(list_distinct(
                CASE change WHEN 'recalled' THEN [] WHEN 'held' THEN [last.file] ELSE files END
            )),
            lambda file: substr(file, getvariable('prefix') + 1)
        ) AS files
    FROM told
    WHERE change IS NOT NULL
    ORDER BY load_id, article_id;

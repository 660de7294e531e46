-- Publications and the tables named in them, with column lists (version 15). The view pg_publication_tables is not
-- used: it opens every table (version 16), which would queue behind an ACCESS EXCLUSIVE lock.
SELECT
    p.pubname::pg_catalog.text AS name,
    p.puballtables AS all_tables,
    p.pubviaroot AS via_root,
    NOT p.pubupdate AND NOT p.pubdelete AS inserts_only,
    r.prrelid::pg_catalog.int8 AS table_id,
    (SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = r.prrelid AND a.attnum > 0
            AND a.attnum = ANY (pg_catalog.string_to_array(
                pg_catalog.translate(pg_catalog.to_jsonb(r) ->> 'prattrs', '[] ', ''), ',')::pg_catalog.int2[])) AS columns,
    -- The server keeps a dependency on each column that a condition on rows reads, and on each that is listed.
    pg_catalog.to_jsonb(r) ->> 'prqual' IS NOT NULL AS filters,
    CASE WHEN pg_catalog.to_jsonb(r) ->> 'prqual' IS NOT NULL THEN (
        SELECT pg_catalog.array_agg(a.attname::pg_catalog.text ORDER BY a.attnum)
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
        WHERE d.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = r.prrelid) END AS filtered
FROM pg_catalog.pg_publication p
LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid

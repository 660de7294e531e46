-- A schema as text, one line for each fact, the columns of a table in their order. Nothing in it depends on
-- oids, statistics or when something was made. Works on PostgreSQL 13 to 18.
WITH
schemas AS (
    SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
),
extension_members AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
relations AS (
    SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT FROM extension_members e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)
),
functions AS (
    SELECT p.*, p.oid::regprocedure::text AS signature
    FROM pg_proc p JOIN schemas n ON n.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM extension_members e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
),
facts (section, object, place, line) AS (
    SELECT 1, nspname::text, 0, format('schema %I owner %s grants %s', nspname, nspowner::regrole, nspacl) FROM schemas
    UNION ALL
    SELECT 2, extname::text, 0, format('extension %I in %s', extname, extnamespace::regnamespace) FROM pg_extension
    UNION ALL
    SELECT 3, t.oid::regtype::text, 0, format('type %s kind %s owner %s grants %s labels %s base %s not null %s default %s checks %s',
           t.oid::regtype, t.typtype, t.typowner::regrole, t.typacl,
           (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
           format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
           (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid))
    FROM pg_type t JOIN schemas n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd')
      AND NOT EXISTS (SELECT FROM extension_members e WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
    UNION ALL
    SELECT 4, name, 0, format('relation %s kind %s persistence %s owner %s grants %s options %s row security %s %s replica identity %s partition %s',
           name, relkind, relpersistence, relowner::regrole, relacl, reloptions, relrowsecurity, relforcerowsecurity,
           relreplident, pg_get_expr(relpartbound, oid))
    FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 5, r.name, a.attnum, format('column %s.%I %s collation %s not null %s default %s identity %s generated %s storage %s statistics %s options %s grants %s',
           r.name, a.attname, format_type(a.atttypid, a.atttypmod),
           CASE WHEN a.attcollation <> 0 THEN a.attcollation::regcollation::text END, a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attstorage, nullif(a.attstattarget, -1),
           a.attoptions, a.attacl)
    FROM relations r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    UNION ALL
    SELECT 6, r.name, 0, format('index %s valid %s ready %s clustered %s replica identity %s on %s', pg_get_indexdef(x.indexrelid),
           x.indisvalid, x.indisready, x.indisclustered, x.indisreplident, x.indrelid::regclass)
    FROM pg_index x JOIN relations r ON r.oid = x.indexrelid
    UNION ALL
    -- Before 18 the parts that a foreign key has for the partitions it references stay marked NOT VALID when it is validated.
    SELECT 7, r.name, 0, format('constraint %I on %s: %s valid %s', k.conname, r.name,
           CASE WHEN w.oid IS NULL THEN pg_get_constraintdef(k.oid) ELSE replace(pg_get_constraintdef(k.oid), ' NOT VALID', '') END,
           coalesce(w.convalidated, k.convalidated))
    FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid
    LEFT JOIN pg_constraint w ON w.oid = k.conparentid AND w.conrelid = k.conrelid
    UNION ALL
    SELECT 8, r.name, 0, format('trigger %s enabled %s', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 9, signature, 0, format('function %s owner %s grants %s: %s', signature, proowner::regrole, proacl,
           CASE WHEN prokind = 'a' THEN 'aggregate' ELSE pg_get_functiondef(oid) END)
    FROM functions
    UNION ALL
    SELECT 10, name, 0, format('view %s: %s', name, pg_get_viewdef(oid)) FROM relations WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT 11, r.name, 0, format('rule %s', pg_get_ruledef(w.oid))
    FROM pg_rewrite w JOIN relations r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT 12, r.name, 0, format('policy %I on %s permissive %s for %s to %s using %s check %s', p.polname, r.name, p.polpermissive,
           p.polcmd, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN relations r ON r.oid = p.polrelid
    UNION ALL
    SELECT 13, r.name, 0, format('sequence %s of %s from %s by %s between %s and %s cache %s cycle %s owned by %s', r.name,
           s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
           (SELECT format('%s.%I', o.refobjid::regclass, a.attname) FROM pg_depend o
            JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
            WHERE o.classid = 'pg_class'::regclass AND o.objid = r.oid AND o.deptype IN ('a', 'i')))
    FROM pg_sequence s JOIN relations r ON r.oid = s.seqrelid
    UNION ALL
    SELECT 14, r.name, d.objsubid, format('comment on %s %s: %s', r.name,
           (SELECT attname FROM pg_attribute WHERE attrelid = r.oid AND attnum = d.objsubid AND d.objsubid > 0), d.description)
    FROM pg_description d JOIN relations r ON r.oid = d.objoid AND d.classoid = 'pg_class'::regclass
    UNION ALL
    SELECT 15, k.conname::text, 0, format('comment on constraint %I of %s: %s', k.conname, r.name, d.description)
    FROM pg_description d JOIN pg_constraint k ON k.oid = d.objoid AND d.classoid = 'pg_constraint'::regclass
    JOIN relations r ON r.oid = k.conrelid
    UNION ALL
    SELECT 16, t.tgname::text, 0, format('comment on trigger %I of %s: %s', t.tgname, r.name, d.description)
    FROM pg_description d JOIN pg_trigger t ON t.oid = d.objoid AND d.classoid = 'pg_trigger'::regclass
    JOIN relations r ON r.oid = t.tgrelid
    UNION ALL
    SELECT 17, f.signature, 0, format('comment on function %s: %s', f.signature, d.description)
    FROM pg_description d JOIN functions f ON f.oid = d.objoid AND d.classoid = 'pg_proc'::regclass
    UNION ALL
    SELECT 18, r.name, 0, format('statistics %s', pg_get_statisticsobjdef(s.oid))
    FROM pg_statistic_ext s JOIN relations r ON r.oid = s.stxrelid
    UNION ALL
    SELECT 19, pubname::text, 0, format('publication %I owner %s %s tables %s', pubname, pubowner::regrole,
           to_jsonb(p) - '{oid,pubname,pubowner}'::text[],
           (SELECT array_agg(prrelid::regclass::text ORDER BY prrelid::regclass::text) FROM pg_publication_rel WHERE prpubid = p.oid))
    FROM pg_publication p
    UNION ALL
    -- Columns and conditions are there from version 15 on.
    SELECT 19, pubname::text, 1, format('publication %I sends %s %s', pubname,
           to_jsonb(t) - '{pubname,attnames}'::text[], (SELECT string_agg(a, ', ' ORDER BY a)
           FROM jsonb_array_elements_text(coalesce(to_jsonb(t) -> 'attnames', '[]')) a))
    FROM pg_publication_tables t
    UNION ALL
    SELECT 20, evtname::text, 0, format('event trigger %I on %s runs %s', evtname, evtevent, evtfoid::regproc) FROM pg_event_trigger
    UNION ALL
    SELECT 21, r.name, 0, format('inherits %s from %s', r.name, i.inhparent::regclass)
    FROM pg_inherits i JOIN relations r ON r.oid = i.inhrelid
)
SELECT line FROM facts ORDER BY section, object, place, line

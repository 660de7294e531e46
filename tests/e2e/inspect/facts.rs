//! What is in the catalog of the zoo, kind by kind.

use std::fmt::Debug;

use altimeter_catalog::{
    Catalog, ConstraintKind, DomainConstraint, Function, Generated, Identity, IndexTarget, Name, Persistence,
    Role, Table, TableKind, TypeKind,
};
use altimeter_tests::server::Server;
use anyhow::{Context as _, Result, ensure};

use super::{MAJORS, ensure_unknown, inspect, inspect_url, table, zoo};

fn same<A: PartialEq<B> + Debug, B: Debug>(what: &str, found: A, expected: B) -> Result<()> {
    ensure!(found == expected, "{what}: found {found:?}, expected {expected:?}");
    Ok(())
}

fn each(check: fn(&Catalog, u32) -> Result<()>) -> Result<()> {
    for major in MAJORS {
        let server = Server::shared(major)?;
        let database = zoo(server)?;
        check(&inspect(&database.url)?, major).with_context(|| format!("on version {major}"))?;
    }
    Ok(())
}

fn index<'a>(table: &'a Table, name: &str) -> Result<&'a altimeter_catalog::Index> {
    table.indexes.iter().find(|i| i.definition.name == name).with_context(|| format!("no index {name}"))
}

#[test]
fn the_server() -> Result<()> {
    each(|catalog, major| {
        let server = &catalog.server;
        same("major", server.major(), major)?;
        ensure!(
            server.version.starts_with(&format!("{major}.")) && !server.version.contains(' '),
            "{}",
            server.version
        );
        same("role", &server.role, &Role::Primary)?;
        same("superuser", server.superuser, true)?;
        same("pooler", &server.pooler, &None)?;
        same("search path", &server.search_path, &["public"])?;
        ensure!(server.taken_at.len() == 20 && server.taken_at.ends_with('Z'), "{}", server.taken_at);
        same("max_wal_size", server.setting_number("max_wal_size"), Some(4.0 * 1024.0 * 1024.0 * 1024.0))?;
        same("block_size", server.setting_number("block_size"), Some(8192.0))?;
        // This session's own limits are not the database's.
        same("lock_timeout", server.settings.get("lock_timeout").map(String::as_str), Some("0"))?;
        ensure!(server.database_bytes.is_some_and(|b| b > 1_000_000), "{:?}", server.database_bytes);
        ensure!(server.wal.bytes.is_some_and(|b| b > 0), "{:?}", server.wal);
        ensure!(server.queries > 10 && server.read_ms > 0.0, "{} {}", server.queries, server.read_ms);
        same("schemas", &*catalog.schemas, &["Odd \"schema", "public", "zoo"])
    })
}

#[test]
fn tables_of_every_kind() -> Result<()> {
    each(|catalog, _| {
        same("partitioned", table(catalog, "visits")?.kind, TableKind::PartitionedTable)?;
        same("foreign", table(catalog, "far")?.kind, TableKind::ForeignTable)?;
        same("unlogged", table(catalog, "scratch")?.persistence, Persistence::Unlogged)?;
        same("inherits", &table(catalog, "derived")?.inherits, &[Name::new("zoo", "base")])?;
        same("no columns", table(catalog, "no_columns")?.columns.len(), 0)?;
        same("fillfactor", table(catalog, "animals")?.fillfactor, Some(80))?;
        same("identity", &table(catalog, "animals")?.replica_identity, "default")?;
        same("identity", &table(catalog, "keepers")?.replica_identity, "using index keepers_email_key")?;
        let part = table(catalog, "visits_2025")?;
        same("parent", &part.partition_of, &Some(Name::new("zoo", "visits")))?;
        same("key", part.partition_key.as_deref(), Some("HASH (visitor)"))?;
        same("columns", &part.partition_columns, &["visitor"])?;
        let bound = "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')";
        same("bound", part.partition_bound.as_deref(), Some(bound))?;
        let bound = "FOR VALUES WITH (modulus 2, remainder 0)";
        same("bound", table(catalog, "visits_2025_0")?.partition_bound.as_deref(), Some(bound))?;
        same("bound", &table(catalog, "visits")?.partition_bound, &None)?;
        same("access method", table(catalog, "elsewhere")?.access_method.as_deref(), Some("another"))?;
        same("access method", &table(catalog, "animals")?.access_method, &None)?;
        same("type", &table(catalog, "typed")?.of_type, &Some(Name::new("zoo", "place")))?;
        same("clustered", table(catalog, "keepers")?.clustered_on.as_deref(), Some("keepers_pkey"))?;
        same("owner", table(catalog, "animals")?.owner.as_deref(), Some(catalog.server.user.as_str()))?;
        let rules: Vec<&str> = table(catalog, "empty")?.rules.iter().map(|r| r.name.as_str()).collect();
        same("rules", rules, vec!["nothing_goes"])?;
        same("columns", &table(catalog, "by_expression")?.partition_columns, &["a", "b"])
    })
}

#[test]
fn a_materialized_view_has_rows_columns_and_indexes() -> Result<()> {
    each(|catalog, _| {
        let diets = table(catalog, "diets")?;
        same("kind", (diets.kind, diets.unpopulated), (TableKind::MaterializedView, false))?;
        let columns: Vec<(&str, &str)> =
            diets.columns.iter().map(|c| (c.name.as_str(), c.type_name.as_str())).collect();
        same("columns", columns, [("diet", "zoo.diet"), ("n", "bigint")])?;
        same("unique", index(diets, "diets_diet")?.definition.unique, true)?;
        let bytes = catalog.view(&diets.name).context("its query")?.bytes;
        same("bytes", diets.size.total_bytes(), bytes)?;
        ensure!(diets.activity.is_some() && diets.size.index_bytes.is_some_and(|b| b > 0), "{diets:?}");
        let unfilled = table(catalog, "unfilled")?;
        same("never filled", (unfilled.unpopulated, unfilled.size.rows), (true, Some(0.0)))?;
        ensure!(catalog.publications_of(&diets.name).is_empty(), "it cannot be published");
        Ok(())
    })
}

#[test]
fn statistics_on_several_columns() -> Result<()> {
    each(|catalog, major| {
        let statistics = &table(catalog, "animals")?.statistics;
        let found: Vec<(&str, &[String])> =
            statistics.iter().map(|s| (s.name.name.as_str(), s.columns.as_slice())).collect();
        let columns = ["name".to_owned(), "keeper".to_owned()];
        let mut expected: Vec<(&str, &[String])> = vec![("animals_together", &columns)];
        if major >= 14 {
            expected.insert(0, ("animals_expression", &columns));
        }
        same("statistics", found, expected)
    })
}

#[test]
fn sizes_and_rows() -> Result<()> {
    each(|catalog, _| {
        let animals = table(catalog, "animals")?;
        same("rows", animals.size.rows, Some(2000.0))?;
        ensure!(animals.size.heap_bytes.is_some_and(|b| b > 100_000), "{:?}", animals.size);
        same(
            "index bytes",
            animals.size.index_bytes,
            animals.indexes.iter().map(|i| i.bytes).sum::<Option<u64>>(),
        )?;
        same("never analysed", table(catalog, "never_analysed")?.size.rows, None)?;
        ensure_unknown(catalog, "rows of zoo.never_analysed", "ANALYZE zoo.never_analysed")?;
        same("empty", table(catalog, "empty")?.size.rows, Some(0.0))?;
        same("foreign", table(catalog, "far")?.size.total_bytes(), None)?;
        let parts = ["visits_2024", "visits_2025_0", "visits_2025_1"].map(|part| table(catalog, part));
        let (mut rows, mut heap, mut indexes) = (0.0, 0, 0);
        for part in parts {
            let size = &part?.size;
            rows += size.rows.context("rows")?;
            heap += size.heap_bytes.context("heap")?;
            indexes += size.index_bytes.context("indexes")?;
        }
        let visits = table(catalog, "visits")?;
        same("rows of all partitions", visits.size.rows, Some(rows))?;
        same("rows of all partitions", rows, 3000.0)?;
        same(
            "bytes of all partitions",
            (visits.size.heap_bytes, visits.size.index_bytes),
            (Some(heap), Some(indexes)),
        )?;
        same("partitions", visits.size.summed_partitions, 3)?;
        let by_index = visits.indexes.iter().map(|i| i.bytes).sum::<Option<u64>>();
        same("bytes of the parent's indexes", by_index, Some(indexes))?;
        same("middle level", table(catalog, "visits_2025")?.size.summed_partitions, 2)
    })
}

#[test]
fn columns() -> Result<()> {
    each(|catalog, major| {
        let animals = table(catalog, "animals")?;
        let names: Vec<&str> = animals.columns.iter().map(|c| c.name.as_str()).collect();
        same("order", names, ["id", "name", "nick", "diet", "weight", "born", "note", "keeper", "grams"])?;
        let column = |name: &str| animals.column(name).with_context(|| name.to_owned());
        same("type", &column("name")?.type_name, "character varying(50)")?;
        same("type", &column("diet")?.type_name, "zoo.diet")?;
        same("default", column("diet")?.default.as_deref(), Some("'plants'::zoo.diet"))?;
        same("default", column("id")?.default.as_deref(), Some("nextval('zoo.animals_id_seq'::regclass)"))?;
        same("collation", column("nick")?.collation.as_deref(), Some("zoo.any_case"))?;
        same("nondeterministic", column("nick")?.nondeterministic, true)?;
        same(
            "collation",
            table(catalog, "keepers")?.column("email").and_then(|c| c.collation.as_deref()),
            Some("pg_catalog.\"C\""),
        )?;
        let expression = "((weight)::numeric * (1000)::numeric)".to_owned();
        same("generated", &column("grams")?.generated, &Some(Generated { stored: true, expression }))?;
        same("not null", (column("name")?.not_null, column("note")?.not_null), (true, false))?;
        same(
            "identity",
            table(catalog, "keepers")?.column("id").and_then(|c| c.identity),
            Some(Identity::Always),
        )?;
        let note = column("note")?.statistics.clone().context("statistics")?;
        same("share of NULLs", note.null_fraction, 0.75)?;
        same("distinct", note.distinct, 1.0)?;
        same("width", note.average_width, 7.0)?;
        let hired = table(catalog, "keepers")?.column("hired").context("hired")?;
        same("grants", (hired.grants.len(), hired.grants[0].grantee.as_str()), (1, "PUBLIC"))?;
        same("grants", &hired.grants[0].privileges, &["SELECT", "UPDATE"])?;
        let derived = table(catalog, "derived")?;
        let inherited: Vec<bool> = derived.columns.iter().map(|c| c.inherited).collect();
        same("inherited", inherited, [true, false])?;
        same("inherited", table(catalog, "visits_2024")?.columns.iter().all(|c| c.inherited), true)?;
        same("inherited", animals.columns.iter().any(|c| c.inherited), false)?;
        if major >= 18 {
            let modern = |name| table(catalog, "modern")?.column(name).map(|c| c.not_null).context("column");
            same("valid NOT NULL", modern("a")?, true)?;
            same("NOT VALID is not known of all rows", modern("b")?, false)?;
            let twice = table(catalog, "modern")?.column("twice").and_then(|c| c.generated.clone());
            same("virtual", twice, Some(Generated { stored: false, expression: "(a * 2)".to_owned() }))?;
        }
        Ok(())
    })
}

#[test]
fn indexes() -> Result<()> {
    each(|catalog, major| {
        let animals = table(catalog, "animals")?;
        let lower = index(animals, "animals_lower_name")?;
        let [name, born] = lower.definition.keys.as_slice() else {
            anyhow::bail!("{:?}", lower.definition.keys)
        };
        same("expression", &name.target, &IndexTarget::Expression("lower((name)::text)".to_owned()))?;
        same("class", name.operator_class.as_deref(), Some("text_pattern_ops"))?;
        same("order", (name.descending, name.nulls_first), (true, None))?;
        same("order", (born.descending, born.nulls_first), (false, Some(true)))?;
        same("include", &lower.definition.include, &["note"])?;
        same("predicate", lower.definition.predicate.as_deref(), Some("((weight)::numeric > (2)::numeric)"))?;
        same("options", lower.definition.options.get("fillfactor").map(String::as_str), Some("70"))?;
        same("reads", &lower.reads, &["name", "weight", "born", "note"])?;
        ensure!(
            lower
                .printed
                .as_ref()
                .is_some_and(|p| p.starts_with("CREATE INDEX animals_lower_name ON zoo.animals")),
            "{lower:?}"
        );
        let sum = index(animals, "animals_sum")?;
        same(
            "expression",
            &sum.definition.keys[0].target,
            &IndexTarget::Expression("id + keeper".to_owned()),
        )?;
        let trigrams = &index(animals, "animals_trgm")?.definition;
        same("method", &trigrams.method, "gist")?;
        same(
            "class",
            trigrams.keys[0].operator_class.as_deref(),
            Some("public.gist_trgm_ops (siglen='32')"),
        )?;
        let c = &index(animals, "animals_c")?.definition;
        same("collation", c.keys[0].collation.as_deref(), Some("pg_catalog.\"C\""))?;
        let primary = index(animals, "animals_pkey")?;
        same(
            "primary",
            (primary.primary, primary.valid, primary.constraint.as_deref()),
            (true, true, Some("animals_pkey")),
        )?;
        same("scans", primary.scans, Some(0))?;
        let part = index(table(catalog, "visits_2025_0")?, "visits_2025_0_fee_idx")?;
        same("part of", part.part_of.as_deref(), Some("visits_2025_fee_idx"))?;
        if major >= 15 {
            same("nulls", index(animals, "animals_one_null")?.definition.nulls_not_distinct, true)?;
        }
        Ok(())
    })
}

#[test]
fn an_invalid_index_is_there() -> Result<()> {
    let database = zoo(Server::shared(18)?)?;
    let session = database.session()?;
    let failed = session.execute("CREATE UNIQUE INDEX CONCURRENTLY twice ON zoo.animals (keeper)", &[]);
    ensure!(failed.is_err(), "the keepers are not unique");
    let catalog = inspect(&database.url)?;
    same("valid", index(table(&catalog, "animals")?, "twice")?.valid, false)
}

#[test]
fn constraints() -> Result<()> {
    each(|catalog, major| {
        let constraint = |of: &str, name: &str| {
            let found = table(catalog, of)?.constraints.iter().find(|c| c.name == name).cloned();
            found.with_context(|| format!("no constraint {name}"))
        };
        let check = constraint("animals", "animals_name_check")?;
        same("check", (check.kind, check.validated), (ConstraintKind::Check, true))?;
        same("definition", &check.definition, "CHECK ((length((name)::text) > 0))")?;
        same("not valid", constraint("animals", "animals_note_check")?.validated, false)?;
        let key = constraint("animals", "animals_keeper_fkey")?;
        let foreign = key.foreign.context("the other side")?;
        same(
            "foreign",
            (foreign.table, foreign.columns),
            (Name::new("zoo", "keepers"), vec!["id".to_owned()]),
        )?;
        same("columns", (&key.columns, key.index), (&vec!["keeper".to_owned()], None))?;
        let boss = constraint("keepers", "keepers_boss_fkey")?;
        same("deferrable", (boss.deferrable, boss.deferred), (true, true))?;
        same("index", constraint("keepers", "keepers_pkey")?.index.as_deref(), Some("keepers_pkey"))?;
        let foreign_keys = table(catalog, "gifts")?
            .constraints
            .iter()
            .filter(|c| c.kind == ConstraintKind::ForeignKey)
            .count();
        same("one foreign key to a partitioned table", foreign_keys, 1)?;
        let only_here = constraint("base", "only_here")?;
        same("no inherit", (only_here.no_inherit, only_here.inherited), (true, false))?;
        let below = |of| constraint(of, "all_below").map(|c| (c.no_inherit, c.inherited));
        same("inherited", (below("base")?, below("derived")?), ((false, false), (false, true)))?;
        ensure!(constraint("derived", "only_here").is_err(), "the heir does without it");
        if major >= 18 {
            let there = constraint("modern", "a_is_there")?;
            same("not null", (there.kind, there.validated), (ConstraintKind::NotNull, true))?;
            same("not valid", constraint("modern", "b_is_there")?.validated, false)?;
            same("not enforced", constraint("modern", "a_is_small")?.not_enforced, true)?;
            same("enforced", there.not_enforced, false)?;
        }
        Ok(())
    })
}

#[test]
fn triggers_and_policies() -> Result<()> {
    each(|catalog, _| {
        let animals = table(catalog, "animals")?;
        let [counted, touched] = animals.triggers.as_slice() else { anyhow::bail!("{:?}", animals.triggers) };
        same("events", &touched.events, &["INSERT", "UPDATE"])?;
        same("timing", (touched.before, touched.per_row, touched.enabled.as_str()), (true, true, "origin"))?;
        same("columns", &touched.columns, &["name", "weight", "note"])?;
        same("function", &touched.function, &Name::new("zoo", "touch"))?;
        same(
            "timing",
            (counted.before, counted.per_row, counted.enabled.as_str()),
            (false, false, "disabled"),
        )?;
        same("row security", animals.row_security, true)?;
        let policy = animals.policies.first().context("policy")?;
        same("policy", (policy.permissive, policy.command.as_str()), (false, "UPDATE"))?;
        same("columns", &policy.columns, &["name", "keeper"])
    })
}

#[test]
fn views_sequences_functions_and_types() -> Result<()> {
    each(|catalog, major| {
        let heavy = catalog.view(&Name::new("zoo", "heavy")).context("view")?;
        same("columns", &heavy.columns, &["name", "keeper"])?;
        same("needs", &heavy.needs[0].columns, &["keeper", "name", "weight"])?;
        same("needs", &heavy.needs[1].on, &Name::new("zoo", "keepers"))?;
        let names = catalog.view(&Name::new("zoo", "heavy_names")).context("view of a view")?;
        same("needs", &names.needs[0].on, &Name::new("zoo", "heavy"))?;
        let diets = catalog.view(&Name::new("zoo", "diets")).context("materialized view")?;
        ensure!(diets.materialized && diets.bytes.is_some_and(|b| b >= 16_384), "{diets:?}");
        let used = |name: &str| catalog.sequences.iter().find(|s| s.name.name == name).and_then(|s| s.used);
        same("half used", used("tickets"), Some(16_384.0 / 32_767.0))?;
        same("half used, falling", used("falling"), Some(0.5))?;
        same("unused", used("unused"), None)?;
        let owner = catalog
            .sequences
            .iter()
            .find(|s| s.name.name == "animals_id_seq")
            .and_then(|s| s.owned_by.clone());
        same(
            "owner",
            owner.map(|o| (o.on, o.columns)),
            Some((Name::new("zoo", "animals"), vec!["id".to_owned()])),
        )?;
        let function = |name: &str| {
            catalog
                .functions
                .iter()
                .find(|f| f.name.name == name)
                .with_context(|| format!("no function {name}"))
        };
        let heaviest = function("heaviest")?;
        same("arguments", &heaviest.arguments, "zoo.diet, integer")?;
        same("volatility", (heaviest.language.as_str(), heaviest.volatility.as_str()), ("sql", "stable"))?;
        for word in ["animals", "diet", "id", "weight"] {
            ensure!(
                heaviest.mentions.iter().any(|m| m == word),
                "{word} is not among {:?}",
                heaviest.mentions
            );
        }
        ensure!(!heaviest.mentions.iter().any(|m| m == "max" || m == "keepers"), "{:?}", heaviest.mentions);
        ensure!(function("touch")?.mentions.contains(&"born".to_owned()), "{:?}", function("touch")?);
        ensure!(!catalog.functions.iter().any(|f| f.name.name.contains("gtrgm")), "functions of extensions");
        if major >= 14 {
            same("mentions", &function("names")?.mentions, &["animals", "name"])?;
        }
        let kind = |name: &str| catalog.types.iter().find(|t| t.name.name == name).map(|t| t.kind.clone());
        let labels = ["meat", "plants", "both"].map(str::to_owned).to_vec();
        same("enum", kind("diet"), Some(TypeKind::Enum { labels }))?;
        let weight = TypeKind::Domain {
            base: "numeric(10,2)".to_owned(),
            not_null: true,
            default: Some("1".to_owned()),
            collation: None,
            checks: vec![
                "CHECK ((VALUE < (100000)::numeric)) NOT VALID".to_owned(),
                "CHECK ((VALUE > (0)::numeric))".to_owned(),
            ],
            constraints: vec![
                DomainConstraint { name: "light".to_owned(), validated: false },
                DomainConstraint { name: "positive".to_owned(), validated: true },
            ],
        };
        same("domain", kind("weight"), Some(weight))?;
        let attribute = |name: &str, of: &str| (name.to_owned(), of.to_owned());
        let attributes = vec![attribute("x", "integer"), attribute("y", "character varying(3)")];
        same("composite", kind("place"), Some(TypeKind::Composite { attributes }))?;
        same("range", kind("span"), Some(TypeKind::Range { subtype: "integer".to_owned() }))?;
        same("an extension's", kind("citext"), Some(TypeKind::Base))?;
        let listed: Vec<&str> = catalog.types.iter().map(|t| t.name.name.as_str()).collect();
        ensure!(!listed.iter().any(|n| n.starts_with('_') || *n == "animals"), "arrays, tables: {listed:?}");
        let cast = |source: &str, target: &str| {
            let found = catalog.casts.iter().find(|c| c.source == source && c.target == target);
            found.map(|c| (c.binary, c.context.as_str()))
        };
        same("cast", cast("public.citext", "text"), Some((true, "implicit")))?;
        same("cast", cast("text", "public.citext"), Some((true, "assignment")))?;
        same("cast", cast("boolean", "public.citext"), Some((false, "assignment")))?;
        same("the server's own casts", cast("integer", "bigint"), None)?;
        same("event triggers", &*catalog.event_triggers, &["noticed"])?;
        ensure!(catalog.extensions.iter().any(|e| e.name == "pg_trgm" && e.schema == "public"), "extensions");
        Ok(())
    })
}

#[test]
fn what_functions_do() -> Result<()> {
    each(|catalog, major| {
        let functions = |name: &str| -> Vec<&Function> {
            catalog.functions.iter().filter(|f| f.name == Name::new("zoo", name)).collect()
        };
        let one = |name: &str| -> Result<&Function> {
            functions(name).into_iter().next().with_context(|| format!("no function {name}"))
        };
        let does = |name: &str| -> Result<Option<Vec<String>>> {
            let statements = one(name)?.statements.as_ref();
            Ok(statements.map(|list| list.iter().map(|s| format!("{} {}", s.command, s.relation)).collect()))
        };
        let strings = |list: &[&str]| Some(list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
        same("does", does("heaviest")?, strings(&["SELECT zoo.animals"]))?;
        let emptied = ["INSERT zoo.empty", "SELECT zoo.animals", "TRUNCATE zoo.scratch"];
        same("along its own search path", does("empty_out")?, strings(&emptied))?;
        let all = ["UPDATE zoo.keepers", emptied[0], emptied[1], emptied[2]];
        same("and what it calls", does("empty_all")?, strings(&all))?;
        same("nothing", does("touch")?, strings(&[]))?;
        same("dynamic", does("run")?, None)?;
        let inlined = |name: &str| Ok::<_, anyhow::Error>(one(name)?.inlined.clone());
        same("inlined", inlined("answer")?.as_deref(), Some("immutable"))?;
        same("PL/pgSQL", inlined("slow_answer")?, None)?;
        same("strict", inlined("strict_answer")?.as_deref(), Some("immutable"))?;
        same("strict, with arguments", inlined("strict_more")?, None)?;
        same("volatile", inlined("chance")?.as_deref(), Some("volatile"))?;
        same("reads a table", inlined("heaviest")?, None)?;
        let overloads: Vec<(&str, Option<&str>)> =
            functions("better").iter().map(|f| (f.arguments.as_str(), f.inlined.as_deref())).collect();
        let expected = [("integer", None), ("integer, text[]", Some("stable"))];
        same("overloads, one through the other", overloads, expected)?;
        if major >= 14 {
            same("standard syntax", does("names")?, strings(&["SELECT zoo.animals"]))?;
            same("standard syntax", inlined("later")?.as_deref(), Some("stable"))?;
        }
        Ok(())
    })
}

#[test]
fn a_partition_that_is_half_detached() -> Result<()> {
    let database = zoo(Server::shared(18)?)?;
    let reader = database.session()?;
    reader.script("BEGIN; SELECT count(*) FROM zoo.visits")?;
    let session = database.session()?;
    session.script("SET statement_timeout = '1s'")?;
    let detach = "ALTER TABLE zoo.visits DETACH PARTITION zoo.visits_2024 CONCURRENTLY";
    ensure!(session.execute(detach, &[]).is_err(), "it waits for the reader");
    reader.script("ROLLBACK")?;
    let catalog = inspect(&database.url)?;
    let pending = |name| Ok::<_, anyhow::Error>(table(&catalog, name)?.detach_pending);
    same("pending", (pending("visits_2024")?, pending("visits_2025")?), (true, false))
}

#[test]
fn settings_are_those_of_other_sessions() -> Result<()> {
    for major in MAJORS {
        let server = Server::shared(major)?;
        let database = zoo(server)?;
        let monitor = server.role(
            &database.name,
            "settings",
            &["ALTER ROLE {role} SET \"TimeZone\" = 'Asia/Tokyo'", "GRANT pg_monitor TO {role}"],
        )?;
        let name = &database.name;
        database.session()?.script(&format!(
            "ALTER DATABASE {name} SET lock_timeout = '7s'; ALTER DATABASE {name} SET search_path = zoo, public"
        ))?;
        let own = "options=-c%20lock_timeout%3D99s%20-c%20TimeZone%3DEurope/Rome%20--work-mem%3D77MB";
        let plain = inspect(&database.url)?.server;
        let theirs = inspect(&monitor)?.server;
        let ours = inspect_url(&format!("{}?sslmode=disable&{own}", database.url))?;
        let setting = |server: &altimeter_catalog::Server, name: &str| server.settings.get(name).cloned();
        let text = |text: &str| Some(text.to_owned());
        same("of the database", setting(&plain, "lock_timeout"), text("7000"))?;
        same("of the database", setting(&plain, "search_path"), text("zoo, public"))?;
        same("search path", &plain.search_path, &["zoo", "public"])?;
        same("of the role", setting(&theirs, "TimeZone"), text("Asia/Tokyo"))?;
        ensure!(setting(&plain, "TimeZone") != text("Asia/Tokyo"), "not of another role");
        same("a role's", plain.role_setting(&theirs.user, "timezone"), Some("Asia/Tokyo"))?;
        same("a role's", plain.role_setting(&theirs.user, "lock_timeout"), Some("7s"))?;
        same("not ours", setting(&ours.server, "lock_timeout"), text("7000"))?;
        same(
            "not ours",
            (setting(&ours.server, "TimeZone"), setting(&ours.server, "work_mem")),
            (None, None),
        )?;
        ensure_unknown(&ours, "what other sessions have for TimeZone, work_mem", "PGOPTIONS")?;
        for known in [
            "check_function_bodies",
            "standard_conforming_strings",
            "default_table_access_method",
            "wal_level",
            "max_locks_per_transaction",
            "hot_standby_feedback",
            "session_replication_role",
            "autovacuum_freeze_max_age",
            "max_standby_streaming_delay",
            "default_transaction_read_only",
        ] {
            ensure!(setting(&plain, known).is_some(), "{known} is not known");
        }
    }
    Ok(())
}

#[test]
fn publications() -> Result<()> {
    each(|catalog, major| {
        let tables = |name: &str| {
            let found = catalog.publications.iter().find(|p| p.name == name);
            found.map(|p| catalog.published_by(p).map(|t| t.name.name.as_str()).collect::<Vec<_>>())
        };
        let with_partitions =
            ["animals", "visits", "visits_2024", "visits_2025", "visits_2025_0", "visits_2025_1"];
        same("tables", tables("two_tables"), Some(with_partitions.to_vec()))?;
        let all = tables("everything").context("everything")?;
        ensure!(all.contains(&"animals") && !all.contains(&"scratch") && !all.contains(&"far"), "{all:?}");
        if major >= 15 {
            same("schema", tables("odd").map(|t| t.len()), Some(2))?;
            let narrow = catalog.publications.iter().find(|p| p.name == "narrow").context("narrow")?;
            same("columns", &narrow.tables[0].columns, &["id", "email"])?;
        }
        Ok(())
    })
}

#[test]
fn hostile_names() -> Result<()> {
    each(|catalog, _| {
        let odd = Name::new("Odd \"schema", "T a.b'\"; DROP TABLE x; --");
        let table = catalog.table(&odd).context("the table with the odd name")?;
        let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        same("columns", columns, ["Col\"umn", "tab\tand\nnewline", "größe", "select"])?;
        same("default", table.columns[1].default.as_deref(), Some("'it''s'::text"))?;
        let index = index(table, "Idx \"1\"")?;
        let sum = IndexTarget::Expression("\"Col\"\"umn\" + \"select\"".to_owned());
        same("expression", &index.definition.keys[0].target, &sum)?;
        same("reads", &index.reads, &["Col\"umn", "tab\tand\nnewline", "größe", "select"])?;
        let long = "a12345678901234567890123456789012345678901234567890123456789012";
        same("length", long.len(), 63)?;
        ensure!(catalog.table(&Name::new("Odd \"schema", long)).is_some(), "the long name");
        Ok(())
    })
}

//! The pure side of the engine, for the layers above.

use altimeter_catalog::{
    Casting, Catalog, Change, Check, Column, Effect, Engine, Identity, IndexDefinition, Name, Narrowing,
    PartitionBy, PastKind, RowsStatement, SequenceOptions, SourceText, Statement, StatementUse, Sweep, Table,
    Trigger, Volatility,
};

use crate::heavy::heavy_work;
use crate::implication::{self, Condition};
use crate::text::PostgresText;
use crate::{
    again, beside, bound, dialect, effects, expression, narrowing, quoting, rows_statement, stand_in, types,
    undo, uses,
};

/// PostgreSQL, as far as no server is needed.
#[derive(Clone, Copy, Debug, Default)]
pub struct PostgresEngine;

impl Engine for PostgresEngine {
    fn read(&self, sql: &str) -> Box<dyn SourceText> {
        Box::new(PostgresText::read(sql))
    }

    fn outcome(&self, catalog: &Catalog, statement: &Statement) -> (Effect, Option<Catalog>) {
        effects::outcome(catalog, statement)
    }

    fn heavy_work(&self, catalog: &Catalog, sql: &str) -> Option<(PastKind, Name, Option<IndexDefinition>)> {
        heavy_work(catalog, sql)
    }

    fn uses(&self, catalog: &Catalog, sql: &str) -> Option<Vec<StatementUse>> {
        uses::uses(catalog, sql)
    }

    fn print(&self, catalog: &Catalog, change: &Change) -> String {
        dialect::print(catalog, change)
    }

    fn undo(&self, before: &Catalog, change: &Change) -> Option<Vec<Change>> {
        undo::undo(before, change)
    }

    fn written(&self, catalog: &Catalog, sql: &str) -> Option<Change> {
        undo::written(catalog, sql.to_owned())
    }

    fn stand_in(
        &self,
        catalog: &Catalog,
        view: &Name,
        table: &Name,
        also: &[(&str, &str)],
    ) -> Option<Vec<Change>> {
        stand_in::stand_in(catalog, view, table, also)
    }

    fn partitioned_beside(
        &self,
        catalog: &Catalog,
        like: &Name,
        name: &Name,
        by: (&PartitionBy, &str),
    ) -> Option<Vec<Change>> {
        beside::partitioned(catalog, like, name, by)
    }

    fn partition_beside(
        &self,
        catalog: &Catalog,
        like: &Name,
        partition: (&Name, &Name),
        bound: &str,
    ) -> Option<Vec<Change>> {
        beside::partition(catalog, like, partition, bound)
    }

    fn bare_table(
        &self,
        catalog: &Catalog,
        table: &Table,
        of: Option<(&Name, &[(String, String)])>,
    ) -> Option<Vec<Change>> {
        beside::bare(catalog, table, of)
    }

    fn columns_moved(
        &self,
        catalog: &Catalog,
        tables: (&Name, &Name),
        columns: &[(String, String)],
    ) -> Option<Change> {
        beside::columns_moved(catalog, tables, columns)
    }

    fn columns_given(
        &self,
        catalog: &Catalog,
        tables: (&Name, &Name),
        key: &[(String, String)],
        columns: &[String],
    ) -> Option<Change> {
        beside::columns_given(catalog, tables, key, columns)
    }

    fn triggers_on(&self, catalog: &Catalog, triggers: &[Trigger], on: &Name) -> Option<Vec<Change>> {
        beside::triggers(catalog, triggers, on)
    }

    fn value_of(&self, catalog: &Catalog, type_name: &str, text: &str) -> Option<String> {
        beside::value_of(catalog, type_name, text)
    }

    fn no_partition_key(&self, catalog: &Catalog, by: &PartitionBy, type_name: &str) -> Option<String> {
        beside::no_partition_key(catalog, by, type_name)
    }

    fn rows_moved(&self, catalog: &Catalog, from: &Name, to: &Name) -> Option<Change> {
        beside::rows(catalog, from, to)
    }

    fn make_again(&self, catalog: &Catalog, object: &altimeter_catalog::Object) -> Option<Vec<Change>> {
        again::make_again(catalog, object)
    }

    fn print_check(&self, catalog: &Catalog, check: &Check) -> String {
        dialect::print_check(catalog, check)
    }

    fn print_progress(&self, _catalog: &Catalog, change: &Change) -> Option<String> {
        dialect::print_progress(change)
    }

    fn rows_statement(&self, catalog: &Catalog, sql: &str) -> Result<RowsStatement, String> {
        rows_statement::read(catalog, sql)
    }

    fn print_rows(&self, statement: &RowsStatement) -> String {
        dialect::print_rows(statement)
    }

    fn rows_matched(
        &self,
        catalog: &Catalog,
        table: &Name,
        condition: Option<&str>,
    ) -> Option<(f64, f64, f64)> {
        effects::rows::matched(catalog, table, condition)
    }

    fn references(&self, columns: &[String], of: (&Name, &[String]), condition: Option<&str>) -> String {
        dialect::references(columns, of, condition)
    }

    fn parts(&self, column: &str, separator: &str, number: usize) -> Vec<String> {
        dialect::parts(column, separator, number)
    }

    fn joined(&self, columns: &[String], separator: &str) -> String {
        dialect::joined(columns, separator)
    }

    fn follows(&self, given: &str, wanted: &str) -> bool {
        implication::implies(&Condition::parse(given), &Condition::parse(wanted))
    }

    fn still_to_do(&self, catalog: &Catalog, sweep: &Sweep) -> Option<String> {
        dialect::still_to_do(catalog, sweep)
    }

    fn left_behind(&self, catalog: &Catalog, sweep: &Sweep) -> Option<String> {
        dialect::left_behind(catalog, sweep)
    }

    fn table_of(&self, catalog: &Catalog, name: &Name, columns: &[Column], key: &[String]) -> Option<Change> {
        undo::written(catalog, dialect::print_table(name, columns, key))
    }

    fn canonical_type(&self, catalog: &Catalog, text: &str) -> Option<String> {
        types::canonical(catalog, text)
    }

    fn canonical_default(&self, _catalog: &Catalog, type_name: &str, expression: &str) -> String {
        expression::canonical_default(type_name, expression)
    }

    fn volatility(&self, catalog: &Catalog, expression: &str) -> Volatility {
        expression::volatility(catalog, expression)
    }

    fn replace_column(&self, expression: &str, from: &str, to: &str) -> String {
        expression::replace_column(expression, from, to)
    }

    fn empty_value(&self, catalog: &Catalog, type_name: &str) -> Option<String> {
        types::empty_value(catalog, type_name)
    }

    fn narrowing(&self, from: &str, to: &str) -> Option<Narrowing> {
        narrowing::narrowing(from, to)
    }

    fn casting(&self, catalog: &Catalog, from: &str, to: &str) -> Option<Casting> {
        types::casting(catalog, from, to)
    }

    fn put_for_column(&self, expression: &str, column: &str, value: &str) -> String {
        expression::put_for_column(expression, column, &format!("({value})"))
    }

    fn cast(&self, expression: &str, type_name: &str) -> String {
        expression::cast(expression, type_name)
    }

    fn call(&self, function: &Name, argument: &str) -> String {
        format!("{}({argument})", quoting::quote_name(function))
    }

    fn print_identity(
        &self,
        column: (&Name, &str),
        kind: Identity,
        sequence: (&Name, &SequenceOptions),
    ) -> String {
        dialect::print_identity(column, kind, sequence)
    }

    fn column_settings(&self, table: &Name, column: &Column, name: &str) -> Vec<Change> {
        dialect::column_settings(table, column, name)
    }

    fn print_go_on(&self, sequence: &Name, from: &Name) -> String {
        dialect::print_go_on(sequence, from)
    }

    fn columns_of(&self, expression: &str) -> Vec<String> {
        expression::columns_of(expression)
    }

    fn print_exceptions(&self, catalog: &Catalog, check: &Check) -> Option<String> {
        dialect::print_exceptions(catalog, check)
    }

    fn bound_as_condition(&self, catalog: &Catalog, parent: &Name, bound: &str) -> Option<String> {
        bound::as_condition(catalog, parent, bound)
    }

    fn next_value(&self, sequence: &Name) -> String {
        format!("nextval({}::regclass)", quoting::literal(&quoting::quote_name(sequence)))
    }

    fn default_index_name(&self, catalog: &Catalog, index: &IndexDefinition) -> String {
        catalog.default_index_name(index, "idx")
    }

    fn fit_name(&self, name: &str) -> String {
        dialect::fit_name(name)
    }
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{
        Backfill, BackfillValue, Column, ConstraintDefinition, ConstraintKind, FunctionBody,
        FunctionDefinition, InStep, InStepFires, IndexKey, IndexTarget, LockMode, Table, TransactionUse,
        TriggerDefinition,
    };

    use super::*;

    fn catalog() -> Catalog {
        let mut table: Table = serde_json::from_value(serde_json::json!({
            "name": {"schema": "public", "name": "users"}, "kind": "table", "persistence": "permanent",
            "columns": [], "indexes": [], "constraints": [], "triggers": [], "policies": [],
            "row_security": false, "replica_identity": "default", "partition_of": null, "partition_key": null,
            "partition_columns": [], "inherits": [], "fillfactor": null, "tablespace": null,
            "size": {"rows": 10.0}, "activity": null, "rates": null
        }))
        .unwrap();
        for (name, type_name) in [("id", "bigint"), ("user_name", "text"), ("Odd Name", "numeric(10,2)")] {
            table.columns.push(Column {
                name: name.into(),
                type_name: type_name.into(),
                ..Column::default()
            });
        }
        let mut catalog = Catalog { tables: vec![table].into(), ..Catalog::default() };
        catalog.server.search_path = vec!["public".into()];
        catalog.server.version_num = 170_000;
        catalog
    }

    fn index(name: &str) -> IndexDefinition {
        IndexDefinition {
            name: name.into(),
            table: Name::new("public", "users"),
            method: "btree".into(),
            unique: true,
            nulls_not_distinct: true,
            keys: vec![
                IndexKey { descending: true, nulls_first: Some(false), ..IndexKey::column("Odd Name") },
                IndexKey {
                    target: IndexTarget::Expression("lower(user_name)".into()),
                    operator_class: Some("text_pattern_ops".into()),
                    ..IndexKey::column("")
                },
            ],
            include: vec!["id".into()],
            predicate: Some("id > 0".into()),
            options: [("fillfactor".to_owned(), "70".to_owned())].into(),
            tablespace: None,
        }
    }

    /// Everything a recipe can ask for, except what only an engine can write (trigger function bodies).
    fn changes() -> Vec<Change> {
        let table = Name::new("public", "users");
        let column = |name: &str, default: Option<&str>| Column {
            name: name.into(),
            type_name: "character varying(50)".into(),
            default: default.map(str::to_owned),
            not_null: default.is_some(),
            collation: default.map(|_| "\"C\"".to_owned()),
            ..Column::default()
        };
        let add = |c| Change::AddColumn { table: table.clone(), column: c, if_not_exists: false };
        let drop = Change::DropColumn {
            table: table.clone(),
            column: "Odd Name".into(),
            if_exists: false,
            cascade: false,
        };
        let (t, user_name) = (table.clone(), "user_name".to_owned());
        vec![
            add(column("nick\"name", None)),
            add(column("state", Some("'it''s'::character varying"))),
            drop.clone(),
            Change::RenameColumn { table: t.clone(), from: "Odd Name".into(), to: "select".into() },
            Change::SetNotNull { table: t.clone(), column: user_name.clone() },
            Change::DropNotNull { table: t.clone(), column: user_name.clone() },
            Change::SetDefault { table: t.clone(), column: user_name.clone(), expression: "''::text".into() },
            Change::DropDefault { table: t.clone(), column: user_name.clone() },
            Change::AddConstraint {
                table: t.clone(),
                constraint: ConstraintDefinition {
                    name: Some("ck".into()),
                    columns: vec![user_name.clone()],
                    expression: Some("user_name IS NOT NULL".into()),
                    not_valid: true,
                    ..ConstraintDefinition::new(ConstraintKind::Check, "CHECK (user_name IS NOT NULL)")
                },
            },
            Change::ValidateConstraint { table: t.clone(), name: "ck".into() },
            Change::DropConstraint { table: t.clone(), name: "ck".into(), if_exists: true, cascade: false },
            Change::CreateIndex { index: index("Odd Index"), concurrently: true, if_not_exists: false },
            Change::DropIndex { index: t.sibling("Odd Index"), concurrently: true, if_exists: true },
            Change::DropFunction { name: t.sibling("f"), if_exists: false },
            Change::CreateTrigger(TriggerDefinition {
                name: "zz".into(),
                table: t.clone(),
                function: t.sibling("f"),
                before: true,
                per_row: true,
                events: vec!["INSERT".into(), "UPDATE".into()],
                ..TriggerDefinition::default()
            }),
            Change::DropTrigger { table: t.clone(), name: "zz".into(), if_exists: false },
            Change::GrantColumn {
                table: t.clone(),
                column: user_name.clone(),
                privileges: vec!["SELECT".into(), "INSERT".into()],
                grantee: "PUBLIC".into(),
            },
            Change::Analyze { table: t.clone(), columns: vec![user_name.clone()] },
            Change::Backfill(Backfill {
                table: t.clone(),
                column: user_name.clone(),
                value: BackfillValue::Expression("gen_random_uuid()::text".into()),
                key: vec!["id".into(), "Odd Name".into()],
                batch_rows: 5000,
                pause_ms: 50,
            }),
            Change::Together(vec![
                drop,
                Change::RenameColumn { table: t, from: user_name, to: "Odd Name".into() },
            ]),
        ]
    }

    #[test]
    fn what_is_printed_means_what_was_meant() {
        let catalog = catalog();
        for change in changes() {
            let sql = PostgresEngine.print(&catalog, &change);
            let script = PostgresEngine.parse(&catalog, &sql);
            assert_eq!(script.statements.len(), 1, "{sql}");
            let statement = &script.statements[0];
            assert_eq!(statement.syntax_error, None, "{sql}");
            assert_eq!(statement.not_analysed, None, "{sql}");
            assert_eq!(statement.changes, [change], "{sql}");
            assert_eq!(statement.sql, sql);
        }
    }

    #[test]
    fn a_function_keeps_what_was_printed() {
        let catalog = catalog();
        for fires in [InStepFires::Alone, InStepFires::First, InStepFires::Last] {
            let in_step = InStep {
                table: Name::new("public", "users"),
                truth: "Odd Name".into(),
                copy: "a\nb".into(),
                default: Some("0".into()),
                fires,
            };
            let function = FunctionDefinition {
                name: Name::new("public", "f"),
                body: FunctionBody::InStep(in_step),
                or_replace: false,
            };
            let sql = PostgresEngine.print(&catalog, &Change::CreateFunction(function));
            let script = PostgresEngine.parse(&catalog, &sql);
            assert_eq!(script.statements.len(), 1, "{sql}");
            assert_eq!(script.statements[0].not_analysed, None, "{sql}");
            assert!(
                matches!(&script.statements[0].changes[..], [Change::CreateFunction(f)] if f.name.name == "f")
            );
        }
    }

    fn effect_of(sql: &str) -> Effect {
        let catalog = catalog();
        let script = PostgresEngine.parse(&catalog, sql);
        PostgresEngine.effect(&catalog, &script.statements[0])
    }

    #[test]
    fn effects_follow_the_lock_table() {
        let users = Name::new("public", "users");
        let constant = effect_of("ALTER TABLE users ADD COLUMN x int NOT NULL DEFAULT 7");
        assert_eq!(constant.lock_on(&users), Some(LockMode::AccessExclusive));
        assert!(constant.rewrites.is_empty() && constant.scans.is_empty());
        let volatile = effect_of("ALTER TABLE users ADD COLUMN x uuid DEFAULT gen_random_uuid()");
        assert_eq!(volatile.rewrites, std::slice::from_ref(&users));
        let concurrent = effect_of("CREATE INDEX CONCURRENTLY ON users (id)");
        assert_eq!(concurrent.lock_on(&users), Some(LockMode::ShareUpdateExclusive));
        assert_eq!(concurrent.transaction, TransactionUse::Forbidden);
        assert!(!concurrent.blocks.reads && !concurrent.blocks.writes);
        let block = effect_of("DO $$ BEGIN ALTER TABLE users DROP COLUMN user_name; END $$");
        assert_eq!(block.lock_on(&users), Some(LockMode::AccessExclusive));
        assert_eq!(block.not_analysed, None);
    }

    #[test]
    fn what_is_not_understood_is_at_the_highest_lock() {
        let users = Name::new("public", "users");
        let mut newest = catalog();
        newest.server.version_num = 190_000;
        let script = PostgresEngine.parse(&newest, "ALTER TABLE users MERGE PARTITIONS (a, b) INTO c");
        let effect = PostgresEngine.effect(&newest, &script.statements[0]);
        assert!(effect.not_analysed.is_some());
        assert_eq!(effect.lock_on(&users), Some(LockMode::AccessExclusive));
        assert!(effect.blocks.reads && effect.blocks.writes);
        assert!(effect_of("DO $$ BEGIN EXECUTE x; END $$").not_analysed.is_some());
    }

    #[test]
    fn what_hangs_on_a_condition_is_said_to() {
        let effect = effect_of("DO $$ BEGIN LOOP UPDATE users SET id = 1; END LOOP; END $$");
        assert_eq!((effect.not_analysed, effect.remarks.len()), (None, 1));
    }

    #[test]
    fn what_needs_no_transaction_fails_inside_a_block() {
        assert!(effect_of("DO $$ BEGIN VACUUM users; END $$").fails.is_some());
    }

    #[test]
    fn deep_nesting_is_refused_or_read_and_never_ends_the_process() {
        for levels in [100, 400, 1_000, 100_000] {
            let brackets = format!("{}1{}", "(".repeat(levels), ")".repeat(levels));
            let chain = format!("1{}", " + 1".repeat(levels));
            let negations = format!("{}true", "NOT ".repeat(levels));
            for default in [brackets, chain, negations] {
                let sql = format!("ALTER TABLE users ADD COLUMN x int DEFAULT {default}");
                let statement = &PostgresEngine.parse(&catalog(), &sql).statements[0];
                let read = statement.syntax_error.is_none() && statement.changes.len() == 1;
                let refused = statement.syntax_error.is_some() || statement.not_analysed.is_some();
                assert!(read || refused);
            }
        }
    }
}

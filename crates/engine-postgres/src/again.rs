//! What is dropped and made again: views, policies, triggers and rules, from what the catalog knows of them.
//!
//! The server keeps these as parsed queries and prints them; the same text makes the same object, as long as the names in
//! it mean the same. What hangs on an object goes with it and is made again too: owner, privileges, comments, the triggers
//! and rules of a view, the defaults of its columns (manual, DROP VIEW and CREATE VIEW).

use altimeter_catalog::{
    Catalog, Change, Column, Commented, Granted, Name, Object, ObjectChange, Policy, RelationChange, Rule,
    Table, TableAction, TableKind, TableSource, Trigger, TriggerDefinition, View, ViewDefinition,
};

use crate::quoting::{quote, quote_name};

/// The changes that make an object again; none if the catalog does not know enough of it.
pub(crate) fn make_again(catalog: &Catalog, object: &Object) -> Option<Vec<Change>> {
    match object {
        Object::View(name) => view(catalog, catalog.view(name).filter(|v| !v.materialized)?),
        Object::Table(name) => materialized(catalog, catalog.view(name).filter(|v| v.materialized)?),
        Object::Policy(table, name) => {
            policy(table, catalog.table(table)?.policies.iter().find(|p| &p.name == name)?)
        }
        Object::Trigger(table, name) => {
            trigger(table, catalog.table(table)?.triggers.iter().find(|t| &t.name == name)?)
        }
        Object::Rule(relation, name) => {
            let rules = match catalog.table(relation) {
                Some(table) => &table.rules,
                None => &catalog.view(relation)?.rules,
            };
            rule(relation, rules.iter().find(|r| &r.name == name)?).map(|r| vec![r])
        }
        _ => None,
    }
}

fn view(catalog: &Catalog, view: &View) -> Option<Vec<Change>> {
    view.definition.as_ref()?;
    let name = &view.name;
    let bare = View {
        owner: Some(catalog.server.user.clone()).filter(|u| !u.is_empty()),
        grants: Vec::new(),
        comment: None,
        details: Vec::new(),
        triggers: Vec::new(),
        rules: Vec::new(),
        bytes: None,
        ..view.clone()
    };
    let definition = ViewDefinition { view: bare, ..ViewDefinition::default() };
    let mut changes = vec![Change::Relation(RelationChange::CreateView(Box::new(definition)))];
    let owner = view.owner.as_ref()?;
    if *owner != catalog.server.user {
        changes.push(Change::Written {
            sql: format!("ALTER VIEW {} OWNER TO {}", quote_name(name), quote(owner)),
            changes: vec![Change::AlterWhole {
                table: name.clone(),
                action: TableAction::Owner(owner.clone()),
            }],
        });
    }
    for detail in &view.details {
        changes.extend(detail.default.iter().map(|expression| Change::SetDefault {
            table: name.clone(),
            column: detail.name.clone(),
            expression: expression.clone(),
        }));
    }
    changes.extend(view.grants.iter().map(|grant| grant_on(name, None, grant)));
    for detail in &view.details {
        changes.extend(detail.grants.iter().map(|grant| grant_on(name, Some(&detail.name), grant)));
    }
    for trigger in &view.triggers {
        changes.extend(self::trigger(name, trigger)?);
    }
    for rule in &view.rules {
        changes.push(self::rule(name, rule)?);
    }
    changes.extend(comment(name, Commented::Relation, view.comment.as_ref()));
    for detail in &view.details {
        changes.extend(comment(name, Commented::Column(detail.name.clone()), detail.comment.as_ref()));
    }
    Some(changes)
}

/// A materialized view with rows, its indexes, owner and privileges. Comments come home by themselves.
fn materialized(catalog: &Catalog, view: &View) -> Option<Vec<Change>> {
    view.definition.as_ref()?;
    let (name, behind) = (&view.name, catalog.table(&view.name)?);
    let bare = |column: &Column| Column {
        name: column.name.clone(),
        type_name: column.type_name.clone(),
        collation: column.collation.clone(),
        nondeterministic: column.nondeterministic,
        ..Column::default()
    };
    let user = Some(catalog.server.user.clone()).filter(|u| !u.is_empty());
    let table = Table {
        name: name.clone(),
        kind: TableKind::MaterializedView,
        columns: behind.columns.iter().map(bare).collect(),
        access_method: behind.access_method.clone(),
        fillfactor: behind.fillfactor,
        tablespace: behind.tablespace.clone(),
        unpopulated: behind.unpopulated,
        size: behind.size.clone(),
        replica_identity: "default".to_owned(),
        owner: user,
        ..Table::default()
    };
    let source = TableSource { query: Default::default(), with_data: !behind.unpopulated };
    let view = View { bytes: None, ..view.clone() };
    let definition = ViewDefinition { view, rows: Some((table, source)), ..ViewDefinition::default() };
    let mut changes = vec![Change::Relation(RelationChange::CreateView(Box::new(definition)))];
    let valid = behind.indexes.iter().filter(|i| i.valid);
    changes.extend(valid.map(|i| Change::CreateIndex {
        index: i.definition.clone(),
        concurrently: false,
        if_not_exists: false,
    }));
    for column in &behind.columns {
        let settings = Column { comment: None, ..column.clone() };
        changes.extend(crate::dialect::column_settings(name, &settings, &column.name));
    }
    if let Some(owner) = behind.owner.as_ref().filter(|o| **o != catalog.server.user) {
        changes.push(Change::Written {
            sql: format!("ALTER MATERIALIZED VIEW {} OWNER TO {}", quote_name(name), quote(owner)),
            changes: vec![Change::AlterWhole {
                table: name.clone(),
                action: TableAction::Owner(owner.clone()),
            }],
        });
    }
    changes.extend(behind.grants.iter().map(|grant| grant_on(name, None, grant)));
    for column in &behind.columns {
        changes.extend(column.grants.iter().map(|grant| grant_on(name, Some(&column.name), grant)));
    }
    if let Some(index) = &behind.clustered_on {
        let action = TableAction::ClusterOn(index.clone());
        changes.push(Change::AlterWhole { table: name.clone(), action });
    }
    Some(changes)
}

/// One grant on a relation or a column of it.
fn grant_on(relation: &Name, column: Option<&String>, grant: &altimeter_catalog::Grant) -> Change {
    match column {
        Some(column) if !grant.grantable => Change::GrantColumn {
            table: relation.clone(),
            column: column.clone(),
            privileges: grant.privileges.clone(),
            grantee: grant.grantee.clone(),
        },
        _ => Change::Object(ObjectChange::Grant {
            relations: vec![relation.clone()],
            revoke: false,
            privileges: vec![Granted { column: column.cloned(), grant: grant.clone() }],
        }),
    }
}

fn comment(relation: &Name, on: Commented, text: Option<&String>) -> Option<Change> {
    let (relation, text) = (Some(relation.clone()), Some(text?.clone()));
    Some(Change::Object(ObjectChange::Comment { on, relation, text, label: false }))
}

fn policy(table: &Name, policy: &Policy) -> Option<Vec<Change>> {
    policy.definition.as_ref()?;
    let bare = Policy { comment: None, ..policy.clone() };
    let create = Change::Object(ObjectChange::CreatePolicy { table: table.clone(), policy: bare });
    let comment = comment(table, Commented::Policy(policy.name.clone()), policy.comment.as_ref());
    Some(std::iter::once(create).chain(comment).collect())
}

fn trigger(relation: &Name, trigger: &Trigger) -> Option<Vec<Change>> {
    let sql = trigger.definition.clone()?;
    let definition = TriggerDefinition {
        name: trigger.name.clone(),
        table: relation.clone(),
        function: trigger.function.clone(),
        before: trigger.before,
        per_row: trigger.per_row,
        events: trigger.events.clone(),
        columns: trigger.columns.clone(),
        from: None,
        or_replace: false,
    };
    let mut changes = vec![Change::Written { sql, changes: vec![Change::CreateTrigger(definition)] }];
    let word = match trigger.enabled.as_str() {
        "always" => Some("ENABLE ALWAYS"),
        "replica" => Some("ENABLE REPLICA"),
        "disabled" => Some("DISABLE"),
        _ => None,
    };
    changes.extend(word.map(|word| Change::Written {
        sql: format!("ALTER TABLE {} {word} TRIGGER {}", quote_name(relation), quote(&trigger.name)),
        changes: vec![Change::AlterWhole {
            table: relation.clone(),
            action: TableAction::SetTrigger {
                name: Some(trigger.name.clone()),
                enabled: trigger.enabled.clone(),
            },
        }],
    }));
    changes.extend(comment(relation, Commented::Trigger(trigger.name.clone()), trigger.comment.as_ref()));
    Some(changes)
}

fn rule(relation: &Name, rule: &Rule) -> Option<Change> {
    let text = rule.definition.as_ref()?.trim().trim_end_matches(';').trim_end();
    Some(Change::Written {
        sql: text.to_owned(),
        changes: vec![Change::Object(ObjectChange::CreateRule {
            relation: relation.clone(),
            rule: rule.clone(),
            or_replace: false,
        })],
    })
}

#[cfg(test)]
mod tests {
    use altimeter_catalog::{DropTarget, Engine as _, RelationWord};

    use super::*;
    use crate::PostgresEngine;
    use crate::text::PostgresText;

    fn run(catalog: &mut Catalog, sql: &str) {
        use altimeter_catalog::SourceText as _;
        let text = PostgresText::read(sql);
        for piece in 0..text.pieces().len() {
            let statement = text.lower(piece, catalog);
            assert_eq!(
                (&statement.not_analysed, &statement.syntax_error),
                (&None, &None),
                "{}",
                statement.sql
            );
            statement.changes.iter().for_each(|c| catalog.apply(c).unwrap());
        }
    }

    fn catalog() -> Catalog {
        let mut catalog = Catalog { schemas: vec!["public".to_owned()].into(), ..Catalog::default() };
        catalog.server.search_path = vec!["public".to_owned()];
        catalog.server.version_num = 170_000;
        catalog.server.user = "me".to_owned();
        run(
            &mut catalog,
            r#"CREATE TABLE t (id int PRIMARY KEY, "a b" int);
               CREATE VIEW "V; 1" WITH (security_barrier) AS SELECT id, "a b" FROM public.t WHERE id > 1 WITH CHECK OPTION;
               GRANT SELECT, INSERT ON "V; 1" TO "Odd; role", PUBLIC; GRANT UPDATE (id, "a b") ON "V; 1" TO reader WITH GRANT OPTION;
               REVOKE INSERT ON "V; 1" FROM PUBLIC; GRANT ALL ON "V; 1" TO me;
               COMMENT ON VIEW "V; 1" IS 'it''s'; COMMENT ON COLUMN "V; 1"."a b" IS E'back\\slash';
               ALTER VIEW "V; 1" ALTER "a b" SET DEFAULT 7; ALTER VIEW "V; 1" OWNER TO owner;
               CREATE POLICY p ON t AS RESTRICTIVE FOR INSERT TO reader, CURRENT_USER WITH CHECK ("a b" > 1);
               COMMENT ON POLICY p ON t IS 'who'"#,
        );
        catalog
    }

    #[test]
    fn what_is_made_again_is_as_before() {
        let before = catalog();
        let view = Name::new("public", "V; 1");
        let table = Name::new("public", "t");
        for (object, target) in [
            (
                Object::View(view.clone()),
                DropTarget::Relation { word: RelationWord::View, name: view.clone() },
            ),
            (
                Object::Policy(table.clone(), "p".to_owned()),
                DropTarget::Policy { table: table.clone(), name: "p".to_owned() },
            ),
        ] {
            let mut schema = before.clone();
            let make = make_again(&before, &object).unwrap();
            let drop = RelationChange::Drop { targets: vec![target], if_exists: false, cascade: false };
            schema.apply(&Change::Relation(drop)).unwrap();
            for change in &make {
                let sql = PostgresEngine.print(&before, change);
                assert!(!sql.is_empty(), "{change:?}");
                run(&mut schema, &sql);
            }
            let (wanted, found) = before.schema_difference(&schema);
            assert_eq!(wanted, found, "{object}");
            assert_eq!(schema.view(&view), before.view(&view));
            assert_eq!(schema.table(&table).unwrap().policies, before.table(&table).unwrap().policies);
        }
    }

    #[test]
    fn what_is_not_known_is_not_made() {
        let mut catalog = catalog();
        let rename = "ALTER TABLE t RENAME COLUMN \"a b\" TO c";
        run(&mut catalog, rename);
        assert_eq!(make_again(&catalog, &Object::View(Name::new("public", "V; 1"))), None);
        assert_eq!(make_again(&catalog, &Object::Policy(Name::new("public", "t"), "p".to_owned())), None);
        assert_eq!(make_again(&catalog, &Object::Schema("public".to_owned())), None);
    }
}

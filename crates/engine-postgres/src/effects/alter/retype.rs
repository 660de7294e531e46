//! `ALTER COLUMN … TYPE`: whether the table is written anew, and what hangs on the column.
//!
//! Everything made with the column is taken down and made again: an index is kept where it would be the same to the
//! byte (`CheckIndexCompatible` in the server's source), a foreign key is believed where its rows would be compared in
//! the same way (`TryReuseForeignKey`), a CHECK is always asked of all rows again.

use altimeter_catalog::{
    Change, Column, ColumnAction, Constraint, ConstraintKind, Index, IndexTarget, Key, Name, Publication,
    Table, TypeKind,
};
use squawk_syntax::SyntaxKind;

use super::work::Work;
use crate::expression;
use crate::locks::alter as facts;
use crate::parse;
use crate::types::{self, Context, Conversion};

/// Before anything is done the server knows of all columns whether they make it write the table anew.
pub(super) fn prepare(work: &mut Work<'_>, actions: &[Change]) {
    let mut seen: Vec<&str> = Vec::new();
    for action in actions {
        let Change::AlterColumn {
            column, action: ColumnAction::Type { type_name, collation, using }, ..
        } = action
        else {
            continue;
        };
        if seen.contains(&column.as_str()) {
            work.fail(Some(format!("the type of {column} can be changed only once in a statement")));
        }
        seen.push(column);
        refuse(work, column, type_name);
        let Some(found) = work.main().and_then(|t| t.column(column).cloned()) else { continue };
        let conversion = conversion(work, &found, type_name, using.as_deref());
        refuse_collation(work, column, type_name, collation.as_deref());
        let unknown = work.main().zip(using.as_deref()).and_then(|(t, u)| expression::unknown_column(&t, u));
        work.fail(unknown.map(|c| format!("column {}.{c} does not exist", work.table)));
        if conversion == Conversion::Refused {
            let from = &found.type_name;
            work.fail(Some(format!("{column} is {from}, which does not become {type_name} without USING")));
        }
        default_cast(work, &found, type_name);
        // Partitions and heirs are locked with the table.
        let reached: Vec<Name> = std::iter::once(work.table.clone()).chain(work.below()).collect();
        work.lock_below(&reached);
        let is_virtual = found.generated.as_ref().is_some_and(|g| !g.stored);
        if conversion != Conversion::Free && !is_virtual {
            reached.iter().for_each(|name| work.retype(name));
        }
        refuse_row_type(work);
    }
}

/// What the server refuses whatever the types are.
fn refuse(work: &mut Work<'_>, column: &str, type_name: &str) {
    let Some(table) = work.main() else { return };
    let Some(found) = table.column(column) else { return };
    if table.of_type.is_some() {
        work.fail(Some(format!("the columns of {} have the types of its type's attributes", table.name)));
    }
    if work.schema.is_inherited(&table.name, column) {
        work.fail(Some(format!("{column} of {} is inherited, and can be changed above only", table.name)));
    }
    if !work.recurse && work.schema.heirs_of(&table.name).next().is_some() {
        work.fail(Some(format!(
            "the type of {column} must be changed in the tables below {}, too",
            table.name
        )));
    }
    if found.identity.is_some() && !matches!(type_name, "smallint" | "integer" | "bigint") {
        work.fail(Some(format!("{column} is an identity column: it must be smallint, integer or bigint")));
    }
    if matches!(type_name.to_ascii_lowercase().as_str(), "serial" | "bigserial" | "smallserial") {
        work.fail(Some(format!("there is no type {type_name}: it is a word for new columns only")));
    }
    for name in std::iter::once(table.name.clone()).chain(work.below()) {
        let by = depends(work, &name, column);
        work.fail(by.map(|by| format!("the type of {name}.{column} cannot be changed: {by} needs it")));
    }
}

fn refuse_collation(work: &mut Work<'_>, column: &str, type_name: &str, collation: Option<&str>) {
    const PLAIN: &[&str] =
        &["integer", "bigint", "smallint", "numeric", "boolean", "date", "uuid", "bytea", "jsonb"];
    let base = types::below_domains(&work.schema, type_name).base;
    if collation.is_some() && PLAIN.contains(&base.as_str()) {
        work.fail(Some(format!("{column} cannot have a collation: {type_name} has none")));
    }
}

/// What stands in the way of another type: all that the server does not make again by itself.
fn depends(work: &Work<'_>, table: &Name, column: &str) -> Option<String> {
    let direct = work.schema.views_needing(table).find(|v| v.needs.iter().any(|d| d.needs(table, column)));
    if let Some(view) = direct {
        return Some(format!(
            "{} {}",
            if view.materialized { "materialized view" } else { "view" },
            view.name
        ));
    }
    let mut functions = work.schema.functions.with(Key::needs(table));
    if let Some(function) = functions.find(|f| f.needs.iter().any(|d| d.needs(table, column))) {
        return Some(format!("function {}", function.name));
    }
    let listed = |p: &&Publication| p.named(table).is_some_and(|t| t.holds(column));
    if let Some(publication) = work.schema.publications.iter().find(listed) {
        // By its columns or its condition on rows, alike (measured on 15 and 18).
        return Some(format!("publication {}", publication.name));
    }
    let t = work.schema.table(table)?;
    let has = |columns: &[String]| columns.iter().any(|c| c == column);
    if has(&t.partition_columns) {
        return Some(format!("the partition key of {table}"));
    }
    if let Some(trigger) = t.triggers.iter().find(|g| has(&g.columns)) {
        return Some(format!("trigger {}", trigger.name));
    }
    if let Some(policy) = t.policies.iter().find(|p| has(&p.columns)) {
        return Some(format!("policy {}", policy.name));
    }
    if let Some(rule) = t.rules.iter().find(|r| has(&r.columns)) {
        return Some(format!("rule {}", rule.name));
    }
    let made_of_it = |c: &&Column| {
        c.name != column
            && c.generated
                .as_ref()
                .is_some_and(|g| expression::columns_of(&g.expression).iter().any(|used| used == column))
    };
    t.columns.iter().find(made_of_it).map(|c| format!("generated column {}", c.name))
}

/// No column can change in a table whose row type is a column's type elsewhere, written anew or not.
fn refuse_row_type(work: &mut Work<'_>) {
    if !work.schema.tables.may_have(Key::type_called(&work.table.name)) {
        return;
    }
    let own = crate::quoting::quote_name(&work.table);
    let holds = |c: &Column| types::TypeName::of(&c.type_name).base == own;
    let found = work.schema.tables.iter().find_map(|t| Some((t, t.columns.iter().find(|c| holds(c))?)));
    let reason = found.map(|(t, c)| format!("{}.{} holds rows of {}", t.name, c.name, work.table));
    work.fail(reason);
}

fn conversion(work: &Work<'_>, column: &Column, to: &str, using: Option<&str>) -> Conversion {
    let Some(using) = using else {
        return types::convert(&work.schema, &column.type_name, to, Context::Assignment);
    };
    let Some(node) = parse::parse_expression(using) else { return Conversion::Rewrites };
    match casts_of(work, &node, &column.name) {
        Some(casts) => {
            types::convert_through(&work.schema, &column.type_name, &casts, to, Context::Assignment)
        }
        None => Conversion::Rewrites,
    }
}

/// The types the column is cast to on its way, if the expression is nothing but the column, casts and collations.
fn casts_of(work: &Work<'_>, node: &squawk_syntax::SyntaxNode, column: &str) -> Option<Vec<String>> {
    match node.kind() {
        SyntaxKind::NAME_REF => (parse::name_of(node) == column).then(Vec::new),
        SyntaxKind::FIELD_EXPR => {
            let path = parse::path(node);
            let of_table = path.len() == 2 && path.first() == Some(&work.table.name);
            (of_table && path.last().is_some_and(|c| c == column)).then(Vec::new)
        }
        SyntaxKind::PAREN_EXPR | SyntaxKind::COLLATE => casts_of(work, &node.first_child()?, column),
        SyntaxKind::CAST_EXPR => {
            let mut casts = casts_of(work, &node.first_child()?, column)?;
            let target = parse::text_of(&node.children().last()?);
            casts.push(types::canonical(&work.schema, &target).unwrap_or(target));
            Some(casts)
        }
        _ => None,
    }
}

/// A default is cast, too; where it cannot be, `USING` does not help.
fn default_cast(work: &mut Work<'_>, column: &Column, to: &str) {
    let Some(default) = &column.default else { return };
    let Some(from) = expression::type_of(default) else { return };
    let from = types::canonical(&work.schema, &from).unwrap_or(from);
    if types::convert(&work.schema, &from, to, Context::Assignment) == Conversion::Refused {
        work.fail(Some(format!("the default of {} ({default}) cannot be cast to {to}", column.name)));
    }
}

/// What hangs on the column is made again.
pub(super) fn carried_out(work: &mut Work<'_>, column: &str, to: &str, collation: Option<&str>) {
    let reached: Vec<Name> = std::iter::once(work.table.clone()).chain(work.below()).collect();
    for name in &reached {
        let Some(table) = work.schema.table(name).cloned() else { continue };
        let Some(found) = table.column(column).cloned() else { continue };
        let new = NewType { column, from: &found, to, collation };
        for index in table.indexes.iter().filter(|i| i.reads.iter().any(|c| c == column)) {
            index_remade(work, &table, index, &new);
        }
        for constraint in table.constraints.iter().filter(|c| c.columns.iter().any(|c| c == column)) {
            constraint_remade(work, &table, constraint, &new);
        }
        referencing_remade(work, &table, &new);
        if found.identity.is_some() {
            for sequence in super::column::owned_sequences(&work.schema, name, Some(column)) {
                work.lock_sequence(&sequence, &facts::ALTER_TYPE_SEQUENCE);
            }
        }
    }
}

/// The change of one column.
struct NewType<'a> {
    column: &'a str,
    from: &'a Column,
    to: &'a str,
    collation: Option<&'a str>,
}

fn index_remade(work: &mut Work<'_>, table: &Table, index: &Index, new: &NewType<'_>) {
    let name = table.name.sibling(&index.definition.name);
    work.lock_index(&name, &facts::ALTER_TYPE_INDEX);
    if !is_kept(work, index, new) {
        work.build(&table.name, &index.definition.name);
    }
}

/// Whether the index would be the same to the byte. One that a partitioned table's index made is made again by that.
fn is_kept(work: &Work<'_>, index: &Index, new: &NewType<'_>) -> bool {
    let definition = &index.definition;
    let plain = definition.columns().is_some() && definition.predicate.is_none();
    let key = definition.keys.iter().find(|k| matches!(&k.target, IndexTarget::Column(c) if c == new.column));
    let class = |type_name: &str| types::default_class(&work.schema, &definition.method, type_name);
    let same_class = key.is_none_or(|k| {
        // A class that is named holds for both; one for arrays or ranges of any kind still sees another type.
        let many = |t: &str| types::is_one_of_many(&work.schema, t);
        let named = k.operator_class.is_some() && !many(new.to) && !many(&new.from.type_name);
        named || class(&new.from.type_name) == class(new.to)
    });
    let same_collation = key.is_none_or(|k| {
        k.collation.is_some()
            || collation_of(work, &new.from.type_name, new.from.collation.as_deref())
                == collation_of(work, new.to, new.collation)
    });
    plain && index.valid && index.part_of.is_none() && same_class && same_collation
}

/// A collation by the last part of its name; the type's own if none is said.
fn collation_of(work: &Work<'_>, type_name: &str, collation: Option<&str>) -> Option<String> {
    let bare = |c: &str| c.rsplit('.').next().unwrap_or(c).trim_matches('"').to_owned();
    let of_domain = types::domains(&work.schema, type_name).into_iter().find_map(|d| match &d.kind {
        TypeKind::Domain { collation, .. } => collation.as_deref().map(bare),
        _ => None,
    });
    let said = collation.map(bare).or(of_domain).filter(|c| c != "default");
    said.or_else(|| {
        let base = types::below_domains(&work.schema, type_name).base;
        (base == "name").then(|| "C".to_owned())
    })
}

fn constraint_remade(work: &mut Work<'_>, table: &Table, constraint: &Constraint, new: &NewType<'_>) {
    match constraint.kind {
        ConstraintKind::Check if constraint.validated && !constraint.not_enforced => work.read(&table.name),
        ConstraintKind::ForeignKey => {
            let Some(foreign) = constraint.foreign.clone() else { return };
            let through = format!("foreign key {}", constraint.name);
            if constraint.not_enforced {
                // It has no triggers on the other table, so it is locked as by adding it.
                work.lock_with_partitions(&foreign.table, &facts::ADD_FOREIGN_KEY_REFERENCED, &through);
            } else {
                let (rows, parent) = (&facts::ALTER_TYPE_FOREIGN_KEY, &facts::ALTER_TYPE_FOREIGN_KEY_PARENT);
                work.lock_referenced(&foreign.table, rows, parent, &through);
            }
            let position = constraint.columns.iter().position(|c| c == new.column);
            let target = position.and_then(|at| foreign.columns.get(at));
            let target = target.and_then(|c| {
                work.schema.table(&foreign.table).and_then(|t| t.column(c)).map(|c| c.type_name.clone())
            });
            let to_type = if foreign.table == table.name && foreign.columns.iter().any(|c| c == new.column) {
                Some(new.to.to_owned())
            } else {
                target
            };
            if let Some(to_type) = to_type {
                refuse_comparison(work, constraint, new.to, &to_type);
            }
            compared_again(work, &table.name, constraint, &foreign.table, new, &table.name);
        }
        _ => {}
    }
}

/// Other tables' foreign keys that reference the column.
fn referencing_remade(work: &mut Work<'_>, table: &Table, new: &NewType<'_>) {
    let found: Vec<(Table, Constraint)> = work
        .schema
        .referencing(&table.name)
        .into_iter()
        .filter(|(_, c)| c.foreign.as_ref().is_some_and(|f| f.columns.iter().any(|c| c == new.column)))
        .map(|(from, c)| (from.clone(), c.clone()))
        .collect();
    for (from, constraint) in found {
        let through = format!("foreign key {}", constraint.name);
        work.lock_with_partitions(&from.name, &facts::ALTER_TYPE_FOREIGN_KEY, &through);
        if from.name == table.name && constraint.columns.iter().any(|c| c == new.column) {
            continue;
        }
        let foreign = constraint.foreign.as_ref();
        let position = foreign.and_then(|f| f.columns.iter().position(|c| c == new.column));
        let own = position.and_then(|at| constraint.columns.get(at)).and_then(|c| from.column(c));
        if let Some(own) = own {
            refuse_comparison(work, &constraint, &own.type_name, new.to);
        }
        compared_again(work, &from.name, &constraint, &table.name, new, &table.name);
    }
}

fn refuse_comparison(work: &mut Work<'_>, constraint: &Constraint, from: &str, to: &str) {
    let wrong = !types::can_reference(&work.schema, from, to);
    work.fail(wrong.then(|| format!("foreign key {} cannot compare {from} with {to}", constraint.name)));
}

/// The rows are compared unless they would be compared as before.
fn compared_again(
    work: &mut Work<'_>,
    from: &Name,
    constraint: &Constraint,
    to: &Name,
    new: &NewType<'_>,
    changed: &Name,
) {
    let operator = |type_name: &str| types::foreign_key_operator(&work.schema, type_name);
    let same = operator(&new.from.type_name) == operator(new.to);
    let rewritten = work.is_retyped(changed) || work.is_retyped(from);
    if constraint.validated
        && !constraint.not_enforced
        && (rewritten || !same)
        && !is_part(work, from, constraint)
    {
        work.compare(from, to, false);
    }
}

/// Whether a partition's foreign key is its parent's, for which all partitions are compared.
fn is_part(work: &Work<'_>, from: &Name, constraint: &Constraint) -> bool {
    let partition = work.schema.table(from).is_some_and(|t| t.partition_of.is_some());
    partition && constraint.inherited
}

//! Constraints of tables and columns, in `ALTER TABLE` and `CREATE TABLE`.

use altimeter_catalog::{
    Catalog, ConstraintDefinition, ConstraintKind, ForeignKey, IndexDefinition, IndexKey, IndexTarget, Name,
    NameParts, joined,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::index::lower_options;
use super::{keyword, relation};
use crate::expression;
use crate::parse::{child, has, name_of, path, text_of};
use crate::quoting::quote;

/// Where a constraint is defined.
pub(crate) struct Place<'a> {
    /// The schema so far.
    pub(crate) catalog: &'a Catalog,
    /// The table.
    pub(crate) table: &'a Name,
    /// The column it is written behind; none for a table's own.
    pub(crate) column: Option<&'a str>,
    /// Columns the statement itself makes.
    pub(crate) new_columns: &'a [String],
    /// Names the statement has given or chosen already, which no other gets.
    pub(crate) taken: &'a mut Vec<String>,
}

/// Lowers a constraint. Its name is the one the server will choose, where it has none.
pub(crate) fn lower(place: &mut Place<'_>, node: &SyntaxNode) -> Result<ConstraintDefinition, String> {
    let mut made = blank(node)?;
    options(node, &mut made)?;
    match node.kind() {
        SyntaxKind::CHECK_CONSTRAINT => check(node, &mut made)?,
        SyntaxKind::UNIQUE_CONSTRAINT | SyntaxKind::PRIMARY_KEY_CONSTRAINT => unique(place, node, &mut made)?,
        SyntaxKind::EXCLUDE_CONSTRAINT => exclude(place, node, &mut made)?,
        SyntaxKind::FOREIGN_KEY_CONSTRAINT | SyntaxKind::REFERENCES_CONSTRAINT => {
            foreign_key(place, node, &mut made)?;
        }
        SyntaxKind::NOT_NULL_CONSTRAINT => {
            let named = child(node, SyntaxKind::COLUMN_NAME_REF).map(|n| name_of(&n));
            made.columns.extend(named.or_else(|| place.column.map(str::to_owned)));
            made.sql = format!("NOT NULL {}", made.columns.iter().map(|c| quote(c)).collect::<String>());
        }
        kind => return Err(format!("{} is not analysed yet", keyword(kind))),
    }
    made.sql.push_str(if made.deferrable { " DEFERRABLE" } else { "" });
    made.sql.push_str(if made.deferred { " INITIALLY DEFERRED" } else { "" });
    if made.name.is_none() {
        made.name = default_name(place, &made);
    }
    place.taken.extend(made.name.clone());
    Ok(made)
}

fn blank(node: &SyntaxNode) -> Result<ConstraintDefinition, String> {
    let kind = match node.kind() {
        SyntaxKind::CHECK_CONSTRAINT => ConstraintKind::Check,
        SyntaxKind::UNIQUE_CONSTRAINT => ConstraintKind::Unique,
        SyntaxKind::PRIMARY_KEY_CONSTRAINT => ConstraintKind::PrimaryKey,
        SyntaxKind::EXCLUDE_CONSTRAINT => ConstraintKind::Exclusion,
        SyntaxKind::FOREIGN_KEY_CONSTRAINT | SyntaxKind::REFERENCES_CONSTRAINT => ConstraintKind::ForeignKey,
        SyntaxKind::NOT_NULL_CONSTRAINT => ConstraintKind::NotNull,
        kind => return Err(format!("{} is not analysed yet", keyword(kind))),
    };
    let name = child(node, SyntaxKind::CONSTRAINT_NAME_CLAUSE)
        .and_then(|n| child(&n, SyntaxKind::CONSTRAINT_NAME))
        .map(|n| name_of(&n));
    Ok(ConstraintDefinition { name, ..ConstraintDefinition::new(kind, "") })
}

/// Whether a clause is one of the options that any constraint may end with.
fn is_option(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::NOT_VALID
            | SyntaxKind::NO_INHERIT
            | SyntaxKind::INHERIT
            | SyntaxKind::NOT_ENFORCED
            | SyntaxKind::ENFORCED
            | SyntaxKind::DEFERRABLE_CONSTRAINT_OPTION
            | SyntaxKind::NOT_DEFERRABLE_CONSTRAINT_OPTION
            | SyntaxKind::INITIALLY_DEFERRED_CONSTRAINT_OPTION
            | SyntaxKind::INITIALLY_IMMEDIATE_CONSTRAINT_OPTION
    )
}

fn options(node: &SyntaxNode, made: &mut ConstraintDefinition) -> Result<(), String> {
    made.not_valid = has(node, SyntaxKind::NOT_VALID);
    made.no_inherit = has(node, SyntaxKind::NO_INHERIT);
    made.not_enforced = has(node, SyntaxKind::NOT_ENFORCED);
    made.deferred = has(node, SyntaxKind::INITIALLY_DEFERRED_CONSTRAINT_OPTION);
    made.deferrable = made.deferred || has(node, SyntaxKind::DEFERRABLE_CONSTRAINT_OPTION);
    Ok(())
}

/// The clauses that say what the constraint demands: name and options left out.
fn clauses(node: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> {
    node.children().filter(|n| n.kind() != SyntaxKind::CONSTRAINT_NAME_CLAUSE && !is_option(n.kind()))
}

fn check(node: &SyntaxNode, made: &mut ConstraintDefinition) -> Result<(), String> {
    let mut clauses = clauses(node);
    let expression = clauses.next().map(|e| text_of(&e)).ok_or("an expression is missing")?;
    if let Some(more) = clauses.next() {
        return Err(format!("CHECK … {} is not analysed yet", keyword(more.kind())));
    }
    made.columns = expression::columns_of(&expression);
    made.sql = format!("CHECK ({expression})");
    made.expression = Some(expression);
    Ok(())
}

fn column_list(node: &SyntaxNode) -> Vec<String> {
    let named = node.children().filter(|n| n.kind() == SyntaxKind::COLUMN_NAME_REF);
    let period = node.children().filter(|n| n.kind() == SyntaxKind::PERIOD_COLUMN);
    let period = period.filter_map(|n| child(&n, SyntaxKind::COLUMN_NAME_REF));
    named.chain(period).map(|n| name_of(&n)).collect()
}

fn printed(columns: &[String]) -> String {
    columns.iter().map(|c| quote(c)).collect::<Vec<_>>().join(", ")
}

/// Columns of a foreign key, the last one a period or not.
fn printed_keys(columns: &[String], period: bool) -> String {
    match columns.split_last() {
        Some((last, [])) if period => format!("PERIOD {}", quote(last)),
        Some((last, others)) if period => format!("{}, PERIOD {}", printed(others), quote(last)),
        _ => printed(columns),
    }
}

fn unique(place: &Place<'_>, node: &SyntaxNode, made: &mut ConstraintDefinition) -> Result<(), String> {
    let word = if made.kind == ConstraintKind::PrimaryKey { "PRIMARY KEY" } else { "UNIQUE" };
    let mut index = plain_index(place.table);
    for clause in clauses(node) {
        match clause.kind() {
            SyntaxKind::USING_INDEX_NAME => {
                return take_over(place, &clause, made, word);
            }
            SyntaxKind::INDEX_PARAMETERS => index_parameters(&clause, made, &mut index)?,
            kind => return Err(format!("{word} … {} is not analysed yet", keyword(kind))),
        }
    }
    if made.columns.is_empty() {
        made.columns.extend(place.column.map(str::to_owned));
    }
    if index.method != "gist" {
        index.keys = made.columns.iter().map(IndexKey::column).collect();
    }
    made.sql = demand(word, &made.columns, &index);
    made.index = Some(Box::new(index));
    Ok(())
}

/// What a UNIQUE or PRIMARY KEY demands, as the server prints it.
fn demand(word: &str, columns: &[String], index: &IndexDefinition) -> String {
    let nulls = if index.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    let mut sql = format!("{word}{nulls} ({})", printed(columns));
    if !index.include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", printed(&index.include)));
    }
    sql
}

fn plain_index(table: &Name) -> IndexDefinition {
    IndexDefinition {
        name: String::new(),
        table: table.clone(),
        method: "btree".to_owned(),
        unique: true,
        nulls_not_distinct: false,
        keys: Vec::new(),
        include: Vec::new(),
        predicate: None,
        options: Default::default(),
        tablespace: None,
    }
}

/// `USING INDEX`: the columns are the index's.
fn take_over(
    place: &Place<'_>,
    clause: &SyntaxNode,
    made: &mut ConstraintDefinition,
    word: &str,
) -> Result<(), String> {
    let index = child(clause, SyntaxKind::INDEX_REF).ok_or("an index is missing")?;
    let name = path(&index).pop().ok_or("an index is missing")?;
    let found = place.catalog.index(&place.table.sibling(&name)).map(|(_, i)| i);
    let definition = found.map(|i| i.definition.clone()).unwrap_or_default();
    made.columns = definition.columns().unwrap_or_default();
    made.sql = demand(word, &made.columns, &definition);
    // Without a name of its own the constraint gets the index's.
    made.name.get_or_insert_with(|| name.clone());
    made.using_index = Some(name);
    Ok(())
}

fn index_parameters(
    node: &SyntaxNode,
    made: &mut ConstraintDefinition,
    index: &mut IndexDefinition,
) -> Result<(), String> {
    for part in node.children() {
        match part.kind() {
            SyntaxKind::NULLS_NOT_DISTINCT => index.nulls_not_distinct = true,
            SyntaxKind::NULLS_DISTINCT => {}
            SyntaxKind::CONSTRAINT_COLUMN_REF_LIST => {
                made.columns = column_list(&part);
                if has(&part, SyntaxKind::WITHOUT_OVERLAPS) {
                    index.method = "gist".to_owned();
                    index.keys = made.columns.iter().map(IndexKey::column).collect();
                }
            }
            _ => index_clause(&part, index)?,
        }
    }
    Ok(())
}

/// What UNIQUE and EXCLUDE have in common behind their keys.
fn index_clause(part: &SyntaxNode, index: &mut IndexDefinition) -> Result<(), String> {
    match part.kind() {
        SyntaxKind::CONSTRAINT_INCLUDE_CLAUSE => {
            index.include =
                child(part, SyntaxKind::COLUMN_REF_LIST).map(|n| column_list(&n)).unwrap_or_default();
        }
        SyntaxKind::WITH_PARAMS => {
            index.options = part.parent().map(|p| lower_options(&p)).unwrap_or_default();
        }
        SyntaxKind::CONSTRAINT_INDEX_TABLESPACE => {
            index.tablespace = child(part, SyntaxKind::TABLESPACE_REF).map(|n| name_of(&n));
        }
        kind => return Err(format!("{} is not analysed yet", keyword(kind))),
    }
    Ok(())
}

fn exclude(place: &Place<'_>, node: &SyntaxNode, made: &mut ConstraintDefinition) -> Result<(), String> {
    let mut index = IndexDefinition { unique: false, ..plain_index(place.table) };
    for clause in clauses(node) {
        match clause.kind() {
            SyntaxKind::CONSTRAINT_INDEX_METHOD => {
                let method = child(&clause, SyntaxKind::ACCESS_METHOD_REF).map(|n| name_of(&n));
                index.method = method.unwrap_or(index.method);
            }
            SyntaxKind::CONSTRAINT_EXCLUSION_LIST => {
                for item in clause.children() {
                    let key = item.first_child().ok_or("an expression is missing")?;
                    index.keys.push(exclusion_key(&key));
                }
            }
            SyntaxKind::WHERE_CONDITION_CLAUSE => {
                index.predicate = clause.first_child().map(|e| text_of(&e));
            }
            _ => index_clause(&clause, &mut index)?,
        }
    }
    made.columns = index.columns().unwrap_or_default();
    if made.columns.is_empty() {
        let texts = index.keys.iter().map(|k| match &k.target {
            IndexTarget::Column(column) => vec![column.clone()],
            IndexTarget::Expression(expression) => expression::columns_of(expression),
        });
        made.columns = texts.flatten().collect();
    }
    made.sql = text_of(node);
    made.index = Some(Box::new(index));
    Ok(())
}

fn exclusion_key(key: &SyntaxNode) -> IndexKey {
    let text = text_of(key);
    let target = match key.kind() {
        SyntaxKind::NAME_REF => IndexTarget::Column(name_of(key)),
        SyntaxKind::PAREN_EXPR => {
            let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
            IndexTarget::Expression(inner.unwrap_or(&text).trim().to_owned())
        }
        _ => IndexTarget::Expression(text),
    };
    IndexKey { target, ..IndexKey::column("") }
}

fn foreign_key(place: &Place<'_>, node: &SyntaxNode, made: &mut ConstraintDefinition) -> Result<(), String> {
    let mut lists = node.children().filter(|n| n.kind() == SyntaxKind::FOREIGN_KEY_COLUMN_LIST);
    let table = child(node, SyntaxKind::TABLE_NAME_REF).and_then(|n| relation(place.catalog, &n));
    let table = table.ok_or("the referenced table is missing")?;
    let referenced = if node.kind() == SyntaxKind::FOREIGN_KEY_CONSTRAINT {
        made.columns = lists.next().map(|n| column_list(&n)).unwrap_or_default();
        lists.next().map(|n| column_list(&n))
    } else {
        made.columns.extend(place.column.map(str::to_owned));
        child(node, SyntaxKind::COLUMN_NAME_REF).map(|n| vec![name_of(&n)])
    };
    for clause in clauses(node) {
        match clause.kind() {
            SyntaxKind::FOREIGN_KEY_COLUMN_LIST
            | SyntaxKind::TABLE_NAME_REF
            | SyntaxKind::COLUMN_NAME_REF
            | SyntaxKind::MATCH_FULL
            | SyntaxKind::MATCH_SIMPLE
            | SyntaxKind::ON_DELETE_ACTION
            | SyntaxKind::ON_UPDATE_ACTION => {}
            kind => return Err(format!("a foreign key with {} is not analysed yet", keyword(kind))),
        }
    }
    // A range column stands behind the word (manual, CREATE TABLE, REFERENCES).
    let period = node.descendants().any(|n| n.kind() == SyntaxKind::PERIOD_COLUMN);
    // Without columns it is the primary key that is referenced.
    let primary = || {
        let index = place.catalog.table(&table)?.indexes.iter().find(|i| i.primary)?;
        index.definition.columns()
    };
    let columns = referenced.or_else(primary).unwrap_or_default();
    made.sql = format!(
        "FOREIGN KEY ({}) REFERENCES {}({}){}",
        printed_keys(&made.columns, period),
        crate::quoting::quote_name(&table),
        printed_keys(&columns, period),
        matching_and_actions(node)
    );
    made.foreign = Some(ForeignKey { table, columns });
    Ok(())
}

/// What follows the referenced columns, as the server prints it (`pg_get_constraintdef`): defaults are left out.
fn matching_and_actions(node: &SyntaxNode) -> String {
    let mut sql = if has(node, SyntaxKind::MATCH_FULL) { " MATCH FULL".to_owned() } else { String::new() };
    for (kind, event) in [(SyntaxKind::ON_UPDATE_ACTION, "UPDATE"), (SyntaxKind::ON_DELETE_ACTION, "DELETE")]
    {
        let Some(action) = child(node, kind).and_then(|n| n.first_child()) else { continue };
        let what = match action.kind() {
            SyntaxKind::CASCADE => "CASCADE",
            SyntaxKind::RESTRICT => "RESTRICT",
            SyntaxKind::SET_NULL_COLUMNS => "SET NULL",
            SyntaxKind::SET_DEFAULT_COLUMNS => "SET DEFAULT",
            _ => continue,
        };
        let columns = child(&action, SyntaxKind::COLUMN_REF_LIST).map(|n| text_of(&n)).unwrap_or_default();
        let space = if columns.is_empty() { "" } else { " " };
        sql.push_str(&format!(" ON {event} {what}{space}{columns}"));
    }
    sql
}

/// The name the server will choose.
fn default_name(place: &Place<'_>, made: &ConstraintDefinition) -> Option<String> {
    // A NOT NULL that is there already keeps its name.
    let same = |c: &&altimeter_catalog::Constraint| c.kind == made.kind && c.columns == made.columns;
    let there = place.catalog.table(place.table).and_then(|t| t.constraints.iter().find(same));
    if let Some(there) = there.filter(|_| made.kind == ConstraintKind::NotNull) {
        return Some(there.name.clone());
    }
    let (table, schema) = (&place.table.name, place.table.schema.as_str());
    let names: Vec<String> = match (&made.index, made.kind) {
        (_, ConstraintKind::PrimaryKey) => Vec::new(),
        (Some(index), _) => index.keys.iter().map(key_name).collect(),
        (None, ConstraintKind::Check) => {
            // Named after the column only where it reads exactly one.
            let of_table = place.catalog.table(place.table);
            let is_column = |c: &&String| {
                place.column == Some(c.as_str())
                    || place.new_columns.contains(c)
                    || of_table.is_some_and(|t| t.column(c).is_some())
            };
            let read: Vec<String> = made.columns.iter().filter(is_column).cloned().collect();
            if read.len() == 1 { read } else { Vec::new() }
        }
        _ => made.columns.clone(),
    };
    let columns = joined(names.iter().map(String::as_str));
    let parts = |label| NameParts { table, columns: &columns, label };
    let catalog = place.catalog;
    Some(match made.kind {
        ConstraintKind::PrimaryKey => {
            catalog.default_index_constraint_name(schema, parts("pkey"), place.taken)
        }
        ConstraintKind::Unique => catalog.default_index_constraint_name(schema, parts("key"), place.taken),
        ConstraintKind::Exclusion => {
            catalog.default_index_constraint_name(schema, parts("excl"), place.taken)
        }
        ConstraintKind::ForeignKey => catalog.default_constraint_name(schema, parts("fkey"), place.taken),
        ConstraintKind::NotNull => catalog.default_constraint_name(schema, parts("not_null"), place.taken),
        ConstraintKind::Check => catalog.default_constraint_name(schema, parts("check"), place.taken),
        ConstraintKind::Trigger => return None,
    })
}

/// What a key is called in a name: the column, the function, or `expr`.
fn key_name(key: &IndexKey) -> String {
    match &key.target {
        IndexTarget::Column(column) => column.clone(),
        IndexTarget::Expression(text) => crate::parse::parse_expression(text)
            .filter(|n| n.kind() == SyntaxKind::CALL_EXPR)
            .and_then(|n| n.first_child())
            .and_then(|n| path(&n).pop())
            .unwrap_or_else(|| "expr".to_owned()),
    }
}

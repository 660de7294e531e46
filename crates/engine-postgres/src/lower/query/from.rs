//! The items of a `FROM`.

use std::ops::Range;

use altimeter_catalog::Name;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::output;
use super::scope::{Origin, Output, Outputs, Scope, Source};
use super::walk::{Walk, dotted, is_query, is_system};
use crate::lower::relation;
use crate::parse::{child, find, has, name_of, path};

impl Walk<'_> {
    /// Adds the items of a `FROM`, `USING` or join to the scope, each able to see those before it (`LATERAL`, and
    /// conditions of joins).
    pub(super) fn add_sources(&mut self, node: &SyntaxNode, scope: &mut Scope<'_>) {
        for item in node.children() {
            self.add_source(&item, scope);
        }
    }

    fn add_source(&mut self, item: &SyntaxNode, scope: &mut Scope<'_>) {
        match item.kind() {
            SyntaxKind::RELATION_FROM_ITEM => {
                let source = self.named_source(item, scope, alias(item));
                scope.sources.push(source);
                let sample = child(item, SyntaxKind::TABLESAMPLE_CLAUSE);
                sample.into_iter().for_each(|n| self.expression(&n, scope));
            }
            SyntaxKind::PAREN_FROM_ITEM => self.bracketed(item, scope),
            SyntaxKind::JOIN_EXPR => {
                let from = self.mentions();
                for part in item.children() {
                    match part.kind() {
                        SyntaxKind::JOIN => self.join(&part, scope, from),
                        _ => self.add_source(&part, scope),
                    }
                }
            }
            // The condition of a MERGE: rows without a match matter on either side.
            SyntaxKind::ON_CLAUSE => self.expression(item, scope),
            SyntaxKind::FUNCTION_FROM_ITEM
            | SyntaxKind::ROWS_FROM_ITEM
            | SyntaxKind::EXPR_FROM_ITEM
            | SyntaxKind::XML_TABLE_FROM_ITEM
            | SyntaxKind::JSON_TABLE_FROM_ITEM => {
                let parts = item.children().filter(|n| n.kind() != SyntaxKind::FROM_ALIAS);
                parts.for_each(|n| self.expression(&n, scope));
                scope.sources.push(function_source(item));
            }
            _ => {}
        }
    }

    /// A subquery, or joins in brackets.
    fn bracketed(&mut self, item: &SyntaxNode, scope: &mut Scope<'_>) {
        let Some(inside) = item.children().find(|n| n.kind() != SyntaxKind::FROM_ALIAS) else { return };
        let query = match inside.kind() {
            kind if is_query(kind) => Some(inside.clone()),
            _ => inside.children().find(|n| is_query(n.kind())),
        };
        if let Some(query) = query {
            let before = self.read_names();
            let mut outputs = self.query(&query, scope);
            let alias = alias(item).unwrap_or_default();
            output::rename(&mut outputs, &alias_columns(item));
            let within = self.read_names().into_iter().filter(|n| !before.contains(n)).collect();
            scope.sources.push(Source { alias, within, ..from_outputs(outputs) });
            return;
        }
        let before = scope.sources.len();
        self.add_sources(&inside, scope);
        if let Some(alias) = alias(item) {
            // Outside, only the join's own alias can be used.
            let joined: Vec<Source> = scope.sources.drain(before..).collect();
            joined.iter().for_each(|s| self.note_all(s));
            let columns = joined.iter().flat_map(|s| s.columns.iter().map(|(c, _)| c.clone())).collect();
            let mut outputs = Outputs { columns, open: joined.iter().any(|s| s.open) };
            output::rename(&mut outputs, &alias_columns(item));
            let within = joined.into_iter().filter_map(|s| s.relation).collect();
            scope.sources.push(Source { alias, within, ..from_outputs(outputs) });
        }
    }

    /// The right side of a join with its condition; its left side's mentions begin at `from`.
    fn join(&mut self, join: &SyntaxNode, scope: &mut Scope<'_>, from: usize) {
        let (before, right) = (scope.sources.len(), self.mentions());
        // Of an outer join only the side whose rows may be missing is restricted by the condition.
        let conditions = [SyntaxKind::ON_CLAUSE, SyntaxKind::JOIN_USING_CLAUSE];
        for part in join.children().filter(|n| !conditions.contains(&n.kind())) {
            self.add_source(&part, scope);
        }
        let end = self.mentions();
        let restricted = match join.children().map(|n| n.kind()).next() {
            Some(SyntaxKind::JOIN_LEFT) => right..end,
            Some(SyntaxKind::JOIN_RIGHT) => from..right,
            Some(SyntaxKind::JOIN_FULL) => end..end,
            _ => from..end,
        };
        if let Some(on) = child(join, SyntaxKind::ON_CLAUSE) {
            self.expression(&on, scope);
            self.restrict(&on, scope, &restricted);
        }
        if let Some(using) = child(join, SyntaxKind::JOIN_USING_CLAUSE) {
            self.join_using(&using, scope, before, &restricted);
        }
        if has(join, SyntaxKind::NATURAL_KW) {
            self.natural(scope, before, &restricted);
        }
    }

    /// `USING (a)` reads the column of both sides; outside it is one column.
    fn join_using(
        &mut self,
        clause: &SyntaxNode,
        scope: &Scope<'_>,
        right: usize,
        restricted: &Range<usize>,
    ) {
        let columns = clause.descendants().filter(|n| n.kind() == SyntaxKind::COLUMN_NAME_REF);
        for column in columns.map(|n| name_of(&n)) {
            self.equal_columns(&column, scope, right, restricted);
        }
    }

    /// A column of one name that both sides of a join have is read on both, and leads from one to the other.
    fn equal_columns(&mut self, column: &str, scope: &Scope<'_>, right: usize, restricted: &Range<usize>) {
        let (left, right) = scope.sources.split_at(right.min(scope.sources.len()));
        for source in left.iter().chain(right) {
            if let (Some((_, own)), Some(relation)) = (source.column(column), &source.relation) {
                self.note_read(relation, true, std::slice::from_ref(own));
            }
        }
        let origin = |sources: &[Source]| {
            sources.iter().find_map(|s| s.column(column)).and_then(|(output, _)| output.origin.clone())
        };
        if let (Some(left), Some(right)) = (origin(left), origin(right)) {
            self.lead(&left, &right, restricted);
        }
    }

    /// A natural join reads the columns both sides have.
    fn natural(&mut self, scope: &Scope<'_>, right: usize, restricted: &Range<usize>) {
        let (left, others) = scope.sources.split_at(right.min(scope.sources.len()));
        let shared = |column: &&Output| others.iter().any(|s| s.column(&column.name).is_some());
        let columns: Vec<String> = left
            .iter()
            .flat_map(|s| s.columns.iter().map(|(c, _)| c))
            .filter(shared)
            .map(|c| c.name.clone())
            .collect();
        columns.iter().for_each(|column| self.equal_columns(column, scope, right, restricted));
    }

    /// A common table expression or relation by its name.
    pub(super) fn named_source(
        &mut self,
        node: &SyntaxNode,
        scope: &Scope<'_>,
        alias: Option<String>,
    ) -> Source {
        let Some(named) = find(node, SyntaxKind::RELATION_NAME_REF) else { return Source::default() };
        let parts = path(&named);
        if let [name] = parts.as_slice()
            && let Some(outputs) = scope.common_table(name)
        {
            let mut outputs = outputs.clone();
            output::rename(&mut outputs, &alias_columns(node));
            return Source { alias: alias.unwrap_or_else(|| name.clone()), ..from_outputs(outputs) };
        }
        let Some(name) = self.system_or(&parts, &named) else { return Source::default() };
        let only = has(node, SyntaxKind::ONLY_KW);
        self.note_read(&name, only, &[]);
        let mut source = self.relation_source(&name, alias);
        self.mention(&name, only, &mut source);
        for (new, (output, _)) in alias_columns(node).into_iter().zip(&mut source.columns) {
            output.name = new;
        }
        source
    }

    /// The relation a name means. The server's own ones, which a catalog does not have, come first.
    fn system_or(&self, parts: &[String], node: &SyntaxNode) -> Option<Name> {
        match parts {
            [name] if name.starts_with("pg_") && self.catalog.resolve(None, name).is_none() => {
                Some(Name::new("pg_catalog", name))
            }
            _ => relation(self.catalog, node),
        }
    }

    /// A relation under its alias, else its own name.
    pub(super) fn relation_source(&self, name: &Name, alias: Option<String>) -> Source {
        let column = |c: &altimeter_catalog::Column| Output {
            name: c.name.clone(),
            type_name: Some(c.type_name.clone()),
            collation: c.collation.clone(),
            origin: None,
        };
        let plain = |name: &String| Output { name: name.clone(), ..Output::default() };
        let (outputs, known): (Vec<Output>, bool) = match (self.catalog.table(name), self.catalog.view(name))
        {
            (Some(table), _) => (table.columns.iter().map(column).collect(), true),
            (None, Some(view)) => (view.columns.iter().map(plain).collect(), true),
            (None, None) => (Vec::new(), false),
        };
        let schema = alias.is_none().then(|| name.schema.clone());
        Source {
            alias: alias.unwrap_or_else(|| name.name.clone()),
            schema,
            relation: (!is_system(name)).then(|| name.clone()),
            columns: outputs.into_iter().map(|o| (o.clone(), o.name)).collect(),
            open: !known,
            ..Source::default()
        }
    }

    /// Notes that rows of a source's relation are read here.
    pub(super) fn mention(&mut self, relation: &Name, only: bool, source: &mut Source) {
        if source.relation.is_none() {
            return;
        }
        let number = self.mentions();
        self.add_mention(relation, only);
        source.mention = Some(number);
        for (output, own) in &mut source.columns {
            output.origin = Some(Origin::Relation(number, own.clone()));
        }
    }
}

fn from_outputs(outputs: Outputs) -> Source {
    let columns = outputs.columns.into_iter().map(|o| (o.clone(), o.name)).collect();
    Source { columns, open: outputs.open, ..Source::default() }
}

/// What a function in `FROM` gives: the columns its alias or definition list names, else one of the alias's name,
/// and maybe more.
fn function_source(item: &SyntaxNode) -> Source {
    let of_call =
        || find(item, SyntaxKind::CALL_EXPR).and_then(|n| n.first_child()).and_then(|n| dotted(&n)?.pop());
    let called = of_call();
    // Functions of the server that give one value a row (manual, "Set Returning Functions").
    let single = called.as_deref().is_some_and(|f| {
        matches!(
            f,
            "generate_series"
                | "generate_subscripts"
                | "unnest"
                | "regexp_split_to_table"
                | "string_to_table"
        )
    });
    let alias = alias(item).or(called).unwrap_or_default();
    let mut names = alias_columns(item);
    let defined = item.descendants().filter(|n| {
        matches!(
            n.kind(),
            SyntaxKind::COLUMN_DEF | SyntaxKind::XML_TABLE_COLUMN | SyntaxKind::JSON_TABLE_VALUE_COLUMN
        )
    });
    names.extend(defined.filter_map(|n| child(&n, SyntaxKind::COLUMN_NAME)).map(|n| name_of(&n)));
    let open = names.is_empty() && !single;
    if names.is_empty() {
        names.push(alias.clone());
    }
    let columns = names.into_iter().map(|name| Output { name, ..Output::default() }).collect();
    Source { alias, ..from_outputs(Outputs { columns, open }) }
}

fn alias(item: &SyntaxNode) -> Option<String> {
    let clause = child(item, SyntaxKind::FROM_ALIAS)?;
    child(&clause, SyntaxKind::TABLE_ALIAS).map(|n| name_of(&n))
}

fn alias_columns(item: &SyntaxNode) -> Vec<String> {
    child(item, SyntaxKind::FROM_ALIAS).map(|n| output::column_list(&n)).unwrap_or_default()
}

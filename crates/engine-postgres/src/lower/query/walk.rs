//! The walk over a query's tree.

use altimeter_catalog::{Catalog, EndsEarly, Mention, Name, Target};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::output;
use super::scope::{Origin, Output, Outputs, Scope, Source};
use super::{Level, Query, Read, RowsCommand, Write};
use crate::parse::{self, child, find, has, identifier, name_of};

/// Deeper than this no query is followed; nobody writes one.
const DEEPEST: usize = 200;

pub(super) struct Walk<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) found: Query,
    depth: usize,
}

impl<'c> Walk<'c> {
    pub(super) fn new(catalog: &'c Catalog) -> Self {
        Self { catalog, found: Query::default(), depth: 0 }
    }

    pub(super) fn finish(self, outputs: Outputs) -> Query {
        Query { outputs: outputs.columns, outputs_complete: !outputs.open, ..self.found }
    }

    /// Notes that a relation is read; `pg_catalog` and its like are nobody's business.
    pub(super) fn note_read(&mut self, relation: &Name, only: bool, columns: &[String]) {
        if is_system(relation) {
            return;
        }
        let exists = self.catalog.has_relation(relation);
        let read = match self.found.reads.iter_mut().find(|r| &r.relation == relation) {
            Some(read) => read,
            None => {
                let (relation, columns) = (relation.clone(), Vec::new());
                self.found.reads.push(Read { relation, only, columns, rows_locked: false, exists });
                let Some(read) = self.found.reads.last_mut() else { return };
                read
            }
        };
        read.only &= only;
        for column in columns {
            if !read.columns.contains(column) {
                read.columns.push(column.clone());
            }
        }
    }

    /// How many mentions there are so far.
    pub(super) fn mentions(&self) -> usize {
        self.found.mentions.len()
    }

    /// Adds a mention of a relation.
    pub(super) fn add_mention(&mut self, relation: &Name, only: bool) {
        self.found.mentions.push(Mention {
            relation: Target { name: relation.clone(), only },
            locks_rows: false,
            conditions: Vec::new(),
            led_by: Vec::new(),
            ends_early: EndsEarly::No,
        });
    }

    /// The relations read so far.
    pub(super) fn read_names(&self) -> Vec<Name> {
        self.found.relations()
    }

    /// Any statement about rows, or a bracket around one.
    pub(super) fn query(&mut self, node: &SyntaxNode, outer: &Scope<'_>) -> Outputs {
        if self.depth > DEEPEST {
            return Outputs { open: true, ..Outputs::default() };
        }
        self.depth += 1;
        let from = self.mentions();
        let outputs = self.query_at_depth(node, outer);
        self.depth -= 1;
        let (place, mentions) = (super::place(node), from..self.mentions());
        if !self.found.levels.iter().any(|l| l.place == place) {
            let level = Level { place, mentions, plain: false, outputs: outputs.clone() };
            self.found.levels.push(level);
        }
        outputs
    }

    fn query_at_depth(&mut self, node: &SyntaxNode, outer: &Scope<'_>) -> Outputs {
        let mut scope = outer.inner();
        if let Some(with) = child(node, SyntaxKind::WITH_CLAUSE) {
            self.common_tables(&with, &mut scope);
        }
        match node.kind() {
            SyntaxKind::SELECT | SyntaxKind::SELECT_INTO => self.select(node, scope),
            SyntaxKind::VALUES => self.values(node, &scope),
            SyntaxKind::TABLE => self.table(node, &scope),
            SyntaxKind::PAREN_SELECT | SyntaxKind::PAREN_EXPR | SyntaxKind::COMPOUND_SELECT => {
                self.compound(node, &scope)
            }
            SyntaxKind::INSERT => self.insert(node, scope),
            SyntaxKind::UPDATE => self.update(node, scope, RowsCommand::Update),
            SyntaxKind::DELETE => self.update(node, scope, RowsCommand::Delete),
            SyntaxKind::MERGE => self.merge(node, scope),
            _ => {
                self.expression(node, &scope);
                Outputs { open: true, ..Outputs::default() }
            }
        }
    }

    fn common_tables(&mut self, with: &SyntaxNode, scope: &mut Scope<'_>) {
        let recursive = has(with, SyntaxKind::RECURSIVE_KW);
        let tables: Vec<SyntaxNode> =
            with.children().filter(|n| n.kind() == SyntaxKind::WITH_TABLE).collect();
        let name = |t: &SyntaxNode| child(t, SyntaxKind::CTE_NAME).map(|n| name_of(&n)).unwrap_or_default();
        if recursive {
            // Each may refer to all: until one is read, its columns are those it names, else its first part's.
            for table in &tables {
                let mut outputs = Outputs { open: true, ..Outputs::default() };
                output::rename(&mut outputs, &output::column_list(table));
                scope.tables.push((name(table), outputs));
            }
        }
        for table in &tables {
            let Some(query) = table.children().find(|n| is_query(n.kind())) else { continue };
            let renamed = output::column_list(table);
            if recursive && let Some(first) = query.children().find(|n| is_query(n.kind())) {
                // The part that does not recur says what the columns are.
                let mut outputs = Walk::new(self.catalog).query(&first, scope);
                output::rename(&mut outputs, &renamed);
                scope.tables.push((name(table), outputs));
            }
            let mut outputs = self.query(&query, scope);
            output::rename(&mut outputs, &renamed);
            for clause in table
                .children()
                .filter(|n| matches!(n.kind(), SyntaxKind::SEARCH_CLAUSE | SyntaxKind::CYCLE_CLAUSE))
            {
                outputs.open |= !clause.text().is_empty();
            }
            scope.tables.push((name(table), outputs));
        }
    }

    fn select(&mut self, node: &SyntaxNode, mut scope: Scope<'_>) -> Outputs {
        let first = self.mentions();
        if let Some(from) = child(node, SyntaxKind::FROM_CLAUSE) {
            self.add_sources(&from, &mut scope);
        }
        let mentions = first..self.mentions();
        let targets = child(node, SyntaxKind::SELECT_CLAUSE).and_then(|n| child(&n, SyntaxKind::TARGET_LIST));
        let outputs = targets.map(|t| self.targets(&t, &scope)).unwrap_or_default();
        for part in node.children() {
            match part.kind() {
                SyntaxKind::WITH_CLAUSE | SyntaxKind::FROM_CLAUSE | SyntaxKind::INTO_CLAUSE => {}
                SyntaxKind::SELECT_CLAUSE => {
                    // DISTINCT ON has expressions beside the target list.
                    let rest = part.children().filter(|n| n.kind() != SyntaxKind::TARGET_LIST);
                    rest.for_each(|n| self.expression(&n, &scope));
                }
                SyntaxKind::ORDER_BY_CLAUSE => self.order_by(&part, &outputs, &scope),
                SyntaxKind::LOCKING_CLAUSE => self.locking(&part, &scope),
                SyntaxKind::WHERE_CLAUSE => {
                    self.expression(&part, &scope);
                    self.restrict(&part, &scope, &mentions);
                }
                _ => self.expression(&part, &scope),
            }
        }
        self.note_end(node, &scope, &mentions);
        let plain = is_plain(node);
        self.found.levels.push(Level {
            place: super::place(node),
            mentions,
            plain,
            outputs: outputs.clone(),
        });
        outputs
    }

    /// `ORDER BY name` means an output column before a column of a source.
    fn order_by(&mut self, clause: &SyntaxNode, outputs: &Outputs, scope: &Scope<'_>) {
        let sorts = clause.descendants().filter(|n| n.kind() == SyntaxKind::SORT_BY);
        for key in sorts.filter_map(|s| s.first_child()) {
            let is_output =
                key.kind() == SyntaxKind::NAME_REF && outputs.columns.iter().any(|o| o.name == name_of(&key));
            if !is_output {
                self.expression(&key, scope);
            }
        }
    }

    fn locking(&mut self, clause: &SyntaxNode, scope: &Scope<'_>) {
        let named: Vec<String> = child(clause, SyntaxKind::LOCKING_OF)
            .map(|of| of.children().map(|n| name_of(&n)).collect())
            .unwrap_or_default();
        for source in scope.sources.iter().filter(|s| named.is_empty() || named.contains(&s.alias)) {
            for relation in source.relation.iter().chain(&source.within) {
                let reads = self.found.reads.iter_mut();
                reads.filter(|r| &r.relation == relation).for_each(|r| r.rows_locked = true);
                let mentions = self.found.mentions.iter_mut();
                mentions.filter(|m| &m.relation.name == relation).for_each(|m| m.locks_rows = true);
            }
        }
    }

    fn values(&mut self, node: &SyntaxNode, scope: &Scope<'_>) -> Outputs {
        let first = find(node, SyntaxKind::ROW);
        let columns = first.iter().flat_map(|row| row.children()).enumerate().map(|(n, value)| Output {
            name: format!("column{}", n + 1),
            type_name: output::expression_type(self.catalog, &value, scope),
            collation: None,
            origin: Some(Origin::FewRows),
        });
        let columns = columns.collect();
        self.rest(node, &[], scope);
        Outputs { columns, open: false }
    }

    fn table(&mut self, node: &SyntaxNode, scope: &Scope<'_>) -> Outputs {
        let Some(name) = child(node, SyntaxKind::RELATION_NAME) else { return Outputs::default() };
        let source = self.named_source(&name, scope, None);
        self.note_all(&source);
        self.rest(node, &[SyntaxKind::RELATION_NAME], scope);
        source.outputs()
    }

    fn compound(&mut self, node: &SyntaxNode, scope: &Scope<'_>) -> Outputs {
        let mut outputs: Option<Outputs> = None;
        let mut others = Vec::new();
        for part in node.children() {
            if is_query(part.kind()) {
                let own = self.query(&part, scope);
                outputs = Some(match outputs {
                    None => own,
                    Some(first) => output::unite(first, &own),
                });
            } else if part.kind() != SyntaxKind::WITH_CLAUSE {
                others.push(part);
            }
        }
        let outputs = outputs.unwrap_or_default();
        for part in others {
            match part.kind() {
                SyntaxKind::ORDER_BY_CLAUSE => self.order_by(&part, &outputs, scope),
                _ => self.expression(&part, scope),
            }
        }
        outputs
    }

    fn insert(&mut self, node: &SyntaxNode, mut scope: Scope<'_>) -> Outputs {
        let Some(target) = child(node, SyntaxKind::RELATION_NAME_REF) else { return Outputs::default() };
        let alias = child(node, SyntaxKind::REQUIRED_AS_ALIAS).map(|n| alias_of(&n));
        let (name, only) = self.target(&target);
        let conflict = child(node, SyntaxKind::ON_CONFLICT_CLAUSE);
        let updates =
            conflict.as_ref().is_some_and(|c| find(c, SyntaxKind::CONFLICT_DO_UPDATE_SET).is_some());
        let command = if updates { RowsCommand::Upsert } else { RowsCommand::Insert };
        let first = self.mentions();
        for part in node.children().filter(|n| is_query(n.kind())) {
            self.query(&part, &scope);
        }
        let sources = first..self.mentions();
        self.found.writes.push(Write {
            command,
            target: name.clone(),
            only,
            node: node.clone(),
            mention: None,
            sources,
        });
        let source = self.relation_source(&name, alias);
        scope.sources.push(Source { alias: "excluded".to_owned(), schema: None, ..source.clone() });
        scope.sources.push(source);
        let skip = [SyntaxKind::WITH_CLAUSE, SyntaxKind::COLUMN_TARGET_LIST, SyntaxKind::RETURNING_CLAUSE];
        for part in node.children().filter(|n| !skip.contains(&n.kind()) && !is_query(n.kind())) {
            self.expression(&part, &scope);
        }
        self.returning(node, &scope)
    }

    fn update(&mut self, node: &SyntaxNode, mut scope: Scope<'_>, command: RowsCommand) -> Outputs {
        let Some(target) = child(node, SyntaxKind::RELATION_NAME) else { return Outputs::default() };
        let alias = child(node, SyntaxKind::OPTIONAL_AS_ALIAS).map(|n| alias_of(&n));
        let (name, only) = self.target(&target);
        let first = self.mentions();
        let mut source = self.relation_source(&name, alias);
        self.mention(&name, only, &mut source);
        let mention = source.mention;
        scope.sources.push(source);
        for from in node.children().filter(|n| is_from(n.kind())) {
            self.add_sources(&from, &mut scope);
        }
        let sources = first..self.mentions();
        let restricted = sources.clone();
        self.found.writes.push(Write { command, target: name, only, node: node.clone(), mention, sources });
        let skip = [SyntaxKind::WITH_CLAUSE, SyntaxKind::RELATION_NAME, SyntaxKind::RETURNING_CLAUSE];
        for part in node.children().filter(|n| !skip.contains(&n.kind()) && !is_from(n.kind())) {
            self.expression(&part, &scope);
        }
        if let Some(condition) = child(node, SyntaxKind::WHERE_CLAUSE) {
            self.restrict(&condition, &scope, &restricted);
        }
        self.returning(node, &scope)
    }

    fn merge(&mut self, node: &SyntaxNode, mut scope: Scope<'_>) -> Outputs {
        let Some(target) = child(node, SyntaxKind::TABLE_RELATION_NAME) else { return Outputs::default() };
        let alias = child(node, SyntaxKind::OPTIONAL_AS_ALIAS).map(|n| alias_of(&n));
        let (name, only) = self.target(&target);
        let mut source = self.relation_source(&name, alias);
        self.mention(&name, only, &mut source);
        let mention = source.mention;
        scope.sources.push(source);
        let first = self.mentions();
        if let Some(using) = child(node, SyntaxKind::USING_ON_CLAUSE) {
            self.add_sources(&using, &mut scope);
            // Rows of the source are all needed; the target's are looked up by them.
            let target = first.saturating_sub(1)..first;
            child(&using, SyntaxKind::ON_CLAUSE).iter().for_each(|on| self.restrict(on, &scope, &target));
        }
        let sources = first..self.mentions();
        self.found.writes.push(Write {
            command: RowsCommand::Merge,
            target: name,
            only,
            node: node.clone(),
            mention,
            sources,
        });
        let skip = [
            SyntaxKind::WITH_CLAUSE,
            SyntaxKind::TABLE_RELATION_NAME,
            SyntaxKind::USING_ON_CLAUSE,
            SyntaxKind::RETURNING_CLAUSE,
        ];
        self.rest(node, &skip, &scope);
        self.returning(node, &scope)
    }

    fn returning(&mut self, node: &SyntaxNode, scope: &Scope<'_>) -> Outputs {
        let targets =
            child(node, SyntaxKind::RETURNING_CLAUSE).and_then(|n| child(&n, SyntaxKind::TARGET_LIST));
        targets.map(|t| self.targets(&t, scope)).unwrap_or_default()
    }

    fn target(&mut self, node: &SyntaxNode) -> (Name, bool) {
        let name = super::super::relation(self.catalog, node).unwrap_or_default();
        (name, has(node, SyntaxKind::ONLY_KW))
    }

    /// The expressions of a target list, and the columns they give.
    fn targets(&mut self, list: &SyntaxNode, scope: &Scope<'_>) -> Outputs {
        let mut outputs = Outputs::default();
        for target in list.children().filter(|n| n.kind() == SyntaxKind::TARGET) {
            let expression = target.first_child().filter(|n| n.kind() != SyntaxKind::AS_NAME);
            if let Some(expression) = &expression {
                self.expression(expression, scope);
            }
            output::add_target(self.catalog, &target, scope, &mut outputs);
            if expression.is_none() {
                // `*` reads all columns of all sources of this scope.
                scope.sources.iter().for_each(|s| self.note_all(s));
            }
        }
        outputs
    }

    /// Notes that every column of a source is read.
    pub(super) fn note_all(&mut self, source: &Source) {
        let Some(relation) = &source.relation else { return };
        let columns: Vec<String> = source.columns.iter().map(|(_, own)| own.clone()).collect();
        self.note_columns(relation, &columns);
    }

    /// Notes columns of a relation that is read; the target of a write is not.
    fn note_columns(&mut self, relation: &Name, columns: &[String]) {
        if let Some(read) = self.found.reads.iter_mut().find(|r| &r.relation == relation) {
            let new: Vec<String> = columns.iter().filter(|c| !read.columns.contains(c)).cloned().collect();
            read.columns.extend(new);
        } else if self.depth == 0 {
            // A bare expression about a relation reads what it names.
            self.note_read(relation, false, columns);
        } else {
            self.found.of_targets.push((relation.clone(), columns.to_vec()));
        }
    }

    /// All children of a node but some kinds.
    fn rest(&mut self, node: &SyntaxNode, skip: &[SyntaxKind], scope: &Scope<'_>) {
        let parts =
            node.children().filter(|n| n.kind() != SyntaxKind::WITH_CLAUSE && !skip.contains(&n.kind()));
        parts.for_each(|n| self.expression(&n, scope));
    }

    /// An expression, or a clause that has some.
    pub(super) fn expression(&mut self, node: &SyntaxNode, scope: &Scope<'_>) {
        match node.kind() {
            kind if is_query(kind) => {
                self.query(node, scope);
            }
            SyntaxKind::NAME_REF => self.column(&[name_of(node)], scope),
            SyntaxKind::FIELD_EXPR => match dotted(node) {
                Some(path) if has(node, SyntaxKind::STAR) => {
                    if let Some(source) = scope.source(&path) {
                        self.note_all(&source.clone());
                    }
                }
                Some(path) => self.column(&path, scope),
                None => node.first_child().into_iter().for_each(|n| self.expression(&n, scope)),
            },
            SyntaxKind::CALL_EXPR => self.call(node, scope),
            // What it names is no column.
            SyntaxKind::COLUMN_TARGET | SyntaxKind::CONFLICT_ON_CONSTRAINT => {}
            _ => node.children().for_each(|n| self.expression(&n, scope)),
        }
    }

    fn call(&mut self, node: &SyntaxNode, scope: &Scope<'_>) {
        let mut parts = node.children();
        let callee =
            node.first_child().filter(|n| matches!(n.kind(), SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR));
        if let Some(callee) = callee {
            parts.next();
            match dotted(&callee) {
                Some(path) if !self.found.functions.contains(&path) => self.found.functions.push(path),
                Some(_) => {}
                None => self.expression(&callee, scope),
            }
        }
        parts.for_each(|n| self.expression(&n, scope));
    }

    /// A column, or a whole row, by its dotted name.
    fn column(&mut self, path: &[String], scope: &Scope<'_>) {
        let Some((last, qualifier)) = path.split_last() else { return };
        let mut found: Vec<(Name, String)> = Vec::new();
        if qualifier.is_empty() {
            for source in scope.with_column(last) {
                found.extend(own_column(source, last));
            }
            if found.is_empty()
                && let Some(source) = scope.source(path)
            {
                let columns = source.columns.iter().map(|(_, own)| own.clone());
                found.extend(source.relation.iter().flat_map(|r| columns.clone().map(|c| (r.clone(), c))));
            }
        } else if let Some(source) = scope.source(qualifier) {
            found.extend(own_column(source, last));
        } else if let [first, ..] = path {
            // `composite_column.field` without its brackets is no SQL, but `alias.column.field` is.
            if let (Some(source), Some(second)) = (scope.source(std::slice::from_ref(first)), path.get(1)) {
                found.extend(own_column(source, second));
            }
        }
        for (relation, column) in found {
            self.note_columns(&relation, &[column]);
        }
    }
}

fn own_column(source: &Source, column: &str) -> Option<(Name, String)> {
    let (_, own) = source.column(column)?;
    Some((source.relation.clone()?, own.clone()))
}

/// Whether a relation is the server's own.
pub(super) fn is_system(name: &Name) -> bool {
    name.schema == "pg_catalog"
        || name.schema == "information_schema"
        || (name.schema == "pg_toast" && name.name.starts_with("pg_"))
}

/// The parts of a dotted name; none if it is anything else, such as `(row).field`.
pub(super) fn dotted(node: &SyntaxNode) -> Option<Vec<String>> {
    match node.kind() {
        SyntaxKind::NAME_REF => Some(vec![name_of(node)]),
        SyntaxKind::FIELD_EXPR => {
            let mut parts = node.children();
            let mut path = dotted(&parts.next()?)?;
            path.extend(parts.next().map(|n| name_of(&n)));
            Some(path)
        }
        _ => None,
    }
}

/// Whether a query gives no row where its sources have none: no aggregate, no outer join.
fn is_plain(node: &SyntaxNode) -> bool {
    let joins = [SyntaxKind::JOIN_LEFT, SyntaxKind::JOIN_RIGHT, SyntaxKind::JOIN_FULL];
    let grouped = has(node, SyntaxKind::GROUP_BY_CLAUSE);
    let outer = child(node, SyntaxKind::FROM_CLAUSE)
        .is_some_and(|from| from.descendants().any(|n| joins.contains(&n.kind())));
    !outer && (grouped || !super::restrict::aggregates(node))
}

fn is_from(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::FROM_CLAUSE | SyntaxKind::USING_CLAUSE)
}

/// Statements about rows, and brackets that only such can be in.
pub(super) fn is_query(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::SELECT
            | SyntaxKind::SELECT_INTO
            | SyntaxKind::VALUES
            | SyntaxKind::TABLE
            | SyntaxKind::PAREN_SELECT
            | SyntaxKind::COMPOUND_SELECT
            | SyntaxKind::INSERT
            | SyntaxKind::UPDATE
            | SyntaxKind::DELETE
            | SyntaxKind::MERGE
    )
}

fn alias_of(node: &SyntaxNode) -> String {
    find(node, SyntaxKind::TABLE_ALIAS)
        .and_then(|n| parse::tokens(&n).next())
        .map(|t| identifier(t.text()))
        .unwrap_or_default()
}

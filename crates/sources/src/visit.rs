//! One file: its tree is walked once, and each name and string judged by what stands around it.

use std::collections::BTreeMap;
use std::path::Path;

use tree_sitter::{Node, Parser};

use crate::language::{self, Language};
use crate::{Certainty, Reference, Resolve, Wanted, naming, prisma, sql};

/// Deeper than this no tree is followed; nobody writes one.
const DEEPEST: usize = 400;

/// The references of one file, at most one a line.
pub(crate) fn file(name: &Path, text: &str, wanted: &[Wanted], resolve: &Resolve<'_>) -> Vec<Reference> {
    // Parsing costs more than looking for the words in any of their spellings.
    let plain = squeezed(text);
    let wanted = wanted.iter().filter(|w| plain.contains(&squeezed(w.column.as_deref().unwrap_or(&w.table))));
    let mut found = Lines { text, name, lines: BTreeMap::new() };
    for wanted in wanted {
        if language::is_sql(name) {
            in_sql(&mut found, wanted, resolve);
        } else if language::is_prisma(name) {
            for (line, certainty) in prisma::references(text, wanted) {
                found.note(line, certainty, "Prisma model");
            }
        } else if let Some(language) = language::of(name) {
            in_program(&mut found, language, wanted, resolve);
        }
    }
    found.finish()
}

/// The text in small letters without underscores.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// References by line; of several on one line the surest counts.
struct Lines<'a> {
    text: &'a str,
    name: &'a Path,
    lines: BTreeMap<u32, (Certainty, String)>,
}

impl Lines<'_> {
    fn note(&mut self, line: u32, certainty: Certainty, by: &str) {
        let known = self.lines.entry(line).or_insert_with(|| (certainty, by.to_owned()));
        if certainty < known.0 {
            *known = (certainty, by.to_owned());
        }
    }

    fn finish(self) -> Vec<Reference> {
        let lines: Vec<&str> = self.text.lines().collect();
        let excerpt = |line: u32| lines.get(line as usize - 1).map_or("", |l| l.trim()).to_owned();
        let reference = |(line, (certainty, by))| Reference {
            file: self.name.to_owned(),
            line,
            excerpt: excerpt(line),
            certainty,
            by,
        };
        self.lines.into_iter().map(reference).collect()
    }
}

/// A file of SQL, a statement each. Where a statement ends is not looked at closely: only the line is told.
fn in_sql(found: &mut Lines<'_>, wanted: &Wanted, resolve: &Resolve<'_>) {
    let mut line = 1;
    for statement in found.text.split_inclusive(';') {
        if let Some(certainty) = resolve(statement.trim_end_matches(';'), wanted) {
            let word = wanted.column.as_deref().unwrap_or(&wanted.table);
            let at = statement.lines().position(|l| has_word(l, word)).unwrap_or(0);
            found.note(line + at as u32, certainty, "SQL");
        }
        line += statement.matches('\n').count() as u32;
    }
}

fn in_program(found: &mut Lines<'_>, language: &'static Language, wanted: &Wanted, resolve: &Resolve<'_>) {
    let mut parser = Parser::new();
    if parser.set_language(&(language.grammar)()).is_err() {
        return;
    }
    let Some(tree) = parser.parse(found.text, None) else { return };
    let text = found.text;
    let mut visit = Visit { text, language, wanted, resolve, found, names_tables: Vec::new() };
    visit.names_tables = visit.models_elsewhere(tree.root_node());
    visit.node(tree.root_node(), &Around { certainty: Certainty::Word, by: "word".to_owned() }, 0);
}

/// What stands around a place.
#[derive(Clone)]
struct Around {
    certainty: Certainty,
    by: String,
}

struct Visit<'a, 'b> {
    text: &'a str,
    language: &'static Language,
    wanted: &'a Wanted,
    resolve: &'a Resolve<'a>,
    found: &'a mut Lines<'b>,
    /// Types that say elsewhere in the file which table is theirs, as methods of Go do.
    names_tables: Vec<String>,
}

impl Visit<'_, '_> {
    fn node(&mut self, node: Node<'_>, around: &Around, depth: usize) {
        let kind = node.kind();
        if depth > DEEPEST || kind.contains("comment") {
            return;
        }
        if self.language.strings.contains(&kind) {
            return self.string(node, around, depth);
        }
        if self.language.names.contains(&kind) {
            self.name(node, around);
        }
        let mut inner = around.clone();
        if self.language.scopes.contains(&kind)
            && let Some(by) = self.model(node)
        {
            inner = Around { certainty: Certainty::Model, by };
            if self.wanted.column.is_none() {
                self.found.note(line(node), Certainty::Model, &inner.by);
            }
        } else if self.language.calls.contains(&kind)
            && let Some(called) = self.called(node)
            && called.certainty < inner.certainty
        {
            inner = called;
        }
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        children.into_iter().for_each(|child| self.node(child, &inner, depth + 1));
    }

    fn string(&mut self, node: Node<'_>, around: &Around, depth: usize) {
        let content = self.content(node);
        if sql::is_statement(&content) {
            let text = sql::with_parameters(&content);
            if let Some(certainty) = (self.resolve)(&text, self.wanted) {
                let word = self.wanted.column.as_deref().unwrap_or(&self.wanted.table);
                let whole = self.slice(node);
                let at = whole.lines().position(|l| has_word(l, word)).unwrap_or(0);
                self.found.note(line(node) + at as u32, certainty, "SQL in a string");
            }
        } else {
            match &self.wanted.column {
                // Tags (`gorm:"column:user_name"`) and keys are strings too.
                Some(column) if content.len() < 200 && has_word(&content, column) => {
                    let certainty = if content == *column || around.certainty > Certainty::Exact {
                        around.certainty
                    } else {
                        Certainty::Model
                    };
                    self.found.note(line(node), certainty, &around.by);
                }
                None if content == self.wanted.table => {
                    self.found.note(line(node), around.certainty.max(Certainty::Model), &around.by);
                }
                _ => {}
            }
        }
        // Code inside a string is code.
        let mut cursor = node.walk();
        let parts: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let code = parts.into_iter().filter(|p| !self.language.texts.contains(&p.kind()));
        code.for_each(|part| self.node(part, around, depth + 1));
    }

    fn name(&mut self, node: Node<'_>, around: &Around) {
        let name = self.slice(node).trim_matches([':', ' ', '"', '@', '`']);
        let is_it = match &self.wanted.column {
            Some(column) => naming::is_column(name, column),
            None => name == self.wanted.table,
        };
        if is_it {
            self.found.note(line(node), around.certainty, &around.by);
        }
    }

    /// What makes a class or struct the model of the table, if it is: it names the table, or its own name is that of one
    /// by convention and it is a model at all.
    fn model(&self, node: Node<'_>) -> Option<String> {
        let attributes = self.attributes(node);
        let text = format!("{attributes}{}", self.slice(node));
        let framework =
            self.language.models.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name);
        let by = format!("{} model", framework.unwrap_or("a"));
        let name = node.child_by_field_name("name").map(|n| self.slice(n).to_owned()).unwrap_or_default();
        if self.names_tables.contains(&name) || self.names_the_table(node, &attributes) {
            return Some(by);
        }
        let names_another = NAMING_A_TABLE.iter().any(|mark| text.contains(mark));
        (framework.is_some() && !names_another && naming::is_model_of(&name, &self.wanted.table))
            .then_some(by)
    }

    /// The text of attributes that stand before a scope.
    fn attributes(&self, node: Node<'_>) -> String {
        let mut text = String::new();
        let mut before = node.prev_named_sibling();
        while let Some(sibling) = before.filter(|s| self.language.attributes.contains(&s.kind())) {
            text.insert_str(0, &format!("{}\n", self.slice(sibling)));
            before = sibling.prev_named_sibling();
        }
        text
    }

    /// Whether a string in the scope, or a name in its attributes, is the table's.
    fn names_the_table(&self, node: Node<'_>, attributes: &str) -> bool {
        let table = &self.wanted.table;
        let is_table =
            |text: &str| text == table || text.rsplit_once('.').is_some_and(|(_, name)| name == table);
        attributes.contains("table_name") && has_word(attributes, table)
            || attributes.contains(&format!("\"{table}\""))
            || attributes.contains(&format!("'{table}'"))
            || self.any(node, DEEPEST, &|n| {
                self.language.strings.contains(&n.kind()) && is_table(&self.content(n))
            })
    }

    /// A call whose own arguments name the table (`add_column :users, …`, `schema "users" do`, `users::name`), or that is
    /// made on a model of it (`User.where(…)`).
    fn called(&self, node: Node<'_>) -> Option<Around> {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let is_table = |n: Node<'_>| {
            let leaf = self.language.names.contains(&n.kind()) || self.language.strings.contains(&n.kind());
            let text = if self.language.strings.contains(&n.kind()) {
                self.content(n)
            } else {
                self.slice(n).trim_matches([':', ' ']).to_owned()
            };
            leaf && text == self.wanted.table
        };
        let arguments = children.iter().filter(|c| ARGUMENTS.iter().any(|kind| c.kind().contains(kind)));
        let named = arguments.clone().any(|list| {
            let mut cursor = list.walk();
            let mut own: Vec<Node<'_>> = list.children(&mut cursor).collect();
            // `name = "users"` and `u in "users"` are one deeper.
            let pairs: Vec<Node<'_>> =
                own.iter().copied().filter(|n| PAIRS.iter().any(|kind| n.kind().contains(kind))).collect();
            for pair in pairs {
                own.extend(pair.children(&mut pair.walk()));
            }
            own.into_iter().any(is_table)
        });
        let path = node.kind() == "scoped_identifier" && children.first().is_some_and(|c| is_table(*c));
        if named || path {
            return Some(Around {
                certainty: Certainty::Exact,
                by: "table and column named together".to_owned(),
            });
        }
        let callee: String =
            self.slice(node).chars().take_while(|c| !matches!(c, '(' | '{' | '\n')).collect();
        let model = callee
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .find(|word| word.len() > 2 && naming::is_model_of(word, &self.wanted.table));
        model.map(|m| Around { certainty: Certainty::Model, by: format!("query on {m}") })
    }

    /// Types for which a method of this file gives the table's name.
    fn models_elsewhere(&self, root: Node<'_>) -> Vec<String> {
        let mut models = Vec::new();
        let mut cursor = root.walk();
        for method in root.children(&mut cursor).filter(|n| n.kind() == "method_declaration") {
            let text = self.slice(method);
            if text.contains("TableName()") && text.contains(&format!("\"{}\"", self.wanted.table)) {
                let receiver =
                    method.child_by_field_name("receiver").map(|n| self.slice(n)).unwrap_or_default();
                let name =
                    receiver.trim_matches(['(', ')', ' ']).rsplit([' ', '*']).next().unwrap_or_default();
                models.push(name.to_owned());
            }
        }
        models
    }

    fn any(&self, node: Node<'_>, depth: usize, is_it: &dyn Fn(Node<'_>) -> bool) -> bool {
        if depth == 0 {
            return false;
        }
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        is_it(node) || children.into_iter().any(|c| self.any(c, depth - 1, is_it))
    }

    /// The text of a string; what is put into it when the program runs is `NULL`.
    fn content(&self, node: Node<'_>) -> String {
        let mut cursor = node.walk();
        let mut content = String::new();
        for part in node.children(&mut cursor) {
            if self.language.texts.contains(&part.kind()) {
                content.push_str(self.slice(part));
            } else if part.kind().contains("interpolation") || part.kind().contains("substitution") {
                content.push_str(" NULL ");
            }
        }
        content
    }

    fn slice(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}

/// Ways to name a model's table.
const NAMING_A_TABLE: &[&str] =
    &["__tablename__", "db_table", "table_name", "@Table(", "@Entity(\"", "@Entity('", "TableName()"];

/// Kinds of arguments that are a name and a value, or two values.
const PAIRS: &[&str] = &["pair", "argument", "binary"];

/// Kinds of nodes that hold arguments, as far as they have this in their names.
const ARGUMENTS: &[&str] = &["argument", "token_tree"];

fn line(node: Node<'_>) -> u32 {
    node.start_position().row as u32 + 1
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == word)
}

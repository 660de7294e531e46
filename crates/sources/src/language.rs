//! The languages, each with the kinds of its grammar's nodes that matter.

use std::path::Path;

/// What is looked at in sources of one language. Kinds are those of the grammar.
pub(crate) struct Language {
    /// Endings of files.
    pub(crate) endings: &'static [&'static str],
    /// The grammar.
    pub(crate) grammar: fn() -> tree_sitter::Language,
    /// Strings as a whole, and the parts that are their text.
    pub(crate) strings: &'static [&'static str],
    pub(crate) texts: &'static [&'static str],
    /// Names, symbols and keys.
    pub(crate) names: &'static [&'static str],
    /// Classes, structs and modules: what a model is.
    pub(crate) scopes: &'static [&'static str],
    /// Calls, annotations and macros: what takes a table's name and a column's.
    pub(crate) calls: &'static [&'static str],
    /// Attributes that stand beside a scope.
    pub(crate) attributes: &'static [&'static str],
    /// Words in a scope's text that make it a model which bears its table's name by convention, with the framework.
    pub(crate) models: &'static [(&'static str, &'static str)],
}

static ALL: &[Language] = &[
    Language {
        endings: &["rb", "rake"],
        grammar: || tree_sitter_ruby::LANGUAGE.into(),
        strings: &["string", "heredoc_body"],
        texts: &["string_content", "heredoc_content"],
        names: &["identifier", "simple_symbol", "hash_key_symbol"],
        scopes: &["class"],
        calls: &["call"],
        attributes: &[],
        models: &[("ApplicationRecord", "ActiveRecord"), ("ActiveRecord::Base", "ActiveRecord")],
    },
    Language {
        endings: &["py"],
        grammar: || tree_sitter_python::LANGUAGE.into(),
        strings: &["string"],
        texts: &["string_content"],
        names: &["identifier"],
        scopes: &["class_definition"],
        calls: &["call"],
        attributes: &[],
        models: &[("models.Model", "Django"), ("__tablename__", "SQLAlchemy")],
    },
    Language {
        endings: &["ts", "tsx", "js", "jsx", "mjs", "cjs"],
        grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
        strings: &["string", "template_string"],
        texts: &["string_fragment"],
        names: &["identifier", "property_identifier", "shorthand_property_identifier"],
        scopes: &["class_declaration"],
        calls: &["call_expression", "decorator"],
        attributes: &["decorator"],
        models: &[("@Entity", "TypeORM")],
    },
    Language {
        endings: &["java"],
        grammar: || tree_sitter_java::LANGUAGE.into(),
        strings: &["string_literal"],
        texts: &["string_fragment", "multiline_string_fragment"],
        names: &["identifier"],
        scopes: &["class_declaration", "record_declaration"],
        calls: &["method_invocation", "annotation"],
        attributes: &["annotation", "marker_annotation"],
        models: &[("@Entity", "JPA"), ("@Table", "JPA")],
    },
    Language {
        endings: &["kt"],
        grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
        strings: &["string_literal", "multiline_string_literal"],
        texts: &["string_content"],
        names: &["identifier"],
        scopes: &["class_declaration"],
        calls: &["call_expression", "annotation"],
        attributes: &["annotation"],
        models: &[("@Entity", "JPA"), ("@Table", "JPA")],
    },
    Language {
        endings: &["rs"],
        grammar: || tree_sitter_rust::LANGUAGE.into(),
        strings: &["string_literal", "raw_string_literal"],
        texts: &["string_content"],
        names: &["identifier", "field_identifier"],
        scopes: &["struct_item"],
        calls: &["call_expression", "macro_invocation", "scoped_identifier"],
        attributes: &["attribute_item"],
        models: &[("diesel(", "Diesel"), ("Queryable", "Diesel"), ("FromRow", "sqlx")],
    },
    Language {
        endings: &["ex", "exs"],
        grammar: || tree_sitter_elixir::LANGUAGE.into(),
        strings: &["string"],
        texts: &["quoted_content"],
        names: &["identifier", "atom", "keyword"],
        scopes: &[],
        calls: &["call"],
        attributes: &[],
        models: &[],
    },
    Language {
        endings: &["go"],
        grammar: || tree_sitter_go::LANGUAGE.into(),
        strings: &["interpreted_string_literal", "raw_string_literal"],
        texts: &["interpreted_string_literal_content", "raw_string_literal_content"],
        names: &["identifier", "field_identifier"],
        scopes: &["type_spec"],
        calls: &["call_expression"],
        attributes: &[],
        models: &[("gorm", "GORM"), ("db:\"", "sqlx")],
    },
];

fn ending(file: &Path) -> Option<String> {
    Some(file.extension()?.to_str()?.to_ascii_lowercase())
}

/// The language of a file, by its ending.
pub(crate) fn of(file: &Path) -> Option<&'static Language> {
    let ending = ending(file)?;
    ALL.iter().find(|l| l.endings.contains(&ending.as_str()))
}

/// Whether files of that name are looked at.
pub(crate) fn is_known(file: &Path) -> bool {
    of(file).is_some() || is_sql(file) || is_prisma(file)
}

/// Whether it is a file of SQL.
pub(crate) fn is_sql(file: &Path) -> bool {
    ending(file).is_some_and(|e| e == "sql")
}

/// Whether it is a schema of Prisma.
pub(crate) fn is_prisma(file: &Path) -> bool {
    ending(file).is_some_and(|e| e == "prisma")
}

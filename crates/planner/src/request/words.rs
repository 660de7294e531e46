//! Words all changes share: fillers, connectors, synonyms and phrases.

use super::pattern::Slot;

/// Words that may stand anywhere and say nothing.
pub(super) const FILLERS: &[&str] =
    &["the", "a", "an", "please", "called", "named", "new", "existing", "just", "also", "kindly", ",", ":"];

/// The fillers that belong to a name behind them.
pub(super) const ARTICLES: &[&str] = &["the", "a", "an", "new", "existing"];

/// What never follows an article.
pub(super) const NEVER_BEHIND_ARTICLES: &[&str] = &[
    "to", "on", "of", "in", "from", "into", "for", "as", "by", "where", "and", "or", ",", ")", ".", ";",
    "->", "'s",
];

/// Words that may stand between two clauses and say nothing.
pub(super) const CONNECTORS: &[&str] = &["and", "with", "that", "which", "is", "be", "having", "it", "has"];

/// Words and signs that may close a request and say nothing.
pub(super) const CLOSERS: &[&str] =
    &[".", "!", "?", ";", "thanks", "thank", "you", "now", "please", "for", "me", "us", "ok", "okay", "…"];

/// Words that are no name unless they are quoted or the database has something of that name.
pub(super) const NEVER_NAMES: &[&str] = &[
    "the", "a", "an", "please", "called", "named", "to", "on", "of", "in", "from", "into", "onto", "for",
    "at", "as", "by", "with", "and", "or", "not", "where", "using", "within", "over", "then", "if", "is",
    "be",
];

/// Words that are a name only right behind a word like `column`, in quotes, or if the database has them.
pub(super) const SELDOM_NAMES: &[&str] = &[
    "column",
    "columns",
    "field",
    "attribute",
    "table",
    "index",
    "unique",
    "default",
    "null",
    "concurrently",
];

/// Words that mean the same; a pattern names the first.
pub(super) const SYNONYMS: &[&[&str]] = &[
    &["column", "columns", "col", "cols", "field", "fields", "attribute", "attributes"],
    &["table", "relation"],
    &["index", "indexes", "indices", "idx"],
    &["rename", "renaming", "renamed"],
    &["drop", "dropping", "remove", "removing", "delete", "deleting", "discard"],
    &[
        "add",
        "adding",
        "create",
        "creating",
        "introduce",
        "introducing",
        "append",
        "make",
        "build",
        "building",
        "put",
    ],
    &["alter", "altering", "change", "changing", "modify", "modifying", "update", "updating"],
    &["on", "of", "in", "from", "for", "at", "within", "inside"],
];

/// Phrases by name, with the slot that remembers them. A pattern may name only phrases without loops.
pub(super) const PHRASES: &[(&str, Option<Slot>, &[&str])] = &[
    ("table", None, &["[table] <table> [table]"]),
    ("on_table", None, &["on {table}"]),
    ("to_table", None, &["to|into|onto {table}"]),
    // A table named ahead of what shall be done with it, or apart from it.
    ("apart", None, &["{table} :", "table <table>", "<table> table", "alter {table} [to|by|so]"]),
    ("in_schema", None, &["on schema <schema>", "on <schema> schema"]),
    (
        "polite",
        None,
        &[
            "can|could|would|will you",
            "i|we|you want|need|have|wish|like [you] [to]",
            "i|we would|'d like|love [you] [to]",
            "i|we|you should|must|can",
            "how do|can|should|would i|we|you",
            "let 's|us|me",
            "help me|us [to]",
            "hi|hello|hey|ok|okay|now",
        ],
    ),
    (
        "nullable",
        Some(Slot::Nullable),
        &[
            "nullable|optional|null",
            "can|may be null",
            "allow|allows|allowing|accepts|accepting null|nulls",
            "null|nulls allowed",
        ],
    ),
    (
        "not_null",
        Some(Slot::NotNull),
        &[
            "not null|nullable [constraint]",
            "non null|nullable",
            "non - null|nullable",
            "not - null|nullable",
            "required|mandatory|notnull|nonnull|nonnullable",
            "cannot be null",
            "can 't be null",
            "can|may|must|should not be null",
            "does|do|may not allow|accept|contain null|nulls",
            "not allowing null|nulls",
            "no|without null|nulls",
        ],
    ),
    ("no_default", Some(Slot::NoDefault), &["no|without default [value]"]),
    ("unique", Some(Slot::Unique), &["unique"]),
    ("nulls_not_distinct", Some(Slot::NullsNotDistinct), &["null|nulls not distinct"]),
    ("concurrently", Some(Slot::Concurrently), &["concurrently|concurrent"]),
    ("if_exists", Some(Slot::IfExists), &["if exists|present", "if it exists"]),
    (
        "if_not_exists",
        Some(Slot::IfNotExists),
        &["if not exists|present", "if it does not exist", "if it doesn 't exist", "unless it exists"],
    ),
    ("cascade", Some(Slot::Cascade), &["cascade|cascading"]),
    (
        "on_delete",
        Some(Slot::OnDelete),
        &["on delete cascade|restrict", "on delete set null", "cascading deletes", "no action on delete"],
    ),
    ("primary_key", Some(Slot::PrimaryKey), &["primary key"]),
    ("positive", Some(Slot::Positive), &["[is|be] positive", "is|be > 0"]),
    (
        "not_negative",
        Some(Slot::NotNegative),
        &["[is|be] not negative", "[is|be] non - negative", "[is|be] nonnegative", "is never negative"],
    ),
    ("not_empty", Some(Slot::NotEmpty), &["[is|be] not empty", "is never empty"]),
    (
        "period",
        Some(Slot::Period),
        &[
            "day|days|daily|week|weeks|weekly|month|months|monthly|quarter|quarters|quarterly|year|years|yearly",
        ],
    ),
    ("strategy", Some(Slot::Strategy), &["range|list|hash"]),
    ("typed", None, &["type", "of|with|as type", "of data type", "as", "typed [as]", ":"]),
];

//! Objects that hang on relations, and those that have nothing to do with any.

use crate::Name;

/// What happens to objects that are no relations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectChange {
    /// `COMMENT ON` and `SECURITY LABEL`.
    Comment {
        /// What kind of object it is about, as the statement says it: `TABLE`, `COLUMN`, `CONSTRAINT`.
        kind: String,
        /// The relation it is, or belongs to.
        relation: Option<Name>,
    },
    /// `GRANT` and `REVOKE` on relations, other than what [`crate::Change::GrantColumn`] says.
    Grant {
        /// The relations.
        relations: Vec<Name>,
        /// `REVOKE`.
        revoke: bool,
    },
    /// `CREATE`, `ALTER`, `DROP POLICY`.
    Policy {
        /// The table.
        table: Name,
        /// The policy.
        name: String,
        /// What is done.
        verb: Verb,
        /// Relations its expressions read.
        reads: Vec<Name>,
    },
    /// `CREATE`, `ALTER`, `DROP RULE`.
    Rule {
        /// The table or view.
        relation: Name,
        /// The rule.
        name: String,
        /// What is done.
        verb: Verb,
        /// Relations its actions name.
        reads: Vec<Name>,
    },
    /// `ALTER TRIGGER … RENAME`.
    RenameTrigger {
        /// The table.
        table: Name,
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// `CREATE`, `ALTER`, `DROP STATISTICS`.
    Statistics {
        /// The statistics object.
        name: Name,
        /// What is done.
        verb: Verb,
        /// The table, for `CREATE`.
        table: Option<Name>,
        /// The columns, for `CREATE`.
        columns: Vec<String>,
    },
    /// `CREATE`, `ALTER`, `DROP PUBLICATION`.
    Publication {
        /// The publication.
        name: String,
        /// What is done.
        verb: Verb,
        /// `FOR ALL TABLES`.
        all_tables: bool,
        /// Schemas named.
        schemas: Vec<String>,
        /// Tables named.
        tables: Vec<Name>,
    },
    /// `CREATE`, `ALTER`, `DROP EXTENSION`.
    Extension {
        /// The extension.
        name: String,
        /// What is done.
        verb: Verb,
    },
    /// A function or procedure other than what [`crate::Change::CreateFunction`] says.
    Routine {
        /// The routine.
        name: Name,
        /// Types of its arguments; none if not said.
        arguments: Option<String>,
        /// What is done.
        verb: Verb,
    },
    /// Something that has nothing to do with relations: roles, casts, operators, servers, databases, …
    Elsewhere {
        /// What, as the statement begins: `CREATE ROLE`.
        what: String,
    },
}

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `CREATE`.
    Create,
    /// `ALTER`.
    Alter,
    /// `DROP`.
    Drop,
}

impl ObjectChange {
    /// The existing relations it is about.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            ObjectChange::Comment { relation, .. } => relation.iter().collect(),
            ObjectChange::Grant { relations, .. } => relations.iter().collect(),
            ObjectChange::Policy { table, .. } | ObjectChange::RenameTrigger { table, .. } => vec![table],
            ObjectChange::Rule { relation, .. } => vec![relation],
            ObjectChange::Statistics { table, .. } => table.iter().collect(),
            ObjectChange::Publication { tables, .. } => tables.iter().collect(),
            ObjectChange::Extension { .. }
            | ObjectChange::Routine { .. }
            | ObjectChange::Elsewhere { .. } => Vec::new(),
        }
    }
}

//! Objects that hang on relations, and those that have nothing to do with any.

use crate::{ExtendedStatistics, Extension, Grant, Name, Policy, PublishedTable, Rule};

/// What happens to objects that are no relations. Dropping any is [`crate::RelationChange::Drop`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectChange {
    /// `COMMENT ON` and `SECURITY LABEL`.
    Comment {
        /// What it is about.
        on: Commented,
        /// The relation it is, or belongs to.
        relation: Option<Name>,
        /// The comment; none where it is taken away.
        text: Option<String>,
        /// It is a security label, which is not kept.
        label: bool,
    },
    /// `GRANT` and `REVOKE` on relations, other than what [`crate::Change::GrantColumn`] says.
    Grant {
        /// The relations named one by one; none of those of `ALL TABLES IN SCHEMA`.
        relations: Vec<Name>,
        /// `REVOKE`.
        revoke: bool,
        /// The privileges on each of them; of a `REVOKE`, `grantable` means `GRANT OPTION FOR`.
        privileges: Vec<Granted>,
    },
    /// `CREATE POLICY`.
    CreatePolicy {
        /// The table.
        table: Name,
        /// The policy.
        policy: Policy,
    },
    /// `ALTER POLICY`, `RENAME` left out.
    AlterPolicy {
        /// The table.
        table: Name,
        /// The policy.
        name: String,
        /// What it says: of its definition only what is said anew, with what that reads and calls.
        to: Box<Policy>,
    },
    /// `ALTER POLICY … RENAME TO`.
    RenamePolicy {
        /// The table.
        table: Name,
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// `CREATE RULE`.
    CreateRule {
        /// The table or view.
        relation: Name,
        /// The rule.
        rule: Rule,
        /// `OR REPLACE`.
        or_replace: bool,
    },
    /// `ALTER RULE … RENAME TO`.
    RenameRule {
        /// The table or view.
        relation: Name,
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// `ALTER TRIGGER … RENAME`.
    RenameTrigger {
        /// The table or view.
        table: Name,
        /// The name it has.
        from: String,
        /// The name it gets.
        to: String,
    },
    /// `ALTER TRIGGER … DEPENDS ON EXTENSION`.
    TriggerDepends {
        /// The table or view.
        table: Name,
    },
    /// `CREATE STATISTICS`.
    CreateStatistics {
        /// The table.
        table: Name,
        /// The statistics object.
        statistics: ExtendedStatistics,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `ALTER STATISTICS … RENAME TO` and `SET SCHEMA`.
    RenameStatistics {
        /// The name it has.
        from: Name,
        /// The name it gets.
        to: Name,
    },
    /// `CREATE PUBLICATION`.
    CreatePublication {
        /// Its name.
        name: String,
        /// What it publishes.
        objects: Published,
        /// `publish_via_partition_root`.
        via_root: bool,
    },
    /// `ALTER PUBLICATION … ADD`, `SET`, `DROP` of tables and schemas.
    AlterPublication {
        /// Its name.
        name: String,
        /// What is done.
        verb: PublicationVerb,
        /// The objects.
        objects: Published,
    },
    /// `ALTER PUBLICATION … SET (publish_via_partition_root = …)`.
    PublishViaRoot {
        /// Its name.
        name: String,
        /// Whether changes of partitions are sent as those of the topmost table.
        on: bool,
    },
    /// `CREATE EXTENSION`.
    CreateExtension {
        /// The extension.
        extension: Extension,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `ALTER FUNCTION`, `PROCEDURE`, `ROUTINE`, `RENAME TO` and `SET SCHEMA`.
    RenameRoutine {
        /// The name it has.
        from: Name,
        /// Types of its arguments; none if not said.
        arguments: Option<String>,
        /// The name it gets.
        to: Name,
    },
    /// `ALTER FUNCTION`: its properties.
    AlterRoutine {
        /// The routine.
        name: Name,
        /// Types of its arguments; none if not said.
        arguments: Option<String>,
        /// Its new volatility.
        volatility: Option<String>,
    },
    /// `CREATE EVENT TRIGGER`, and one that is switched on.
    CreateEventTrigger {
        /// Its name.
        name: String,
    },
    /// `DROP EVENT TRIGGER`, and one that is switched off.
    DropEventTrigger {
        /// Its name.
        name: String,
    },
    /// `CREATE CAST`.
    CreateCast(crate::Cast),
    /// Something that has nothing to do with relations: roles, operators, servers, databases, …
    Elsewhere {
        /// What, as the statement begins: `CREATE ROLE`.
        what: String,
        /// The server refuses it inside a transaction block.
        alone: bool,
    },
}

/// What a comment or a security label is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commented {
    /// A relation, an index too.
    Relation,
    /// A column of a relation.
    Column(String),
    /// A constraint of a table.
    Constraint(String),
    /// A trigger of a table or view.
    Trigger(String),
    /// A rule of a table or view.
    Rule(String),
    /// A policy of a table.
    Policy(String),
    /// Extended statistics.
    Statistics(Name),
    /// Something else.
    Other,
}

/// Privileges that are granted or revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The column they are on; none for the whole relation.
    pub column: Option<String>,
    /// The role and the privileges.
    pub grant: Grant,
}

/// What a publication publishes, as named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// `ALL TABLES`.
    pub all_tables: bool,
    /// Schemas.
    pub schemas: Vec<String>,
    /// Tables, each with whether heirs are left out (`ONLY`).
    pub tables: Vec<(PublishedTable, bool)>,
}

/// What an `ALTER PUBLICATION` does with the objects it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicationVerb {
    /// `ADD`.
    Add,
    /// `SET`: these and no others.
    Set,
    /// `DROP`.
    Drop,
}

impl ObjectChange {
    /// The existing relations it is about.
    pub fn tables(&self) -> Vec<&Name> {
        match self {
            ObjectChange::Comment { relation, .. } => relation.iter().collect(),
            ObjectChange::Grant { relations, .. } => relations.iter().collect(),
            ObjectChange::CreatePolicy { table, .. }
            | ObjectChange::AlterPolicy { table, .. }
            | ObjectChange::RenamePolicy { table, .. }
            | ObjectChange::RenameTrigger { table, .. }
            | ObjectChange::TriggerDepends { table }
            | ObjectChange::CreateStatistics { table, .. } => vec![table],
            ObjectChange::CreateRule { relation, .. } | ObjectChange::RenameRule { relation, .. } => {
                vec![relation]
            }
            ObjectChange::CreatePublication { objects, .. }
            | ObjectChange::AlterPublication { objects, .. } => {
                objects.tables.iter().map(|(table, _)| &table.on).collect()
            }
            _ => Vec::new(),
        }
    }
}

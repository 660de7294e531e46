//! A column and a copy of it under another name, kept in step by triggers while old and new code run.

use altimeter_catalog::{
    Backfill, BackfillValue, Change, Column, FunctionBody, FunctionDefinition, InStep, InStepFires, Index,
    IndexDefinition, IndexKey, IndexTarget, Name, Table, TableKind, TriggerDefinition,
};

use crate::recipe::{RecipeContext, batch_of, grants_of};

/// The two columns, and everything a plan needs to make, fill, index and drop the copy.
pub(crate) struct Pair<'a> {
    pub(crate) context: &'a RecipeContext<'a>,
    /// The table as the catalog has it.
    pub(crate) table: &'a Table,
    /// The original as the catalog has it.
    pub(crate) column: &'a Column,
    /// The name the original bears while both are there: its values are complete.
    pub(crate) truth: &'a str,
    /// The name of the copy.
    pub(crate) copy: &'a str,
    /// The default both columns have, where one value of it stands for all rows.
    pub(crate) default: Option<String>,
    /// The key rows are walked by, as the catalog has it.
    pub(crate) key: Vec<String>,
}

impl Pair<'_> {
    fn table_name(&self) -> Name {
        self.table.name.clone()
    }

    /// One function where no other BEFORE trigger sees the row, else one that runs before all others and one after.
    fn parts(&self) -> Vec<InStepFires> {
        let others = self.table.triggers.iter().any(|t| t.before && t.per_row && t.enabled != "disabled");
        if others { vec![InStepFires::First, InStepFires::Last] } else { vec![InStepFires::Alone] }
    }

    fn object_name(&self, fires: InStepFires) -> String {
        // BEFORE triggers fire in the order of their names, byte by byte.
        let (prefix, suffix) = match fires {
            InStepFires::Alone => ("altimeter", ""),
            InStepFires::First => ("00_altimeter", "_first"),
            InStepFires::Last => ("zz_altimeter", "_last"),
        };
        self.context.name(&format!("{prefix}_{}_{}{suffix}", self.table.name.name, self.copy))
    }

    /// The trigger functions.
    pub(crate) fn create_functions(&self) -> Vec<Change> {
        let one = |fires: InStepFires| {
            Change::CreateFunction(FunctionDefinition {
                name: self.table.name.sibling(self.object_name(fires)),
                body: FunctionBody::InStep(InStep {
                    table: self.table_name(),
                    truth: self.truth.to_owned(),
                    copy: self.copy.to_owned(),
                    default: self.default.clone(),
                    fires,
                }),
                or_replace: false,
            })
        };
        self.parts().into_iter().map(one).collect()
    }

    /// The triggers, in the order they fire; there is at least one.
    pub(crate) fn triggers(&self) -> Vec<TriggerDefinition> {
        let one = |fires: InStepFires| {
            let name = self.object_name(fires);
            TriggerDefinition {
                function: self.table.name.sibling(&name),
                name,
                table: self.table_name(),
                before: true,
                per_row: true,
                events: vec!["INSERT".to_owned(), "UPDATE".to_owned()],
                ..TriggerDefinition::default()
            }
        };
        self.parts().into_iter().map(one).collect()
    }

    /// Making the triggers.
    pub(crate) fn create_triggers(&self) -> Vec<Change> {
        self.triggers().into_iter().map(Change::CreateTrigger).collect()
    }

    /// Dropping the triggers.
    pub(crate) fn drop_triggers(&self, if_exists: bool) -> Vec<Change> {
        let drop =
            |t: TriggerDefinition| Change::DropTrigger { table: self.table_name(), name: t.name, if_exists };
        self.triggers().into_iter().map(drop).collect()
    }

    /// Dropping the functions, once the triggers are gone.
    pub(crate) fn drop_functions(&self, if_exists: bool) -> Vec<Change> {
        let drop = |t: TriggerDefinition| Change::DropFunction { name: t.function, if_exists };
        self.triggers().into_iter().map(drop).collect()
    }

    /// The copy, nullable and empty, with the original's privileges.
    pub(crate) fn add_copy(&self) -> Vec<Change> {
        let column = Column {
            name: self.copy.to_owned(),
            not_null: false,
            default: self.default.clone(),
            identity: None,
            grants: Vec::new(),
            statistics: None,
            ..self.column.clone()
        };
        let mut changes = vec![Change::AddColumn { table: self.table_name(), column, if_not_exists: false }];
        changes.extend(grants_of(self.column, &self.table.name, self.copy));
        changes
    }

    /// Dropping the copy, and with it its indexes.
    pub(crate) fn drop_copy(&self, if_exists: bool) -> Change {
        Change::DropColumn {
            table: self.table_name(),
            column: self.copy.to_owned(),
            if_exists,
            cascade: false,
        }
    }

    /// Filling the copy in rows written before the triggers were there.
    pub(crate) fn backfill(&self) -> Backfill {
        let (batch_rows, pause_ms) = batch_of(self.table);
        // A key column that is the original goes by the name it bears now.
        let current = |k: &String| if *k == self.column.name { self.truth.to_owned() } else { k.clone() };
        Backfill {
            table: self.table_name(),
            column: self.copy.to_owned(),
            value: BackfillValue::Column(self.truth.to_owned()),
            key: self.key.iter().map(current).collect(),
            batch_rows,
            pause_ms,
        }
    }

    /// The original's indexes, over the copy. None on a partitioned table, where no index is built concurrently in one
    /// statement.
    pub(crate) fn index_copy(&self) -> Vec<Change> {
        if self.table.kind == TableKind::PartitionedTable {
            return Vec::new();
        }
        let concerned = |i: &&Index| i.valid && i.reads.contains(&self.column.name);
        let indexes = self.table.indexes.iter().filter(concerned);
        indexes
            .map(|index| Change::CreateIndex {
                index: self.over_copy(&index.definition),
                concurrently: true,
                if_not_exists: false,
            })
            .collect()
    }

    fn over_copy(&self, index: &IndexDefinition) -> IndexDefinition {
        let original = &self.column.name;
        let in_text = |text: &String| self.context.engine.replace_column(text, original, self.copy);
        let column = |c: &String| if c == original { self.copy.to_owned() } else { c.clone() };
        let key = |key: &IndexKey| IndexKey {
            target: match &key.target {
                IndexTarget::Column(c) => IndexTarget::Column(column(c)),
                IndexTarget::Expression(e) => IndexTarget::Expression(in_text(e)),
            },
            ..key.clone()
        };
        IndexDefinition {
            // The same name whichever of the two is the copy: what a way back builds is what the way there had built.
            name: self.context.name(&format!("altimeter_{}", index.name)),
            keys: index.keys.iter().map(key).collect(),
            include: index.include.iter().map(column).collect(),
            predicate: index.predicate.as_ref().map(in_text),
            ..index.clone()
        }
    }
}

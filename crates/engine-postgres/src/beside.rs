//! A table made beside another, partitioned or plain: with all a table has, but its rows, keys and indexes.
//!
//! Sources: manual, `CREATE TABLE`, "LIKE source_table" (columns, CHECKs, defaults, generated columns, comments, storage;
//! never privileges, triggers, owner or row security) and "PARTITION OF"; measured on 13 to 18 by `tests/e2e/partition.rs`.

use altimeter_catalog::{
    Catalog, Change, Column, Grant, Name, PartitionBy, Persistence, Table, Trigger, TypeKind,
};
use squawk_syntax::SyntaxKind;

use crate::dialect;
use crate::parse::{Parsed, child};
use crate::quoting::{literal, quote, quote_name};
use crate::types;
use crate::undo::written;

/// Statements in order, each read on the schema the ones before it leave.
struct Statements {
    schema: Catalog,
    changes: Vec<Change>,
}

impl Statements {
    fn on(catalog: &Catalog) -> Self {
        Self { schema: catalog.clone(), changes: Vec::new() }
    }

    fn add(&mut self, sql: String) -> Option<()> {
        let change = written(&self.schema, sql)?;
        self.schema.apply(&change).ok()?;
        self.changes.push(change);
        Some(())
    }

    /// All privileges of another table, on this one.
    fn privileges(&mut self, own: &str, like: &Table) -> Option<()> {
        let granted = |grant: &Grant, column: Option<&String>| {
            let role = if grant.grantee == "PUBLIC" { "PUBLIC".to_owned() } else { quote(&grant.grantee) };
            let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
            let of = column.map(|c| format!(" ({})", quote(c))).unwrap_or_default();
            let privileges: Vec<String> = grant.privileges.iter().map(|p| format!("{p}{of}")).collect();
            format!("GRANT {} ON {own} TO {role}{option}", privileges.join(", "))
        };
        for grant in &like.grants {
            self.add(granted(grant, None))?;
        }
        for column in &like.columns {
            for grant in &column.grants {
                self.add(granted(grant, Some(&column.name)))?;
            }
        }
        Some(())
    }

    /// The role that makes the plan need not be the owner.
    fn owner(&mut self, table: &Name, like: &Table) -> Option<()> {
        let user = &self.schema.server.user;
        match like.owner.as_ref().filter(|owner| *owner != user) {
            Some(owner) => self.add(format!("ALTER TABLE {} OWNER TO {}", quote_name(table), quote(owner))),
            None => Some(()),
        }
    }
}

/// Makes the partitioned table, with owner, row security and privileges; without identity, which its sequence needs.
pub(crate) fn partitioned(
    catalog: &Catalog,
    like: &Name,
    name: &Name,
    (by, column): (&PartitionBy, &str),
) -> Option<Vec<Change>> {
    let method = match by {
        PartitionBy::Ranges(_) => "RANGE",
        PartitionBy::List(_) => "LIST",
        PartitionBy::Hash(_) => "HASH",
    };
    let table = catalog.table(like)?;
    let mut out = Statements::on(catalog);
    let (own, key) = (quote_name(name), quote(column));
    let place = table.tablespace.as_ref().map(|t| format!(" TABLESPACE {}", quote(t))).unwrap_or_default();
    out.add(format!(
        "CREATE TABLE {own} (LIKE {} INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY EXCLUDING STATISTICS) \
         PARTITION BY {method} ({key}){place}",
        quote_name(like)
    ))?;
    out.owner(name, table)?;
    if table.row_security {
        out.add(format!("ALTER TABLE {own} ENABLE ROW LEVEL SECURITY"))?;
    }
    if table.row_security_forced {
        out.add(format!("ALTER TABLE {own} FORCE ROW LEVEL SECURITY"))?;
    }
    out.privileges(&own, table)?;
    Some(out.changes)
}

/// Makes a table of these columns, with owner, row security and privileges; without identity, constraints and indexes.
///
/// A key in the statement that makes the table is not checked against any row: there is none (manual, `ALTER TABLE`,
/// "ADD table_constraint" is what would read both).
pub(crate) fn bare(
    catalog: &Catalog,
    table: &Table,
    of: Option<(&Name, &[(String, String)])>,
) -> Option<Vec<Change>> {
    let mut out = Statements::on(catalog);
    let own = quote_name(&table.name);
    let unlogged = if table.persistence == Persistence::Unlogged { "UNLOGGED " } else { "" };
    let columns: Vec<Column> = table.columns.iter().map(|c| Column { identity: None, ..c.clone() }).collect();
    let fill = table.fillfactor.map(|f| format!(" WITH (fillfactor = {f})")).unwrap_or_default();
    let place = table.tablespace.as_ref().map(|t| format!(" TABLESPACE {}", quote(t))).unwrap_or_default();
    let key = of.map(|(other, key)| {
        let list = |names: &mut dyn Iterator<Item = &String>| {
            names.map(|n| quote(n)).collect::<Vec<_>>().join(", ")
        };
        let (own, theirs) = (list(&mut key.iter().map(|(_, c)| c)), list(&mut key.iter().map(|(p, _)| p)));
        format!(
            ", PRIMARY KEY ({own}), FOREIGN KEY ({own}) REFERENCES {} ({theirs}) ON UPDATE CASCADE ON DELETE CASCADE",
            quote_name(other)
        )
    });
    let key = key.unwrap_or_default();
    out.add(format!(
        "CREATE {unlogged}TABLE {own} ({}{key}){fill}{place}",
        dialect::print_columns(&columns)
    ))?;
    out.owner(&table.name, table)?;
    if table.row_security {
        out.add(format!("ALTER TABLE {own} ENABLE ROW LEVEL SECURITY"))?;
    }
    if table.row_security_forced {
        out.add(format!("ALTER TABLE {own} FORCE ROW LEVEL SECURITY"))?;
    }
    out.privileges(&own, table)?;
    Some(out.changes)
}

/// Puts rows of one table into another, columns of the one into those of the other.
pub(crate) fn columns_moved(
    catalog: &Catalog,
    (from, into): (&Name, &Name),
    columns: &[(String, String)],
) -> Option<Change> {
    let list = |which: &dyn Fn(&(String, String)) -> String| {
        columns.iter().map(|pair| quote(&which(pair))).collect::<Vec<_>>().join(", ")
    };
    let (froms, intos) = (list(&|(from, _)| from.clone()), list(&|(_, into)| into.clone()));
    written(
        catalog,
        format!("INSERT INTO {} ({intos}) SELECT {froms} FROM {}", quote_name(into), quote_name(from)),
    )
}

/// Writes columns of one table's rows into the rows of another that have the same key.
pub(crate) fn columns_given(
    catalog: &Catalog,
    (from, into): (&Name, &Name),
    key: &[(String, String)],
    columns: &[String],
) -> Option<Change> {
    let set: Vec<String> = columns.iter().map(|c| format!("{0} = f.{0}", quote(c))).collect();
    let same: Vec<String> =
        key.iter().map(|(own, other)| format!("i.{} = f.{}", quote(other), quote(own))).collect();
    written(
        catalog,
        format!(
            "UPDATE {} AS i SET {} FROM {} AS f WHERE {}",
            quote_name(into),
            set.join(", "),
            quote_name(from),
            same.join(" AND ")
        ),
    )
}

/// Makes a partition with the owner and the fillfactor of another table.
pub(crate) fn partition(
    catalog: &Catalog,
    like: &Name,
    (parent, name): (&Name, &Name),
    bound: &str,
) -> Option<Vec<Change>> {
    let table = catalog.table(like)?;
    let mut out = Statements::on(catalog);
    let fill = table.fillfactor.map(|f| format!(" WITH (fillfactor = {f})")).unwrap_or_default();
    out.add(format!("CREATE TABLE {} PARTITION OF {} {bound}{fill}", quote_name(name), quote_name(parent)))?;
    out.owner(name, table)?;
    Some(out.changes)
}

/// Makes triggers of one table on another.
pub(crate) fn triggers(catalog: &Catalog, triggers: &[Trigger], on: &Name) -> Option<Vec<Change>> {
    let mut out = Statements::on(catalog);
    for trigger in triggers {
        out.add(on_another(trigger.definition.as_deref()?, on)?)?;
    }
    Some(out.changes)
}

/// The statement with another table behind its ON.
fn on_another(definition: &str, on: &Name) -> Option<String> {
    let node = Parsed::new(definition).node()?;
    let relation = child(&node, SyntaxKind::ON_RELATION)?;
    let named = relation.children().next()?;
    let (start, end) = (usize::from(named.text_range().start()), usize::from(named.text_range().end()));
    Some(format!("{}{}{}", definition.get(..start)?, quote_name(on), definition.get(end..)?))
}

/// Puts all rows of one table into another of the same columns; what is generated is generated again.
pub(crate) fn rows(catalog: &Catalog, from: &Name, to: &Name) -> Option<Change> {
    let stored = catalog.table(to)?.columns.iter().filter(|c| c.generated.is_none());
    let columns = stored.map(|c| quote(&c.name)).collect::<Vec<_>>().join(", ");
    written(
        catalog,
        format!(
            "INSERT INTO {} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {}",
            quote_name(to),
            quote_name(from)
        ),
    )
}

/// Why rows cannot be spread by values of a type: hashing needs a hash operator class, the rest one for B-trees (manual,
/// "CREATE TABLE", PARTITION BY).
pub(crate) fn no_partition_key(catalog: &Catalog, by: &PartitionBy, type_name: &str) -> Option<String> {
    let (method, cannot) = match by {
        PartitionBy::Hash(_) => ("hash", "hashed"),
        _ => ("btree", "ordered"),
    };
    let known = types::default_class(catalog, method, type_name);
    known.is_none().then(|| format!("values of {type_name} cannot be {cannot}"))
}

/// A value of a list as it stands in a bound.
pub(crate) fn value_of(catalog: &Catalog, type_name: &str, text: &str) -> Option<String> {
    let labels = catalog.types.iter().find_map(|t| match &t.kind {
        TypeKind::Enum { labels }
            if types::canonical(catalog, &t.name.to_string()).as_deref() == Some(type_name) =>
        {
            Some(labels)
        }
        _ => None,
    });
    match type_name {
        "smallint" | "integer" | "bigint" => text.parse::<i64>().ok().map(|n| n.to_string()),
        "boolean" => ["true", "false"].contains(&text).then(|| text.to_owned()),
        _ => labels.is_none_or(|l| l.iter().any(|l| l == text)).then(|| literal(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_put_on_another_table() {
        let on = Name::new("public", "Odd \"Table");
        let definition = "CREATE TRIGGER a AFTER UPDATE OF n ON public.\"T on\" FOR EACH ROW WHEN ((old.n > 3)) EXECUTE FUNCTION f('on x')";
        assert_eq!(
            on_another(definition, &on).unwrap(),
            "CREATE TRIGGER a AFTER UPDATE OF n ON public.\"Odd \"\"Table\" FOR EACH ROW WHEN ((old.n > 3)) EXECUTE FUNCTION f('on x')"
        );
    }
}

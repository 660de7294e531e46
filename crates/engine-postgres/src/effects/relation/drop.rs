//! Objects dropped: what goes along is locked too, and the tables that lose a part.

use altimeter_catalog::{Catalog, DropTarget, Effect, Name, Object};

use crate::effects::{partitions, take_by};
use crate::locks::object::STATISTICS;
use crate::locks::relation as locks;

/// A `DROP`. One that the server refuses does nothing.
pub(in crate::effects) fn dropped(
    catalog: &Catalog,
    targets: &[DropTarget],
    if_exists: bool,
    cascade: bool,
    effect: &mut Effect,
) {
    let Ok(objects) = catalog.dropped(targets, if_exists, cascade) else { return };
    let named: Vec<&Name> = targets.iter().filter_map(DropTarget::relation).collect();
    for object in &objects {
        gone(catalog, object, &named, effect);
    }
}

fn gone(catalog: &Catalog, object: &Object, named: &[&Name], effect: &mut Effect) {
    let mut take = |name: &Name, fact, through: &str| {
        // What the statement names needs no reason.
        let through = if named.contains(&name) { "" } else { through };
        take_by(catalog, name, fact, through, effect);
    };
    match object {
        Object::Table(name) => {
            take(name, &locks::DROP, "CASCADE");
            let parent = catalog.table(name).and_then(|t| t.partition_of.as_ref());
            if let Some(parent) = parent {
                take(parent, &locks::DROP_PARTITION, &format!("partition {name}"));
                let default = catalog.default_partition(parent).filter(|d| *d != name);
                default
                    .into_iter()
                    .for_each(|d| take(d, &locks::DROP_PARTITION, &format!("partition {name}")));
            }
        }
        Object::View(name) | Object::Sequence(name) => take(name, &locks::DROP, "CASCADE"),
        Object::Index(name) => {
            take(name, &locks::DROP, "its table");
            if let Some((table, _)) = catalog.index(name) {
                take(&table.name, &locks::DROP_INDEX, &format!("index {name}"));
            }
        }
        Object::Constraint(table, name) => {
            take(table, &locks::DROP_PART, &object.to_string());
            let constraint =
                catalog.table(table).and_then(|t| t.constraints.iter().find(|c| &c.name == name));
            // A partition's part of a foreign key has nothing on the other side.
            let foreign = constraint.filter(|c| !c.inherited).and_then(|c| c.foreign.as_ref());
            if let Some(foreign) = foreign {
                let through = format!("foreign key {name}");
                take(&foreign.table, &locks::DROP_FOREIGN_KEY, &through);
                for partition in partitions(catalog, &foreign.table) {
                    take(&partition.name, &locks::DROP_FOREIGN_KEY, &through);
                }
            }
        }
        Object::Column(table, _)
        | Object::Default(table, _)
        | Object::Policy(table, _)
        | Object::Rule(table, _) => take(table, &locks::DROP_PART, &object.to_string()),
        Object::Trigger(table, _) => take(table, &locks::DROP_TRIGGER, &object.to_string()),
        Object::Statistics(name) => {
            let of = catalog.tables.iter().find(|t| t.statistics.iter().any(|s| &s.name == name));
            of.into_iter().for_each(|t| take(&t.name, &STATISTICS, &object.to_string()));
        }
        Object::Schema(_)
        | Object::Extension(_)
        | Object::Type(_)
        | Object::Function(..)
        | Object::Publication(_) => {}
    }
    if let Object::Table(name) | Object::View(name) | Object::Sequence(name) | Object::Index(name) = object {
        effect.drops.push(name.clone());
    }
}

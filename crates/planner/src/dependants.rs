//! What depends on a column and would be left with another one, or stand in the way: views, policies, triggers, rules. The
//! plan drops it and makes it again, in the same transaction, so that nobody ever sees it gone.

use altimeter_catalog::{
    Catalog, Change, ColumnAction, Dependency, DropTarget, Name, Object, Policy, RelationChange,
    RelationWord, Rule, Table, Trigger, View,
};

use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};
use crate::text::one_line;

/// Dependants of one column, in the order in which they are made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dependants {
    objects: Vec<Object>,
    /// Materialized views that read the column themselves. They hold rows: making one again takes its time, so it is not
    /// done here.
    pub(crate) materialized: Vec<Name>,
    drop: Vec<Change>,
    make: Vec<Change>,
}

impl Dependants {
    /// What depends on a column.
    ///
    /// # Errors
    /// If something does that cannot be made again.
    pub(crate) fn of_column(
        context: &RecipeContext<'_>,
        table: &Name,
        column: &str,
    ) -> Result<Self, PlanError> {
        let catalog = context.catalog;
        let tables = with_those_below(catalog, table);
        let needs = |d: &Dependency| tables.iter().any(|t| d.needs(t, column));
        if let Some(function) = catalog.functions.iter().find(|f| f.needs.iter().any(needs)) {
            return Err(refuse(
                format!(
                    "the body of {} is kept parsed (BEGIN ATOMIC), and would stay with the old column",
                    function.name
                ),
                "give it a body in quotes ($$ … $$) with CREATE OR REPLACE FUNCTION first: that one is read anew at each call",
            ));
        }
        let found = reading(catalog, &|v| v.needs.iter().any(needs));
        let (materialized, views): (Vec<&View>, Vec<&View>) = found.into_iter().partition(|v| v.materialized);
        let mut parts = parts_that_need(catalog, &|d| needs(d) || views.iter().any(|v| v.name == d.on));
        let has = |columns: &[String]| columns.iter().any(|c| c == column);
        for own in tables.iter().filter_map(|t| catalog.table(t)) {
            let policies = own.policies.iter().filter(|p| has(&p.columns));
            parts.extend(policies.map(|p| Object::Policy(own.name.clone(), p.name.clone())));
            // A partition's clone of its parent's trigger comes and goes with that.
            let triggers = own.triggers.iter().filter(|t| has(&t.columns) && !is_clone(catalog, own, t));
            parts.extend(triggers.map(|t| Object::Trigger(own.name.clone(), t.name.clone())));
        }
        let views_too = views.iter().map(|v| &v.name);
        let replaced: Vec<&Name> = tables.iter().chain(views_too).collect();
        parts.extend(rules_about(catalog, &tables, &replaced, column));
        let materialized = materialized.iter().map(|v| v.name.clone()).collect();
        Self { materialized, ..Self::default() }.with(context, &views, parts)
    }

    /// What depends on a column, materialized views and all that reads them with it: what the plain statement takes.
    fn at_once(context: &RecipeContext<'_>, table: &Name, column: &str) -> Result<Self, PlanError> {
        let found = Self::of_column(context, table, column)?;
        if found.materialized.is_empty() {
            return Ok(found);
        }
        let mut views: Vec<&View> = Vec::new();
        for table in with_those_below(context.catalog, table) {
            for view in context.catalog.views_on(&table, Some(column)) {
                if !views.iter().any(|known| known.name == view.name) {
                    views.push(view);
                }
            }
        }
        let parts = found.objects.into_iter().filter(|o| !matches!(o, Object::View(_))).collect();
        Self::default().with(context, &views, parts)
    }

    /// What reads a view or table that gives way to another of its name; of the table's own parts none.
    ///
    /// # Errors
    /// If something does that cannot be made again.
    pub(crate) fn of_view(context: &RecipeContext<'_>, view: &Name) -> Result<Self, PlanError> {
        let found = reading(context.catalog, &|v| v.needs.iter().any(|d| d.on == *view));
        if let Some(above) = found.iter().find(|v| v.materialized) {
            return Err(refuse(
                format!("the materialized view {} reads {view}", above.name),
                "drop it first, and make it again afterwards; a plan that makes one after the other again is not made \
                 yet",
            ));
        }
        Self::default().around(context, view, &found)
    }

    /// The same of a table, where materialized views that read the table itself are set apart.
    ///
    /// # Errors
    /// If something does that cannot be made again.
    pub(crate) fn of_table(context: &RecipeContext<'_>, table: &Name) -> Result<Self, PlanError> {
        let found = reading(context.catalog, &|v| v.needs.iter().any(|d| d.on == *table));
        let (apart, views): (Vec<&View>, Vec<&View>) = found.into_iter().partition(|v| v.materialized);
        let materialized = apart.iter().map(|v| v.name.clone()).collect();
        Self { materialized, ..Self::default() }.around(context, table, &views)
    }

    /// The same, materialized views and all that reads them with it: what the plain statement takes.
    ///
    /// # Errors
    /// If something does that cannot be made again.
    pub(crate) fn of_table_at_once(context: &RecipeContext<'_>, table: &Name) -> Result<Self, PlanError> {
        let views = context.catalog.views_on(table, None);
        Self::default().around(context, table, &views)
    }

    fn around(self, context: &RecipeContext<'_>, view: &Name, views: &[&View]) -> Result<Self, PlanError> {
        let catalog = context.catalog;
        let mut parts = parts_that_need(catalog, &|d| d.on == *view || views.iter().any(|v| v.name == d.on));
        let replaced: Vec<&Name> = std::iter::once(view).chain(views.iter().map(|v| &v.name)).collect();
        parts.extend(rules_about(catalog, &[], &replaced, ""));
        parts.retain(|o| o.table() != Some(view));
        self.with(context, views, parts)
    }

    /// These views, and these parts of tables and views that are not among them.
    fn with(
        mut self,
        context: &RecipeContext<'_>,
        views: &[&View],
        mut parts: Vec<Object>,
    ) -> Result<Self, PlanError> {
        parts.sort();
        parts.dedup();
        for view in in_order(views.to_vec()) {
            let name = view.name.clone();
            self.add(context, if view.materialized { Object::Table(name) } else { Object::View(name) })?;
        }
        // Those of a view come with the view.
        let on_view = |o: &Object| o.table().is_some_and(|t| views.iter().any(|v| v.name == *t));
        for part in parts.into_iter().filter(|o| !on_view(o)) {
            self.add(context, part)?;
        }
        self.refuse_what_stays(context.catalog)?;
        Ok(self)
    }

    fn add(&mut self, context: &RecipeContext<'_>, object: Object) -> Result<(), PlanError> {
        let drop = match (&object, target(&object)) {
            (Object::Trigger(table, name), _) => {
                Change::DropTrigger { table: table.clone(), name: name.clone(), if_exists: false }
            }
            (_, Some(target)) => Change::drop_one(target, false),
            (_, None) => return Ok(()),
        };
        let Some(make) = context.engine.make_again(context.catalog, &object) else {
            return Err(refuse(
                format!("{object} needs the column, and how to make it again is not known"),
                "inspect the database again with this version of Altimeter, when no schema change is under way",
            ));
        };
        self.drop.insert(0, drop);
        self.make.extend(make);
        self.objects.push(object);
        Ok(())
    }

    /// Something else that would stand in the way of the views' going.
    fn refuse_what_stays(&self, catalog: &Catalog) -> Result<(), PlanError> {
        match catalog.going_with(&self.objects, false) {
            Ok(_) => Ok(()),
            Err(e) => Err(refuse(
                format!("{e}, which a plan cannot make again"),
                "take it away first, and make it again afterwards",
            )),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.materialized.is_empty()
    }

    /// What the texts rest on.
    pub(crate) fn caution(&self) -> Option<String> {
        (!self.objects.is_empty()).then(|| {
            format!(
                "{} are made again as they are now: do not replace one of them between the making of this plan and its last \
                 step",
                self.in_words()
            )
        })
    }

    /// The objects in words: `view public.v, policy p of public.t`.
    pub(crate) fn in_words(&self) -> String {
        let materialized = self.materialized.iter().map(|name| format!("materialized view {name}"));
        self.objects.iter().map(ToString::to_string).chain(materialized).collect::<Vec<_>>().join(", ")
    }

    /// Dropping all but the materialized ones, those above first.
    pub(crate) fn dropped(&self) -> Vec<Change> {
        self.drop.clone()
    }

    /// Making them again, those below first.
    pub(crate) fn made_again(&self) -> Vec<Change> {
        self.make.clone()
    }

    /// The schema without them.
    pub(crate) fn without(&self, catalog: &Catalog) -> Catalog {
        let mut bare = catalog.clone();
        let materialized = self.materialized.iter().map(|name| Object::Table(name.clone()));
        let roots: Vec<Object> = self.objects.iter().cloned().chain(materialized).collect();
        // What cannot go is found by whoever looks at the result.
        for change in drops(&roots) {
            let _ = bare.apply(&change);
        }
        bare
    }
}

/// What a dependant is dropped as; none for objects of kinds that are none. Of tables, only materialized views are.
fn target(object: &Object) -> Option<DropTarget> {
    Some(match object {
        Object::View(name) => DropTarget::Relation { word: RelationWord::View, name: name.clone() },
        Object::Table(name) => {
            DropTarget::Relation { word: RelationWord::MaterializedView, name: name.clone() }
        }
        Object::Policy(table, name) => DropTarget::Policy { table: table.clone(), name: name.clone() },
        Object::Rule(relation, name) => DropTarget::Rule { relation: relation.clone(), name: name.clone() },
        Object::Trigger(table, name) => DropTarget::Trigger { relation: table.clone(), name: name.clone() },
        _ => return None,
    })
}

/// Drops in the reverse order of making.
fn drops(objects: &[Object]) -> impl Iterator<Item = Change> {
    let one = |target| {
        Change::Relation(RelationChange::Drop { targets: vec![target], if_exists: true, cascade: true })
    };
    objects.iter().rev().filter_map(target).map(one)
}

/// Views that read something, and plain views that read those; what a materialized view gives stays as it is.
fn reading<'a>(catalog: &'a Catalog, direct: &dyn Fn(&View) -> bool) -> Vec<&'a View> {
    let mut found: Vec<&View> = catalog.views.iter().filter(|v| direct(v)).collect();
    let mut next = 0;
    while let Some(below) = found.get(next).copied() {
        next += 1;
        for view in catalog.views_needing(&below.name).filter(|_| !below.materialized) {
            if !found.iter().any(|f| f.name == view.name) {
                found.push(view);
            }
        }
    }
    found
}

/// Views with those they read before them.
fn in_order(mut views: Vec<&View>) -> Vec<&View> {
    let mut placed: Vec<&View> = Vec::new();
    while !views.is_empty() {
        let waits =
            |v: &&View| views.iter().any(|o| o.name != v.name && v.needs.iter().any(|d| d.on == o.name));
        let (rest, ready): (Vec<&View>, Vec<&View>) = views.iter().partition(|v| waits(v));
        if ready.is_empty() {
            placed.extend(rest);
            return placed;
        }
        placed.extend(ready);
        views = rest;
    }
    placed
}

/// A table and all below it, which have its columns.
fn with_those_below(catalog: &Catalog, table: &Name) -> Vec<Name> {
    let below = catalog.descendants_of(table).into_iter().map(|t| t.name.clone());
    std::iter::once(table.clone()).chain(below).collect()
}

fn is_clone(catalog: &Catalog, table: &Table, trigger: &Trigger) -> bool {
    let parent = table.partition_of.as_ref().and_then(|p| catalog.table(p));
    parent.is_some_and(|p| trigger.per_row && p.triggers.iter().any(|t| t.name == trigger.name))
}

/// Policies of other tables that read something.
fn parts_that_need(catalog: &Catalog, needs: &dyn Fn(&Dependency) -> bool) -> Vec<Object> {
    let reads = |t: &Table| -> Vec<Object> {
        let policies = t.policies.iter().filter(|p| p.needs.iter().any(needs));
        policies.map(|p| Object::Policy(t.name.clone(), p.name.clone())).collect()
    };
    catalog.tables.iter().flat_map(reads).collect()
}

/// Rules that name the column, or write or read one of the relations: which columns of those is not known.
fn rules_about(catalog: &Catalog, tables: &[Name], relations: &[&Name], column: &str) -> Vec<Object> {
    let mut found = Vec::new();
    let mut look = |of: &Name, rules: &[Rule]| {
        for rule in rules {
            let own = tables.contains(of) && rule.columns.iter().any(|c| c == column);
            if own || rule.statements.iter().any(|s| relations.contains(&&s.relation)) {
                found.push(Object::Rule(of.clone(), rule.name.clone()));
            }
        }
    };
    catalog.tables.iter().filter(|t| !t.rules.is_empty()).for_each(|t| look(&t.name, &t.rules));
    let plain = catalog.views.iter().filter(|v| !v.materialized && !v.rules.is_empty());
    plain.for_each(|v| look(&v.name, &v.rules));
    found
}

/// What reads a relation, with the text that says how.
pub(crate) fn texts_about(catalog: &Catalog, relation: &Name) -> Vec<String> {
    catalog.views_needing(relation).map(text_of_view).collect()
}

fn text_of_view(view: &View) -> String {
    let word = if view.materialized { "materialized view" } else { "view" };
    format!("{word} {}: `{}`", view.name, text_or_unknown(view.definition.as_deref()))
}

fn text_or_unknown(text: Option<&str>) -> String {
    text.map_or_else(|| "its text is not known".to_owned(), one_line)
}

/// What needs a column, with the text that says how: what has to be changed before the column can go.
pub(crate) fn texts(catalog: &Catalog, table: &Name, column: &str) -> Vec<String> {
    let reads = |v: &&View| v.needs.iter().any(|d| d.needs(table, column));
    let mut found: Vec<String> = catalog.views_needing(table).filter(reads).map(text_of_view).collect();
    let policies = catalog.tables.iter().flat_map(|t| t.policies.iter().map(move |p| (t, p)));
    let of = |t: &Table, p: &Policy| {
        t.name == *table && p.columns.iter().any(|c| c == column)
            || p.needs.iter().any(|d| d.needs(table, column))
    };
    for (t, policy) in policies.filter(|(t, p)| of(t, p)) {
        let text = match &policy.definition {
            Some(definition) => {
                let using = definition.using.iter().map(|e| format!(" USING {}", one_line(e)));
                let check = definition.check.iter().map(|e| format!(" WITH CHECK {}", one_line(e)));
                format!("`FOR {}{}`", policy.command, using.chain(check).collect::<String>())
            }
            None => text_or_unknown(None),
        };
        found.push(format!("policy {} of {}: {text}", policy.name, t.name));
    }
    let has = |columns: &[String]| columns.iter().any(|c| c == column);
    if let Some(own) = catalog.table(table) {
        for trigger in own.triggers.iter().filter(|t| has(&t.columns)) {
            let text = text_or_unknown(trigger.definition.as_deref());
            found.push(format!("trigger {}: `{text}`", trigger.name));
        }
        for rule in own.rules.iter().filter(|r| has(&r.columns)) {
            let text = text_or_unknown(rule.definition.as_deref());
            found.push(format!("rule {}: `{text}`", rule.name));
        }
    }
    found
}

/// A plain change of type with what its dependants need: dropped before it and made again behind it, as somebody would
/// have to type it. The change itself where nothing depends on the column, or where it cannot be done.
pub(crate) fn with_dependants(context: &RecipeContext<'_>, change: &Change) -> Vec<Change> {
    let mut all: Vec<Dependants> = Vec::new();
    for part in change.parts() {
        if let Change::AlterColumn { table, column, action: ColumnAction::Type { .. } } = part {
            match Dependants::at_once(context, table, column) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => all.push(found),
                Err(_) => return vec![change.clone()],
            }
        }
    }
    // What several columns have in common would be dropped twice.
    let [only] = all.as_slice() else { return vec![change.clone()] };
    let mut changes = only.dropped();
    changes.push(change.clone());
    changes.extend(only.made_again());
    changes
}

//! A plain table that becomes a partitioned one: where the partitions begin, what everything is called, and the
//! statements that the plain way and the plan without downtime share.
//!
//! The old table becomes the first partition as it is, with all values below the first boundary; nothing is copied.

mod calendar;
mod keys;
mod obstacles;
mod parent;

use altimeter_catalog::{
    Catalog, Change, Check, Name, PartitionBy, PartitionChange, Partitioning, RelationWord, Table, Width,
};

use crate::comments;
use crate::dependants::Dependants;
use crate::plan::PlanError;
use crate::recipe::{RecipeContext, refuse};
use calendar::Day;
pub(crate) use keys::Key;

/// Partitions made ahead.
const AHEAD: usize = 3;

/// A boundary between partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Boundary {
    /// As it stands in a bound, as SQL.
    sql: String,
    /// What a partition that begins there is called by.
    label: String,
}

/// What becomes of the table, and how everything is called.
pub(crate) struct Layout<'a> {
    pub(crate) context: &'a RecipeContext<'a>,
    /// The table as the catalog has it.
    pub(crate) table: &'a Table,
    /// The column that decides.
    pub(crate) column: &'a str,
    /// How much a partition takes.
    pub(crate) width: Width,
    /// The first boundary and those behind it: one more than there are partitions ahead.
    boundaries: Vec<Boundary>,
    /// The old table's name as the first partition.
    pub(crate) first: Name,
    /// The partitioned table's name while it is beside.
    pub(crate) beside: Name,
    /// The partition of what belongs to no other.
    pub(crate) rest: Name,
    /// Keys that must take the column in.
    pub(crate) keys: Vec<Key<'a>>,
    /// What reads the table and is bound to it, not to its name: views, policies of other tables, rules.
    pub(crate) dependants: Dependants,
}

/// Changes in order, each made on the schema the ones before it leave.
pub(crate) struct Sequence {
    pub(crate) schema: Catalog,
    pub(crate) changes: Vec<Change>,
}

impl Sequence {
    pub(crate) fn on(schema: &Catalog) -> Self {
        Self { schema: schema.clone(), changes: Vec::new() }
    }

    pub(crate) fn push(&mut self, change: Change) -> Result<(), PlanError> {
        self.schema.apply(&change).map_err(|e| refuse(e.to_string(), "correct the request"))?;
        self.changes.push(change);
        Ok(())
    }

    pub(crate) fn extend(&mut self, changes: impl IntoIterator<Item = Change>) -> Result<(), PlanError> {
        changes.into_iter().try_for_each(|c| self.push(c))
    }
}

/// The change with the plain statements it stands for; without any where the recipe will say why there are none.
pub(crate) fn change(
    context: &RecipeContext<'_>,
    (table, column): (&Name, &str),
    by: PartitionBy,
    from: Option<&str>,
) -> Change {
    let layout = Layout::new(context, (table, column), by, from);
    Change::Partition(PartitionChange::Partition(Box::new(Partitioning {
        table: table.clone(),
        column: column.to_owned(),
        by,
        from: from.map(str::to_owned),
        plain: layout.and_then(|l| l.plain()).unwrap_or_default(),
    })))
}

impl<'a> Layout<'a> {
    /// # Errors
    /// If the table cannot become the first partition as it is.
    pub(crate) fn new(
        context: &'a RecipeContext<'a>,
        (name, column): (&Name, &str),
        by: PartitionBy,
        from: Option<&str>,
    ) -> Result<Self, PlanError> {
        let table = context.table(name)?;
        let column = context.column(table, column)?;
        let PartitionBy::Ranges(width) = by else { return Err(refuse_copy(name, by)) };
        let boundaries = boundaries(context, table, column, width, from)?;
        let label = boundaries.first().map(|b| b.label.clone()).unwrap_or_default();
        let sibling = |text: String| name.sibling(context.name(&text));
        let layout = Self {
            context,
            table,
            column: &column.name,
            width,
            boundaries,
            first: sibling(format!("{}_before_{label}", name.name)),
            beside: sibling(format!("altimeter_{}", name.name)),
            rest: sibling(format!("{}_default", name.name)),
            keys: keys::without(context, table, &column.name)?,
            dependants: Dependants::of_view(context, name)?,
        };
        layout.refuse_obstacles()?;
        Ok(layout)
    }

    /// The partitions ahead: names and bounds.
    pub(crate) fn ahead(&self) -> Vec<(Name, String)> {
        let pairs = self.boundaries.iter().zip(self.boundaries.iter().skip(1));
        let partition = |(from, to): (&Boundary, &Boundary)| {
            let name = format!("{}_{}", self.table.name.name, from.label);
            let bound = format!("FOR VALUES FROM ({}) TO ({})", from.sql, to.sql);
            (self.table.name.sibling(self.context.name(&name)), bound)
        };
        pairs.map(partition).collect()
    }

    /// The first value that is not the old table's.
    pub(crate) fn boundary(&self) -> &str {
        self.boundaries.first().map(|b| b.sql.as_str()).unwrap_or_default()
    }

    /// The old table's bound.
    pub(crate) fn bound(&self) -> String {
        format!("FOR VALUES FROM (MINVALUE) TO ({})", self.boundary())
    }

    /// The names it takes, all of which must be free.
    pub(crate) fn names(&self) -> Vec<Name> {
        let ahead = self.ahead().into_iter().map(|(name, _)| name);
        ahead.chain([self.first.clone(), self.beside.clone(), self.rest.clone()]).collect()
    }

    /// That they are.
    pub(crate) fn names_free(&self) -> Vec<Check> {
        self.names().into_iter().map(|name| Check::NameFree { name }).collect()
    }

    /// An index's name once the table is the first partition.
    pub(crate) fn index_of_first(&self, index: &str) -> String {
        let own = index.strip_prefix(&self.table.name.name).map(|rest| rest.trim_start_matches('_'));
        let own = own.filter(|own| !own.is_empty()).unwrap_or(index);
        self.context.name(&format!("{}_{own}", self.first.name))
    }

    /// An index's name while the partitioned table is beside.
    pub(crate) fn index_beside(&self, index: &str) -> String {
        self.context.name(&format!("altimeter_parent_{index}"))
    }

    /// Indexes that the partitioned table has too.
    pub(crate) fn indexes(&self) -> impl Iterator<Item = &'a altimeter_catalog::Index> {
        self.table.indexes.iter().filter(|i| i.valid)
    }

    pub(crate) fn attach(&self) -> Change {
        Change::Partition(PartitionChange::Attach {
            parent: self.table.name.clone(),
            child: self.first.clone(),
            bound: self.bound(),
        })
    }

    /// The plain way, with the applications stopped: the keys are built and the rows read under the lock.
    fn plain(&self) -> Result<Vec<Change>, PlanError> {
        let (name, first) = (&self.table.name, &self.first);
        let mut all = Sequence::on(self.context.catalog);
        all.extend(self.dependants.dropped())?;
        for key in &self.keys {
            all.extend(key.widened_plainly(name))?;
        }
        let lost =
            comments::lost(self.context.catalog, &all.schema, &all.changes, std::slice::from_ref(name));
        all.extend(lost)?;
        if self.table.column(self.column).is_some_and(|c| !c.not_null) {
            all.push(Change::SetNotNull { table: name.clone(), column: self.column.to_owned() })?;
        }
        all.extend(self.drop_triggers())?;
        all.push(Change::rename_relation(RelationWord::Table, name, &first.name))?;
        for index in self.indexes() {
            let index = &index.definition.name;
            all.push(Change::rename_relation(
                RelationWord::Index,
                &name.sibling(index),
                self.index_of_first(index),
            ))?;
        }
        self.make_parent(&mut all, (first, name), &|index| (self.index_of_first(index), index.to_owned()))?;
        let handed = self.hand_over(&all.schema, first, name);
        if !handed.is_empty() {
            all.push(Change::Together(handed))?;
        }
        all.push(self.attach())?;
        all.extend(self.dependants.made_again())?;
        Ok(all.changes)
    }
}

/// Rows that have to go to several partitions have to be copied.
fn refuse_copy(name: &Name, by: PartitionBy) -> PlanError {
    let how = if by == PartitionBy::List { "list" } else { "hash" };
    refuse(
        format!(
            "partitioning by {how} spreads the rows {name} has over several partitions, so all have to be copied"
        ),
        "it needs a partitioned table beside, a trigger that keeps it in step, a copy in batches and a change of names; a \
         plan for that is not made yet. By range (month, or every so many numbers) the table becomes the first partition \
         as it is",
    )
}

/// Where the partitions begin.
fn boundaries(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &altimeter_catalog::Column,
    width: Width,
    from: Option<&str>,
) -> Result<Vec<Boundary>, PlanError> {
    let on = format!("{}.{}", table.name, column.name);
    let type_name = column.type_name.as_str();
    let wrong = |words: &str| {
        refuse(
            format!("{on} is {type_name}: {words}"),
            "partition by a column of dates or times (by day, week, month, quarter, year), or of whole numbers (by range, \
             every 1000000)",
        )
    };
    match width {
        Width::Numbers(every) => {
            if !["smallint", "integer", "bigint"].contains(&type_name) {
                return Err(wrong("a range of numbers needs a column of whole numbers"));
            }
            let first = match from {
                Some(text) => text.parse().map_err(|_| wrong(&format!("{text} is no whole number")))?,
                None => after_the_last(context, table, column, every)?,
            };
            let largest = match type_name {
                "smallint" => i64::from(i16::MAX),
                "integer" => i64::from(i32::MAX),
                _ => i64::MAX,
            };
            let at = |n: usize| every.checked_mul(n as i64).and_then(|d| first.checked_add(d));
            let at = (0..=AHEAD).map(|n| at(n).filter(|v| *v <= largest)).collect::<Option<Vec<i64>>>();
            let at = at.ok_or_else(|| wrong("the partitions ahead would end beyond its largest value"))?;
            Ok(at.into_iter().map(|v| Boundary { sql: v.to_string(), label: v.to_string() }).collect())
        }
        calendar => {
            let suffix = match type_name {
                "date" => "",
                t if t.starts_with("timestamp") && t.ends_with("with time zone") => " 00:00:00+00",
                t if t.starts_with("timestamp") => " 00:00:00",
                _ => return Err(wrong("a calendar needs a column of dates or times")),
            };
            let mut day = first_day(context, calendar, from)?;
            let mut found = Vec::new();
            while found.len() <= AHEAD {
                found.push(Boundary { sql: format!("'{}{suffix}'", day.iso()), label: day.label(calendar) });
                day = day.next(calendar).ok_or_else(|| wrong("that is no part of a calendar"))?;
            }
            Ok(found)
        }
    }
}

/// The day the first new partition begins with: not before tomorrow is over, so that there is time for the plan.
fn first_day(context: &RecipeContext<'_>, width: Width, from: Option<&str>) -> Result<Day, PlanError> {
    let unknown = |what: &str| refuse(format!("{what} is no date"), "write it as 2027-01-01");
    match from {
        Some(text) => {
            let day = Day::parse(text).ok_or_else(|| unknown(text))?;
            match day.start_of(width) {
                Some(start) if start == day => Ok(day),
                start => Err(refuse(
                    format!("no {width} begins on {}", day.iso()),
                    format!("begin with {}", start.and_then(|s| s.next(width)).unwrap_or(day).iso()),
                )),
            }
        }
        None => {
            let taken = &context.catalog.server.taken_at;
            let today = Day::parse(taken).ok_or_else(|| unknown(taken))?;
            today.tomorrow().next(width).ok_or_else(|| unknown(taken))
        }
    }
}

/// A multiple of the width with room behind the last value the column's sequence gave.
fn after_the_last(
    context: &RecipeContext<'_>,
    table: &Table,
    column: &altimeter_catalog::Column,
    every: i64,
) -> Result<i64, PlanError> {
    let owned = |s: &&altimeter_catalog::Sequence| {
        s.owned_by.as_ref().is_some_and(|o| o.needs(&table.name, &column.name))
    };
    let sequence = context.catalog.sequences_owned_by(&table.name).find(owned);
    let last = sequence.and_then(|s| {
        let options = s.options.filter(|o| o.increment > 0)?;
        Some(s.used? * options.maximum as f64)
    });
    let Some(last) = last.filter(|l| *l < 9e18 - 2.0 * every as f64) else {
        return Err(refuse(
            format!(
                "how far {}.{} has come is not known: no sequence of its own counts it",
                table.name, column.name
            ),
            format!(
                "say where the first new partition begins, above every value there is: … every {every} starting 5000000"
            ),
        ));
    };
    // Room for what is written until the last step.
    let beyond = last as i64 + (every / 10).max(1);
    Ok((beyond / every + 1) * every)
}

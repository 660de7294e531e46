//! Changing a column's type, as in `change the type of users.age from varchar to integer`.

use altimeter_catalog::{Change, Column, ColumnAction};

use super::column_type::read_type;
use super::matching::Clause;
use super::pattern::Slot;
use super::reader::{Found, Reader, existing_table, incomplete};
use super::resolve::{Names, shown};
use super::token::Part;
use super::trouble::{Progress, Trouble};

/// Reads requests to change a column's type.
pub(super) struct ChangeType;

const CLAUSES: &[Clause] = &[
    Clause {
        required: true,
        patterns: &[
            "alter|set|switch [data] [type|datatype of]",
            "alter|set|switch column [data] type|datatype [of]",
            "convert|cast|turn|migrate [data] [type|datatype of]",
            "widen|enlarge|extend|lengthen|shorten|shrink|narrow|truncate",
            "make [column] <column> [column] [be] [of type] <type>",
            "make {table} 's [column] <column> [column] [be] [of type] <type>",
            "<column> should|must|shall|will be|become [of type] <type>",
        ],
    },
    Clause {
        required: false,
        patterns: &[
            "[column] <column> [column] ['s] [data] [type|datatype]",
            "{table} 's [column] <column> [column] [data] [type|datatype]",
        ],
    },
    Clause { required: false, patterns: &["from [type] <oldtype>"] },
    Clause { required: false, patterns: &["to|as|into|-> [be] [type] <type>"] },
    Clause { required: false, patterns: &["{on_table}", "{apart}"] },
    Clause {
        required: false,
        patterns: &["[on|as] [time] zone|timezone <zone>", "on <zone> [time] [zone|timezone]"],
    },
    Clause { required: false, patterns: &["using <using>"] },
];

impl Reader for ChangeType {
    fn doing(&self) -> &'static str {
        "changing a column's type"
    }

    fn clauses(&self) -> &'static [Clause] {
        CLAUSES
    }

    fn build(&self, found: &Found<'_>) -> Result<Change, Trouble> {
        let (table, column) = found.column(Slot::Column, "give another type")?;
        let written = found.sql(Slot::Type).ok_or_else(|| {
            incomplete(&format!("which type {}.{} shall have", table.name, shown(&column.name)))
        })?;
        let type_name = read_type(found.names, &written)?;
        if let Some(said) = found.sql(Slot::OldType) {
            same_type(column, &said, &read_type(found.names, &said)?)?;
        }
        let using = using(found, column, &type_name)?;
        let said = using.is_some();
        let action = ColumnAction::Type { type_name, collation: None, using };
        let change = Change::AlterColumn { table: table.name.clone(), column: column.name.clone(), action };
        if said { found.confirm(&change, "the conversion") } else { Ok(change) }
    }

    fn examine(&self, names: Names<'_>, change: &Change) -> Option<Result<(), Trouble>> {
        let Change::AlterColumn { table, column, action: ColumnAction::Type { type_name, collation, using } } =
            change
        else {
            return None;
        };
        Some(existing_table(names, table).and_then(|table| {
            let found = names.column(table, &Part { text: column.clone(), quote: Some('"') })?;
            if &found.type_name == type_name && &found.collation == collation && using.is_none() {
                let message = format!("{}.{} is {type_name} already", table.name, shown(column));
                return Err(Trouble::new(Progress::Named, message, "there is nothing to do"));
            }
            Ok(())
        }))
    }

    fn says(&self, change: &Change) -> Option<String> {
        let Change::AlterColumn { table, column, action: ColumnAction::Type { type_name, collation, using } } =
            change
        else {
            return None;
        };
        let mut says = format!("change the type of {table}.{} to {type_name}", shown(column));
        if let Some(collation) = collation {
            says += &format!(" collate {collation}");
        }
        if let Some(using) = using {
            says += &format!(" using {}", crate::text::one_line(using));
        }
        Some(says)
    }

    fn example(&self, table: &str, column: &str) -> String {
        format!("change the type of {column} of {table} to varchar(200)")
    }
}

/// How the values get there: as said, at the time zone that was said, or by a cast where the server wants to be told.
fn using(found: &Found<'_>, column: &Column, type_name: &str) -> Result<Option<String>, Trouble> {
    let Names { engine, catalog, .. } = found.names;
    let quoted = engine.replace_column("x", "x", &column.name);
    if let Some(expression) = found.sql(Slot::Using) {
        return Ok(Some(expression));
    }
    if let Some(zone) = found.sql(Slot::Zone) {
        let timestamp = |t: &str| t.starts_with("timestamp");
        if !timestamp(&column.type_name) || !timestamp(type_name) {
            let message = format!("a time zone says nothing about {} and {type_name}", column.type_name);
            return Err(Trouble::new(Progress::Named, message, "leave it out"));
        }
        let zone = zone.trim_matches(['\'', '"', '`']);
        return Ok(Some(format!("{quoted} AT TIME ZONE '{}'", zone.replace('\'', "''"))));
    }
    let casting = engine.casting(catalog, &column.type_name, type_name);
    Ok(casting.filter(|c| c.must_be_said).map(|_| engine.cast(&quoted, type_name)))
}

/// `from varchar` is said of a column that is one, whatever its length.
fn same_type(column: &Column, said: &str, type_name: &str) -> Result<(), Trouble> {
    let bare = |t: &str| t.split('(').next().unwrap_or(t).trim().to_owned();
    let length = |t: &str| t.contains('(');
    let same = if length(type_name) {
        column.type_name == type_name
    } else {
        bare(&column.type_name) == bare(type_name)
    };
    // Of two ways to say "string" people take either.
    let strings = ["text", "character varying"];
    let string = |t: &str| strings.contains(&bare(t).as_str());
    if same || string(&column.type_name) && string(type_name) && !length(type_name) {
        return Ok(());
    }
    Err(Trouble::new(
        Progress::Named,
        format!("{} is {}, not {}", shown(&column.name), column.type_name, said.escape_debug()),
        "name the column that is meant, or leave the old type out",
    ))
}

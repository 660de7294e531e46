//! The bodies of the trigger functions that keep columns of two tables in step, whichever of the two is written.

use altimeter_catalog::{Across, AcrossPart, InBoth};

use super::in_step::dollar_tag;
use crate::quoting::{quote, quote_name};

/// The body, dollar-quoted. Stored images are compared: what `=` cannot see would be lost.
pub(super) fn print_body(it: &Across) -> String {
    let texts = Texts::of(it);
    let work = match it.part {
        AcrossPart::OfParent { always, void_goes } => texts.of_parent(always, void_goes),
        AcrossPart::OfChild => texts.of_child(),
        AcrossPart::BeforeChild => texts.before_child(),
    };
    let tag = dollar_tag(&work);
    format!("{tag}\n{work}{tag}")
}

struct Texts {
    parent: String,
    child: String,
    /// Key columns of the parent and of the child.
    keys: Vec<(String, String)>,
    columns: Vec<String>,
    /// What stands in a row of the parent that the child has none for, each cast to its column's type.
    voids: Vec<String>,
}

impl Texts {
    fn of(it: &Across) -> Self {
        let void = |c: &InBoth| crate::expression::cast(c.void.as_deref().unwrap_or("NULL"), &c.type_name);
        Self {
            parent: quote_name(&it.parent),
            child: quote_name(&it.child),
            keys: it.key.iter().map(|(p, c)| (quote(p), quote(c))).collect(),
            columns: it.columns.iter().map(|c| quote(&c.name)).collect(),
            voids: it.columns.iter().map(void).collect(),
        }
    }

    /// The row of the parent that a row of the parent or (the other side of the pair) of the child speaks of.
    fn at(&self, left: (&str, bool), right: (&str, bool)) -> String {
        let side = |(alias, of_child): (&str, bool), (p, c): &(String, String)| {
            format!("{alias}.{}", if of_child { c } else { p })
        };
        let same: Vec<String> =
            self.keys.iter().map(|pair| format!("{} = {}", side(left, pair), side(right, pair))).collect();
        same.join(" AND ")
    }

    fn row(&self, of: &str) -> String {
        let fields: Vec<String> = self.columns.iter().map(|c| format!("{of}.{c}")).collect();
        format!("ROW({})", fields.join(", "))
    }

    fn void(&self) -> String {
        format!("ROW({})", self.voids.join(", "))
    }

    fn list(&self, of: &str) -> String {
        self.columns.iter().map(|c| format!("{of}.{c}")).collect::<Vec<_>>().join(", ")
    }

    fn set_from(&self, of: &str) -> String {
        self.columns.iter().map(|c| format!("{c} = {of}.{c}")).collect::<Vec<_>>().join(", ")
    }

    /// A new row of the child, of what the parent holds for a new row of its own.
    fn insert(&self, only: &str) -> String {
        let own: Vec<String> = self.keys.iter().map(|(p, _)| format!("p.{p}")).collect();
        let theirs: Vec<String> = self.keys.iter().map(|(_, c)| c.clone()).collect();
        format!(
            "    INSERT INTO {} ({}, {})
      SELECT {}, {} FROM {} AS p WHERE {}{only}
      ON CONFLICT ({}) DO NOTHING;\n",
            self.child,
            theirs.join(", "),
            self.columns.join(", "),
            own.join(", "),
            self.list("p"),
            self.parent,
            self.at(("p", false), ("NEW", false)),
            theirs.join(", "),
        )
    }

    /// A row that is there already in the child was written by somebody who knows the child: it counts.
    fn of_parent(&self, always: bool, void_goes: bool) -> String {
        let holds = format!(" AND pg_catalog.record_image_ne({}, {})", self.row("p"), self.void());
        let gone = format!(
            "    DELETE FROM {} AS c USING {} AS p
      WHERE {} AND {} AND pg_catalog.record_image_eq({}, {});\n",
            self.child,
            self.parent,
            self.at(("p", false), ("NEW", false)),
            self.at(("c", true), ("p", false)),
            self.row("p"),
            self.void()
        );
        format!(
            "BEGIN
  IF TG_OP = 'INSERT' THEN
{inserted}  ELSIF pg_catalog.record_image_ne({old}, {new}) THEN
{gone}    UPDATE {child} AS c SET {set} FROM {parent} AS p
      WHERE {p_new} AND {c_p} AND pg_catalog.record_image_ne({c}, {p});
{held}  END IF;
  RETURN NULL;
END
",
            inserted = self.insert(if always { "" } else { &holds }),
            old = self.row("OLD"),
            new = self.row("NEW"),
            gone = if void_goes { gone.as_str() } else { "" },
            child = self.child,
            parent = self.parent,
            set = self.set_from("p"),
            p_new = self.at(("p", false), ("NEW", false)),
            c_p = self.at(("c", true), ("p", false)),
            c = self.row("c"),
            p = self.row("p"),
            held = self.insert(&holds),
        )
    }

    fn of_child(&self) -> String {
        let voided: Vec<String> =
            self.columns.iter().zip(&self.voids).map(|(c, v)| format!("{c} = {v}")).collect();
        let holds = format!("pg_catalog.record_image_ne({}, {})", self.row("p"), self.void());
        format!(
            "BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    UPDATE {parent} AS p SET {voided}
      WHERE {holds} AND NOT EXISTS (SELECT FROM {child} AS c WHERE {c_p});
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    UPDATE {parent} AS p SET {voided}
      WHERE {p_old} AND {holds} AND NOT EXISTS (SELECT FROM {child} AS c WHERE {c_p});
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE {parent} AS p SET {set} FROM {child} AS c
      WHERE {c_new} AND {c_p} AND pg_catalog.record_image_ne({p}, {c});
  END IF;
  RETURN NULL;
END
",
            parent = self.parent,
            child = self.child,
            voided = voided.join(", "),
            c_p = self.at(("c", true), ("p", false)),
            p_old = self.at(("p", false), ("OLD", true)),
            c_new = self.at(("c", true), ("NEW", true)),
            set = self.set_from("c"),
            p = self.row("p"),
            c = self.row("c"),
        )
    }

    fn before_child(&self) -> String {
        format!(
            "BEGIN
  DELETE FROM {} AS c WHERE {} AND pg_catalog.record_image_eq({}, {});
  RETURN NEW;
END
",
            self.child,
            self.at(("c", true), ("NEW", true)),
            self.row("c"),
            self.void()
        )
    }
}

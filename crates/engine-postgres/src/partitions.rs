//! Partition keys and bounds: which rows a partition takes, and which partitions rows can be in.

use altimeter_catalog::{Catalog, Name, Table};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::implication::{Condition, Operator, Value, excludes};
use crate::parse::{Parsed, child, find, parse_expression, text_of};

/// A partition's bound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Bound {
    /// `FROM (…) TO (…)`.
    Range { from: Vec<Edge>, to: Vec<Edge> },
    /// `IN (…)`, with or without NULL.
    List { values: Vec<Option<Value>>, null: bool },
    /// `WITH (MODULUS …)`: which rows those are only the server can tell.
    Hash,
    /// `DEFAULT`.
    Default,
}

/// One end of a range in one column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edge {
    /// `MINVALUE`.
    Least,
    /// `MAXVALUE`.
    Most,
    /// A constant; none if only the server can work it out.
    At(Option<Value>),
}

impl Bound {
    /// Reads a bound as it is written or printed: `FOR VALUES FROM (1) TO (2)`, `DEFAULT`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parsed = Parsed::new(&format!("ALTER TABLE a ATTACH PARTITION b {text}"));
        Bound::of(&find(&parsed.node()?, SyntaxKind::ATTACH_PARTITION)?)
    }

    /// The bound among a node's children.
    pub(crate) fn of(node: &SyntaxNode) -> Option<Self> {
        node.children().find_map(|n| match n.kind() {
            SyntaxKind::PARTITION_DEFAULT => Some(Bound::Default),
            SyntaxKind::PARTITION_FOR_VALUES_WITH => Some(Bound::Hash),
            SyntaxKind::PARTITION_FOR_VALUES_IN => {
                let items: Vec<SyntaxNode> = n.children().flat_map(|c| expressions(&c)).collect();
                let is_null = |n: &SyntaxNode| text_of(n).eq_ignore_ascii_case("null");
                let null = items.iter().any(is_null);
                let values = items.iter().filter(|n| !is_null(n)).map(Value::of).collect();
                Some(Bound::List { values, null })
            }
            SyntaxKind::PARTITION_FOR_VALUES_FROM => Some(Bound::Range {
                from: child(&n, SyntaxKind::PARTITION_FROM_VALUES).map(|n| edges(&n)).unwrap_or_default(),
                to: child(&n, SyntaxKind::PARTITION_TO_VALUES).map(|n| edges(&n)).unwrap_or_default(),
            }),
            _ => None,
        })
    }

    /// What rows under this bound satisfy (`get_qual_from_partbound` in the server's `partbounds.c`).
    fn condition(&self, keys: &[String]) -> Condition {
        match self {
            Bound::Hash | Bound::Default => Condition::Other("the server's hash".to_owned()),
            Bound::List { values, null } => {
                let Some(key) = keys.first() else { return Condition::All(Vec::new()) };
                let equal = |value: &Option<Value>| Condition::Compare {
                    subject: key.clone(),
                    operator: Operator::Equal,
                    value: value.clone(),
                };
                let listed = Condition::Any(values.iter().map(equal).collect());
                if *null {
                    Condition::Any(vec![Condition::IsNull(key.clone()), listed])
                } else {
                    Condition::All(vec![Condition::NotNull(key.clone()), listed])
                }
            }
            Bound::Range { from, to } => range(keys, from, to),
        }
    }
}

/// Nodes that are expressions themselves, or those in a list.
fn expressions(node: &SyntaxNode) -> Vec<SyntaxNode> {
    match node.kind() {
        SyntaxKind::PAREN_EXPR | SyntaxKind::TUPLE_EXPR | SyntaxKind::ROW => node.children().collect(),
        _ => vec![node.clone()],
    }
}

fn edges(node: &SyntaxNode) -> Vec<Edge> {
    let edge = |n: SyntaxNode| match text_of(&n).to_ascii_lowercase().as_str() {
        "minvalue" => Edge::Least,
        "maxvalue" => Edge::Most,
        _ => Edge::At(Value::of(&n)),
    };
    node.children().flat_map(|n| expressions(&n)).map(edge).collect()
}

/// `(a, b) >= from AND (a, b) < to`, column by column, and no NULL anywhere.
fn range(keys: &[String], from: &[Edge], to: &[Edge]) -> Condition {
    let mut parts: Vec<Condition> = keys.iter().map(|k| Condition::NotNull(k.clone())).collect();
    let mut pinned = 0;
    while let (Some(key), Some(Edge::At(low)), Some(Edge::At(high))) =
        (keys.get(pinned), from.get(pinned), to.get(pinned))
    {
        let same = low.as_ref().zip(high.as_ref()).is_some_and(|(l, h)| l.is(h) == Some(true));
        if !same {
            break;
        }
        let value = low.clone();
        parts.push(Condition::Compare { subject: key.clone(), operator: Operator::Equal, value });
        pinned += 1;
    }
    let rest = keys.get(pinned..).unwrap_or_default();
    let ends = [
        (from.get(pinned..).unwrap_or_default(), Operator::Greater, Operator::GreaterEqual, Edge::Least),
        (to.get(pinned..).unwrap_or_default(), Operator::Less, Operator::Less, Edge::Most),
    ];
    for (edges, beyond, at_last, open) in ends {
        let arms = arms(rest, edges, beyond, at_last, &open);
        match arms.len() {
            0 if edges.first() == Some(&open) => {}
            1 => parts.extend(arms),
            _ => parts.push(Condition::Any(arms)),
        }
    }
    Condition::All(parts)
}

/// The ways a row can be on the inner side of one end: beyond it in the first column, or at it there and beyond it in
/// the second, and so on.
fn arms(keys: &[String], edges: &[Edge], beyond: Operator, at_last: Operator, open: &Edge) -> Vec<Condition> {
    let mut arms = Vec::new();
    let mut before: Vec<Condition> = Vec::new();
    for (n, (key, edge)) in keys.iter().zip(edges).enumerate() {
        let Edge::At(value) = edge else {
            if edge == open && !before.is_empty() {
                arms.push(Condition::All(before));
            }
            return arms;
        };
        let compare = |operator| Condition::Compare { subject: key.clone(), operator, value: value.clone() };
        let last = n + 1 == keys.len();
        let mut arm = before.clone();
        arm.push(compare(if last { at_last } else { beyond }));
        arms.push(if arm.len() == 1 { arm.remove(0) } else { Condition::All(arm) });
        before.push(compare(Operator::Equal));
    }
    arms
}

/// The columns and expressions of a partition key, in order.
pub(crate) fn keys(parent: &Table) -> Vec<String> {
    let key = parent.partition_key.as_deref().unwrap_or_default();
    let listed = key.find('(').and_then(|open| key.get(open + 1..key.rfind(')')?)).unwrap_or_default();
    let mut items = vec![String::new()];
    let (mut depth, mut quoted) = (0_usize, false);
    for c in listed.chars() {
        quoted ^= c == '"';
        match c {
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        match items.last_mut() {
            Some(last) if c != ',' || depth > 0 || quoted => last.push(c),
            _ => items.push(String::new()),
        }
    }
    let subject = |item: &String| {
        let item = item.trim();
        // A collation or operator class may follow a plain column.
        let first = item.split_whitespace().next().unwrap_or_default();
        let text = if item.starts_with(['(', '"']) || item.contains('(') { item } else { first };
        let node = parse_expression(text);
        node.and_then(|n| crate::implication::subject(&n)).unwrap_or_else(|| text.to_owned())
    };
    items.iter().map(subject).collect()
}

/// What every row of a partition satisfies by its bound. For the default one: what no other takes.
pub(crate) fn condition_of(catalog: &Catalog, partition: &Table) -> Condition {
    let unknown = || Condition::Other("an unknown bound".to_owned());
    let Some(parent) = partition.partition_of.as_ref().and_then(|p| catalog.table(p)) else {
        return Condition::All(Vec::new());
    };
    match partition.partition_bound.as_deref().and_then(Bound::parse) {
        Some(bound) => under(catalog, parent, &partition.name, &bound),
        None => unknown(),
    }
}

/// What rows satisfy that a table named `partition` takes under that bound.
pub(crate) fn under(catalog: &Catalog, parent: &Table, partition: &Name, bound: &Bound) -> Condition {
    if *bound != Bound::Default {
        return bound.condition(&keys(parent));
    }
    let others = children(catalog, &parent.name).filter(|t| &t.name != partition);
    Condition::All(others.map(|t| condition_of(catalog, t).negated()).collect())
}

/// The direct partitions.
pub(crate) fn children<'a>(catalog: &'a Catalog, parent: &Name) -> impl Iterator<Item = &'a Table> {
    catalog.direct_partitions_of(parent)
}

/// The default partition, if there is one.
pub(crate) fn default_of<'a>(catalog: &'a Catalog, parent: &Name) -> Option<&'a Table> {
    children(catalog, parent).find(|t| t.partition_bound.as_deref() == Some("DEFAULT"))
}

/// The direct partitions that can hold rows which satisfy all of some conditions.
pub(crate) fn live<'a>(catalog: &'a Catalog, parent: &Table, conditions: &[Condition]) -> Vec<&'a Table> {
    let wanted = Condition::All(conditions.to_vec());
    children(catalog, &parent.name).filter(|t| !excludes(&wanted, &condition_of(catalog, t))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partitioned(key: &str, bounds: &[(&str, &str)]) -> Catalog {
        let parent = Table {
            name: Name::new("public", "pt"),
            partition_key: Some(key.to_owned()),
            ..Table::default()
        };
        let partition = |(name, bound): &(&str, &str)| Table {
            name: Name::new("public", *name),
            partition_of: Some(Name::new("public", "pt")),
            partition_bound: Some((*bound).to_owned()),
            ..Table::default()
        };
        let tables = std::iter::once(parent).chain(bounds.iter().map(partition)).collect();
        Catalog { tables, ..Catalog::default() }
    }

    fn live_in(catalog: &Catalog, condition: &str) -> Vec<String> {
        let parent = catalog.table(&Name::new("public", "pt")).unwrap();
        let live = live(catalog, parent, &[Condition::parse(condition)]);
        live.into_iter().map(|t| t.name.name.clone()).collect()
    }

    #[test]
    fn rows_are_found_in_ranges_and_their_default() {
        let catalog = partitioned(
            "RANGE (k)",
            &[
                ("a", "FOR VALUES FROM (0) TO (100)"),
                ("b", "FOR VALUES FROM (100) TO (200)"),
                ("rest", "DEFAULT"),
            ],
        );
        for (condition, expected) in [
            ("k = 5", vec!["a"]),
            ("k >= 100 AND k < 150", vec!["b"]),
            ("k IN (1, 150)", vec!["a", "b"]),
            ("k = 1 OR k = 500", vec!["a", "rest"]),
            ("k >= 150", vec!["b", "rest"]),
            ("k IS NULL", vec!["rest"]),
            ("k = now()", vec!["a", "b", "rest"]),
            ("other = 5", vec!["a", "b", "rest"]),
        ] {
            assert_eq!(live_in(&catalog, condition), expected, "{condition}");
        }
    }

    #[test]
    fn rows_are_found_in_lists_and_ranges_of_two_columns() {
        let lists =
            partitioned("LIST (k)", &[("a", "FOR VALUES IN ('x', 'y')"), ("n", "FOR VALUES IN (NULL)")]);
        assert_eq!(live_in(&lists, "k = 'x'"), ["a"]);
        assert_eq!(live_in(&lists, "k IS NULL"), ["n"]);
        let two = partitioned(
            "RANGE (a, b)",
            &[("p", "FOR VALUES FROM (1, 10) TO (1, 20)"), ("q", "FOR VALUES FROM (1, 20) TO (3, MINVALUE)")],
        );
        assert_eq!(live_in(&two, "a = 1 AND b = 15"), ["p"]);
        assert_eq!(live_in(&two, "a = 2"), ["q"]);
        assert_eq!(live_in(&two, "a = 3"), [""; 0]);
        assert_eq!(live_in(&two, "b = 15"), ["p", "q"]);
    }

    #[test]
    fn keys_are_columns_or_expressions() {
        let keys_of = |key: &str| keys(&Table { partition_key: Some(key.to_owned()), ..Table::default() });
        assert_eq!(keys_of("RANGE (created_at)"), ["created_at"]);
        assert_eq!(keys_of("LIST (k COLLATE \"C\")"), ["k"]);
        assert_eq!(keys_of("RANGE (a, \"Odd, b\", lower(c))"), ["a", "Odd, b", "lower(c)"]);
        assert_eq!(keys_of("RANGE (((k + 1)))"), ["k + 1"]);
    }
}

//! Conditions in a form that can be reasoned about.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::value::Value;
use crate::parse::{child, has, name_of, parse_expression, text_of, tokens};

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// All of them hold.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
    /// A column or expression compared with a constant.
    Compare {
        /// The column's name, or the expression as text.
        subject: String,
        /// How.
        operator: Operator,
        /// The constant; none for a value that only a server can work out.
        value: Option<Value>,
    },
    /// `IS NULL`.
    IsNull(String),
    /// `IS NOT NULL`.
    NotNull(String),
    /// Always, or never.
    Known(bool),
    /// Anything else, as text.
    Other(String),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Less,
    LessEqual,
    Equal,
    GreaterEqual,
    Greater,
    NotEqual,
}

impl Operator {
    fn of(kind: SyntaxKind) -> Option<Self> {
        Some(match kind {
            SyntaxKind::L_ANGLE => Operator::Less,
            SyntaxKind::LTEQ => Operator::LessEqual,
            SyntaxKind::EQ => Operator::Equal,
            SyntaxKind::GTEQ => Operator::GreaterEqual,
            SyntaxKind::R_ANGLE => Operator::Greater,
            SyntaxKind::NEQ | SyntaxKind::NEQB => Operator::NotEqual,
            _ => return None,
        })
    }

    /// With its two sides exchanged.
    fn mirrored(self) -> Self {
        match self {
            Operator::Less => Operator::Greater,
            Operator::LessEqual => Operator::GreaterEqual,
            Operator::GreaterEqual => Operator::LessEqual,
            Operator::Greater => Operator::Less,
            same => same,
        }
    }

    /// Its opposite.
    pub(super) fn negated(self) -> Self {
        match self {
            Operator::Less => Operator::GreaterEqual,
            Operator::LessEqual => Operator::Greater,
            Operator::Equal => Operator::NotEqual,
            Operator::GreaterEqual => Operator::Less,
            Operator::Greater => Operator::LessEqual,
            Operator::NotEqual => Operator::Equal,
        }
    }
}

impl Condition {
    /// The condition a text is: an expression, or a CHECK as the server prints it.
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim();
        let expression = text.strip_prefix("CHECK").map_or(text, |rest| {
            let end = rest.rfind(')').map_or(rest.len(), |at| at + 1);
            rest.get(..end).unwrap_or(rest)
        });
        parse_expression(expression).map_or_else(|| Condition::Other(text.to_owned()), |n| Condition::of(&n))
    }

    /// The condition an expression is.
    pub(crate) fn of(node: &SyntaxNode) -> Self {
        read(node, true)
    }

    /// Its opposite.
    pub(crate) fn negated(self) -> Self {
        match self {
            Condition::All(parts) => Condition::Any(parts.into_iter().map(Condition::negated).collect()),
            Condition::Any(parts) => Condition::All(parts.into_iter().map(Condition::negated).collect()),
            Condition::Compare { subject, operator, value } => {
                Condition::Compare { subject, operator: operator.negated(), value }
            }
            Condition::IsNull(subject) => Condition::NotNull(subject),
            Condition::NotNull(subject) => Condition::IsNull(subject),
            Condition::Known(truth) => Condition::Known(!truth),
            Condition::Other(text) => Condition::Other(format!("NOT {text}")),
        }
    }

    /// A comparison with a constant.
    pub(crate) fn compare(subject: &str, operator: Operator, value: Value) -> Self {
        Condition::Compare { subject: subject.to_owned(), operator, value: Some(value) }
    }
}

/// Reads an expression, or its opposite.
fn read(node: &SyntaxNode, straight: bool) -> Condition {
    let condition = match node.kind() {
        SyntaxKind::PAREN_EXPR => match node.first_child() {
            Some(inner) => return read(&inner, straight),
            None => Condition::Other(text_of(node)),
        },
        SyntaxKind::PREFIX_EXPR if has(node, SyntaxKind::NOT_KW) => match node.first_child() {
            Some(inner) => return read(&inner, !straight),
            None => Condition::Other(text_of(node)),
        },
        SyntaxKind::BIN_EXPR => binary(node),
        SyntaxKind::BETWEEN_EXPR => between(node),
        SyntaxKind::NAME_REF => Condition::Compare {
            subject: name_of(node),
            operator: Operator::Equal,
            value: Some(Value::Truth(true)),
        },
        SyntaxKind::LITERAL => match Value::of(node) {
            Some(Value::Truth(truth)) => Condition::Known(truth),
            _ if text_of(node).eq_ignore_ascii_case("null") => Condition::Known(false),
            _ => Condition::Other(text_of(node)),
        },
        _ => Condition::Other(text_of(node)),
    };
    if straight { condition } else { condition.negated() }
}

fn binary(node: &SyntaxNode) -> Condition {
    let parts: Vec<SyntaxNode> = node.children().collect();
    let (Some(left), Some(right)) = (parts.first(), parts.last()) else {
        return Condition::Other(text_of(node));
    };
    if has(node, SyntaxKind::AND_KW) {
        return Condition::All(vec![read(left, true), read(right, true)]);
    }
    if has(node, SyntaxKind::OR_KW) {
        return Condition::Any(vec![read(left, true), read(right, true)]);
    }
    let inverted = has(node, SyntaxKind::IS_NOT) || has(node, SyntaxKind::NOT_IN);
    let found = if has(node, SyntaxKind::IS_KW) || has(node, SyntaxKind::IS_NOT) {
        is_test(left, right)
    } else if has(node, SyntaxKind::IN_KW) || has(node, SyntaxKind::NOT_IN) {
        Some(one_of(left, listed(right)))
    } else {
        comparison(node, left, right)
    };
    match found {
        Some(condition) if inverted => condition.negated(),
        Some(condition) => condition,
        None => Condition::Other(text_of(node)),
    }
}

/// `IS NULL`, `IS TRUE`, `IS FALSE`.
fn is_test(left: &SyntaxNode, right: &SyntaxNode) -> Option<Condition> {
    let subject = subject(left)?;
    Some(match text_of(right).to_ascii_lowercase().as_str() {
        "null" => Condition::IsNull(subject),
        "true" => Condition::compare(&subject, Operator::Equal, Value::Truth(true)),
        "false" => Condition::compare(&subject, Operator::Equal, Value::Truth(false)),
        _ => return None,
    })
}

fn comparison(node: &SyntaxNode, left: &SyntaxNode, right: &SyntaxNode) -> Option<Condition> {
    let operator = node.children_with_tokens().find_map(|e| Operator::of(e.kind()))?;
    if let Some(array) = child(right, SyntaxKind::ANY_FN).filter(|_| operator == Operator::Equal) {
        return Some(one_of(left, listed(&array)));
    }
    if let Some(array) = child(right, SyntaxKind::ALL_FN).filter(|_| operator == Operator::NotEqual) {
        return Some(one_of(left, listed(&array)).negated());
    }
    if let (SyntaxKind::TUPLE_EXPR, SyntaxKind::TUPLE_EXPR, Operator::Equal) =
        (left.kind(), right.kind(), operator)
    {
        let pairs = left.children().zip(right.children());
        return pairs.map(|(l, r)| against(&l, operator, &r)).collect::<Option<_>>().map(Condition::All);
    }
    if let (Some(left), Some(right)) = (Value::of(left), Value::of(right)) {
        return known(&left, operator, &right).map(Condition::Known);
    }
    if Value::of(left).is_some() {
        return against(right, operator.mirrored(), left);
    }
    against(left, operator, right)
}

fn against(left: &SyntaxNode, operator: Operator, right: &SyntaxNode) -> Option<Condition> {
    Some(Condition::Compare { subject: subject(left)?, operator, value: Value::of(right) })
}

/// Whether a comparison of two constants holds.
pub(super) fn known(left: &Value, operator: Operator, right: &Value) -> Option<bool> {
    if let Operator::Equal | Operator::NotEqual = operator {
        return left.is(right).map(|same| same == (operator == Operator::Equal));
    }
    let order = left.order(right)?;
    Some(match operator {
        Operator::Less => order.is_lt(),
        Operator::LessEqual => order.is_le(),
        Operator::GreaterEqual => order.is_ge(),
        _ => order.is_gt(),
    })
}

fn between(node: &SyntaxNode) -> Condition {
    let parts: Vec<SyntaxNode> = node
        .children()
        .filter(|n| !matches!(n.kind(), SyntaxKind::SYMMETRIC | SyntaxKind::ASYMMETRIC))
        .collect();
    let [tested, low, high] = parts.as_slice() else { return Condition::Other(text_of(node)) };
    let bounds = against(tested, Operator::GreaterEqual, low).zip(against(tested, Operator::LessEqual, high));
    match bounds {
        Some((low, high)) if !has(node, SyntaxKind::SYMMETRIC) => {
            let inside = Condition::All(vec![low, high]);
            if has(node, SyntaxKind::NOT_KW) { inside.negated() } else { inside }
        }
        _ => Condition::Other(text_of(node)),
    }
}

/// One of some values; those that cannot be told stay unknown.
fn one_of(tested: &SyntaxNode, values: Option<Vec<Option<Value>>>) -> Condition {
    let Some(subject) = subject(tested) else { return Condition::Other(text_of(tested)) };
    let equal = |value| Condition::Compare { subject: subject.clone(), operator: Operator::Equal, value };
    match values {
        Some(values) => Condition::Any(values.into_iter().map(equal).collect()),
        None => equal(None),
    }
}

/// The items of a list, an `ARRAY[…]` or an array literal; none if it is something else, a subquery for instance.
fn listed(node: &SyntaxNode) -> Option<Vec<Option<Value>>> {
    match node.kind() {
        SyntaxKind::TUPLE_EXPR | SyntaxKind::ARRAY_EXPR => {
            Some(node.children().map(|n| Value::of(&n)).collect())
        }
        SyntaxKind::PAREN_EXPR | SyntaxKind::ANY_FN | SyntaxKind::ALL_FN | SyntaxKind::CAST_EXPR => {
            let inner = node.children().find(|n| !format!("{:?}", n.kind()).ends_with("_TYPE"))?;
            let single = node.kind() == SyntaxKind::PAREN_EXPR && Value::of(&inner).is_some();
            if single { Some(vec![Value::of(&inner)]) } else { listed(&inner) }
        }
        SyntaxKind::LITERAL => {
            let text = text_of(node);
            let items = text.strip_prefix("'{")?.strip_suffix("}'")?;
            let item = |item: &str| Value::parse(&format!("'{}'", item.trim().trim_matches('"')));
            Some(items.split(',').map(item).collect())
        }
        _ => None,
    }
}

/// A column's name, or the text of an expression over columns. A cast of a column to text is the column.
pub(crate) fn subject(node: &SyntaxNode) -> Option<String> {
    match node.kind() {
        SyntaxKind::NAME_REF => Some(name_of(node)),
        SyntaxKind::PAREN_EXPR => subject(&node.first_child()?),
        SyntaxKind::CAST_EXPR => {
            let operand = node.first_child()?;
            let to_text = tokens(node).last().is_some_and(|t| t.text().eq_ignore_ascii_case("text"));
            if to_text { subject(&operand) } else { Some(text_of(node)) }
        }
        SyntaxKind::FIELD_EXPR => node.children().last().map(|n| name_of(&n)),
        SyntaxKind::CALL_EXPR | SyntaxKind::BIN_EXPR => Some(text_of(node)),
        _ => None,
    }
}

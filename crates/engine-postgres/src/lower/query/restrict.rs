//! What conditions say of single relations, which rows lead to which others, and where reading may end early.

use std::ops::Range;

use altimeter_catalog::{EndsEarly, LedBy};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::output;
use super::scope::{Origin, Scope};
use super::walk::{Walk, dotted, is_query};
use crate::implication::Condition;
use crate::parse::{child, find, has, name_of, text_of};
use crate::quoting::quote;

/// Functions that make one row of many.
const AGGREGATES: &[&str] = &[
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "count",
    "every",
    "json_agg",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_object_agg",
    "max",
    "min",
    "percentile_cont",
    "percentile_disc",
    "string_agg",
    "sum",
    "xmlagg",
];

/// Whether the targets of a query make one row of many.
pub(super) fn aggregates(select: &SyntaxNode) -> bool {
    calls(select).iter().any(|name| AGGREGATES.contains(&name.as_str()))
}

/// Names of the functions the targets of a query call, subqueries left out.
fn calls(select: &SyntaxNode) -> Vec<String> {
    fn collect(node: &SyntaxNode, names: &mut Vec<String>) {
        for part in node.children().filter(|n| !is_query(n.kind())) {
            if part.kind() == SyntaxKind::CALL_EXPR {
                names.extend(part.first_child().and_then(|n| dotted(&n)?.pop()));
            }
            collect(&part, names);
        }
    }
    let mut names = Vec::new();
    child(select, SyntaxKind::SELECT_CLAUSE).iter().for_each(|n| collect(n, &mut names));
    names
}

/// A column in a condition: the node, and where its values come from.
struct Mentioned {
    node: SyntaxNode,
    origin: Option<Origin>,
}

impl Walk<'_> {
    /// Takes from a condition what it says of mentions in that range, all parts of an AND by themselves.
    pub(super) fn restrict(&mut self, node: &SyntaxNode, scope: &Scope<'_>, mentions: &Range<usize>) {
        match node.kind() {
            SyntaxKind::WHERE_CLAUSE | SyntaxKind::ON_CLAUSE => {
                node.first_child().iter().for_each(|n| self.restrict(n, scope, mentions));
            }
            SyntaxKind::PAREN_EXPR if !node.children().any(|n| is_query(n.kind())) => {
                node.first_child().iter().for_each(|n| self.restrict(n, scope, mentions));
            }
            SyntaxKind::BIN_EXPR if has(node, SyntaxKind::AND_KW) => {
                node.children().for_each(|n| self.restrict(&n, scope, mentions));
            }
            _ => self.restrict_by(node, scope, mentions),
        }
    }

    fn restrict_by(&mut self, node: &SyntaxNode, scope: &Scope<'_>, mentions: &Range<usize>) {
        let mut columns = Vec::new();
        columns_in(node, scope, &mut columns);
        if self.lead_by_subquery(node, &columns, mentions) {
            return;
        }
        let equality = node.kind() == SyntaxKind::BIN_EXPR && has(node, SyntaxKind::EQ);
        if let ([Some(left), Some(right)], true) = (
            [columns.first(), columns.get(1)].map(|c| c.and_then(|c| c.origin.clone())),
            equality && columns.len() == 2 && node.children().all(|n| output::column(&n, scope).is_some()),
        ) && left != right
        {
            self.lead(&left, &right, mentions);
            return;
        }
        let of = |c: &Mentioned| match c.origin {
            Some(Origin::Relation(mention, _)) => Some(mention),
            _ => None,
        };
        match columns.first().map(of) {
            None if Condition::of(node) == Condition::Known(false) => {
                for mention in self.found.mentions.get_mut(mentions.clone()).unwrap_or_default() {
                    mention.conditions.push("false".to_owned());
                }
            }
            Some(Some(one)) if mentions.contains(&one) && columns.iter().all(|c| of(c) == Some(one)) => {
                let condition = with_own_names(node, &columns);
                if let Some(mention) = self.found.mentions.get_mut(one) {
                    mention.conditions.push(condition);
                }
            }
            _ => {}
        }
    }

    /// `a IN (SELECT b …)`: rows of either side lead to those of the other.
    fn lead_by_subquery(
        &mut self,
        node: &SyntaxNode,
        columns: &[Mentioned],
        mentions: &Range<usize>,
    ) -> bool {
        let is_in = node.kind() == SyntaxKind::BIN_EXPR && has(node, SyntaxKind::IN_KW);
        let Some(query) = node.children().last().filter(|_| is_in).and_then(|n| subquery(&n)) else {
            return false;
        };
        let place = super::place(&query);
        let level = self.found.levels.iter().find(|l| l.place == place);
        let inner = level.and_then(|l| l.outputs.columns.first()?.origin.clone());
        if let ([Mentioned { origin: Some(outer), .. }], Some(inner)) = (columns, inner) {
            let within = level.map_or(0..0, |l| l.mentions.clone());
            let outer = outer.clone();
            self.lead(&outer, &inner, mentions);
            self.lead(&inner, &outer, &within);
        }
        true
    }

    /// Notes that rows of each of two sides lead to those of the other, where the other may be looked up.
    pub(super) fn lead(&mut self, left: &Origin, right: &Origin, mentions: &Range<usize>) {
        for (to, from) in [(left, right), (right, left)] {
            let Origin::Relation(number, column) = to else { continue };
            let other = match from {
                Origin::Relation(other, _) => Some(*other),
                Origin::FewRows => None,
            };
            if mentions.contains(number)
                && other != Some(*number)
                && let Some(mention) = self.found.mentions.get_mut(*number)
            {
                mention.led_by.push(LedBy { column: column.clone(), other });
            }
        }
    }

    /// Where a query of one relation may end before the last row: `LIMIT`, `EXISTS`, `max()`.
    pub(super) fn note_end(&mut self, select: &SyntaxNode, scope: &Scope<'_>, mentions: &Range<usize>) {
        if mentions.len() != 1
            || has(select, SyntaxKind::GROUP_BY_CLAUSE)
            || has(select, SyntaxKind::HAVING_CLAUSE)
        {
            return;
        }
        let clause = child(select, SyntaxKind::SELECT_CLAUSE);
        let distinct = clause.as_ref().is_some_and(|n| find(n, SyntaxKind::DISTINCT_CLAUSE).is_some());
        let limited = has(select, SyntaxKind::FETCH_CLAUSE)
            || child(select, SyntaxKind::LIMIT_CLAUSE)
                .is_some_and(|n| !text_of(&n).to_lowercase().contains("all"));
        let exists = select.parent().is_some_and(|p| p.kind() == SyntaxKind::EXISTS_FN);
        let ends = if aggregates(select) {
            extreme(select, scope).map(EndsEarly::InOrderOf)
        } else if distinct || !(limited || exists) {
            None
        } else {
            match child(select, SyntaxKind::ORDER_BY_CLAUSE) {
                Some(order) if !exists => first_column(&order, scope).map(EndsEarly::InOrderOf),
                _ => Some(EndsEarly::Anywhere),
            }
        };
        if let (Some(ends), Some(mention)) = (ends, self.found.mentions.get_mut(mentions.start)) {
            mention.ends_early = ends;
        }
    }
}

/// The column of a query whose only aggregates are its `min()` and `max()`.
fn extreme(select: &SyntaxNode, scope: &Scope<'_>) -> Option<String> {
    let extreme = |name: &String| name == "min" || name == "max";
    let only = calls(select).iter().all(|n| extreme(n) || !AGGREGATES.contains(&n.as_str()));
    let targets = child(select, SyntaxKind::SELECT_CLAUSE).filter(|_| only)?;
    let calls = targets.descendants().filter(|n| n.kind() == SyntaxKind::CALL_EXPR);
    let of_extremes = calls
        .filter(|call| call.first_child().and_then(|n| dotted(&n)?.pop()).is_some_and(|name| extreme(&name)));
    let mut columns = Vec::new();
    for call in of_extremes {
        let argument = find(&call, SyntaxKind::ARG)?.first_child()?;
        columns.push(own_column(&argument, scope)?);
    }
    columns.dedup();
    match columns.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

fn first_column(order: &SyntaxNode, scope: &Scope<'_>) -> Option<String> {
    own_column(&find(order, SyntaxKind::SORT_BY)?.first_child()?, scope)
}

fn own_column(node: &SyntaxNode, scope: &Scope<'_>) -> Option<String> {
    match output::column(node, scope)?.origin? {
        Origin::Relation(_, column) => Some(column),
        Origin::FewRows => None,
    }
}

fn subquery(node: &SyntaxNode) -> Option<SyntaxNode> {
    match node.kind() {
        SyntaxKind::PAREN_EXPR | SyntaxKind::PAREN_SELECT => node.children().find_map(|n| subquery(&n)),
        kind if is_query(kind) => Some(node.clone()),
        _ => None,
    }
}

/// The columns a condition names, subqueries left out.
fn columns_in(node: &SyntaxNode, scope: &Scope<'_>, found: &mut Vec<Mentioned>) {
    match node.kind() {
        kind if is_query(kind) => {}
        SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR => {
            // What is no column of any source is a keyword, or a variable of the block around.
            let column = output::column(node, scope);
            if column.is_some() || scope.is_open() {
                let is_value = node.kind() == SyntaxKind::NAME_REF && is_keyword(&name_of(node));
                let origin = column.and_then(|c| c.origin);
                if !is_value || origin.is_some() {
                    found.push(Mentioned { node: node.clone(), origin });
                }
            }
        }
        SyntaxKind::CALL_EXPR => {
            let callee = node.first_child().filter(|n| dotted(n).is_some());
            node.children().skip(usize::from(callee.is_some())).for_each(|n| columns_in(&n, scope, found));
        }
        kind if format!("{kind:?}").ends_with("_TYPE") => {}
        _ => node.children().for_each(|n| columns_in(&n, scope, found)),
    }
}

/// Words that stand for a value and look like a column.
fn is_keyword(name: &str) -> bool {
    name.starts_with("current_")
        || matches!(name, "localtime" | "localtimestamp" | "session_user" | "user" | "system_user")
}

/// A condition as SQL, each column under the name it has in its relation.
fn with_own_names(node: &SyntaxNode, columns: &[Mentioned]) -> String {
    let mut text = String::new();
    let mut gap = false;
    let within = |token: &squawk_syntax::SyntaxToken| {
        columns.iter().find(|c| c.node.text_range().contains_range(token.text_range()))
    };
    let mut written: Option<usize> = None;
    for token in node.descendants_with_tokens().filter_map(|e| e.into_token()) {
        let blank = matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT);
        if blank {
            gap = !text.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            text.push(' ');
        }
        match within(&token) {
            Some(column) => {
                let place = usize::from(column.node.text_range().start());
                if written.replace(place) != Some(place)
                    && let Some(Origin::Relation(_, own)) = &column.origin
                {
                    text.push_str(&quote(own));
                }
            }
            None => text.push_str(token.text()),
        }
    }
    text
}

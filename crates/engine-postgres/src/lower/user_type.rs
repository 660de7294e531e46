//! Types and domains.

use altimeter_catalog::{
    AttributeAction, Catalog, Change, DomainConstraint, Name, NameParts, RelationChange, TypeAction,
    TypeKind, UserType,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{created, is_type, type_name};
use super::trigger::renamed;
use super::{Lowered, keyword};
use crate::parse::{child, find, has, name_of, path, string_of, text_of};
use crate::{expression, types};

pub(super) fn lower_create(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(name) = child(node, SyntaxKind::TYPE_NAME).and_then(|n| created(catalog, path(&n))) else {
        return Lowered::unknown("the type's name is not plain");
    };
    let kind = node.children().find(|n| n.kind() != SyntaxKind::TYPE_NAME);
    let kind = match kind.as_ref().map(|n| (n.kind(), n)) {
        Some((SyntaxKind::ENUM_TYPE, n)) => {
            let labels = n.descendants().filter(|d| d.kind() == SyntaxKind::VARIANT);
            TypeKind::Enum { labels: labels.filter_map(|v| string_of(&v)).collect() }
        }
        Some((SyntaxKind::COMPOSITE_TYPE, n)) => {
            let fields = n.descendants().filter(|d| d.kind() == SyntaxKind::COMPOSITE_FIELD_DEF);
            let field = |f: SyntaxNode| {
                let name = child(&f, SyntaxKind::COMPOSITE_FIELD).map(|n| name_of(&n))?;
                Some((name, type_below(catalog, &f)?))
            };
            TypeKind::Composite { attributes: fields.filter_map(field).collect() }
        }
        Some((SyntaxKind::RANGE_TYPE, n)) => {
            let mut options = n.descendants().filter(|d| d.kind() == SyntaxKind::ATTRIBUTE_OPTION);
            let subtype = options
                .find(|o| child(o, SyntaxKind::ATTRIBUTE_NAME).is_some_and(|n| name_of(&n) == "subtype"));
            let subtype = subtype.and_then(|o| type_below(catalog, &child(&o, SyntaxKind::ATTRIBUTE_VALUE)?));
            TypeKind::Range { subtype: subtype.unwrap_or_default() }
        }
        _ => TypeKind::Base,
    };
    let made = UserType { name, kind, extension: None };
    Lowered::one(Change::Relation(RelationChange::CreateType(made)))
}

fn type_below(catalog: &Catalog, node: &SyntaxNode) -> Option<String> {
    let text = text_of(&node.children().find(|n| is_type(n.kind()))?);
    Some(types::canonical(catalog, &text).unwrap_or(text))
}

pub(super) fn lower_create_domain(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::DOMAIN).and_then(|n| created(catalog, path(&n)));
    let (Some(name), Some(base)) = (name, type_below(catalog, node)) else {
        return Lowered::unknown("the domain's name is not plain");
    };
    let (mut not_null, mut default) = (false, None);
    let (mut checks, mut constraints): (Vec<String>, Vec<DomainConstraint>) = (Vec::new(), Vec::new());
    for part in node.children() {
        match part.kind() {
            SyntaxKind::NOT_NULL_CONSTRAINT => not_null = true,
            SyntaxKind::DEFAULT_CONSTRAINT => {
                let text = part.children().last().map(|e| text_of(&e)).unwrap_or_default();
                default = Some(expression::canonical_default(&base, &text)).filter(|d| d != "null");
            }
            SyntaxKind::CHECK_CONSTRAINT => {
                let given = find(&part, SyntaxKind::CONSTRAINT_NAME).map(|n| name_of(&n));
                let name = given.unwrap_or_else(|| constraint_name(catalog, &name, &constraints));
                checks.push(check(&part));
                constraints.push(DomainConstraint { name, validated: true });
            }
            SyntaxKind::DOMAIN | SyntaxKind::NULL_CONSTRAINT | SyntaxKind::COLLATE => {}
            kind if is_type(kind) => {}
            kind => return Lowered::unknown(format!("{} of a domain is not analysed", keyword(kind))),
        }
    }
    let collation = child(node, SyntaxKind::COLLATE)
        .and_then(|c| child(&c, SyntaxKind::COLLATION_REF))
        .map(|c| text_of(&c));
    let kind = TypeKind::Domain { base, not_null, default, collation, checks, constraints };
    let made = UserType { name, kind, extension: None };
    Lowered::one(Change::Relation(RelationChange::CreateType(made)))
}

/// A CHECK as the server prints it, as far as that can be told.
fn check(node: &SyntaxNode) -> String {
    let skip = [SyntaxKind::CONSTRAINT_NAME_CLAUSE, SyntaxKind::NOT_VALID];
    let expression = node.children().find(|n| !skip.contains(&n.kind()));
    let not_valid = if has(node, SyntaxKind::NOT_VALID) { " NOT VALID" } else { "" };
    format!("CHECK (({})){not_valid}", expression.map(|e| text_of(&e)).unwrap_or_default())
}

/// The name the server chooses for a domain's constraint.
fn constraint_name(catalog: &Catalog, domain: &Name, own: &[DomainConstraint]) -> String {
    let domains = catalog.types.iter().filter(|t| t.name.schema == domain.schema);
    let constraints = domains.filter_map(|t| match &t.kind {
        TypeKind::Domain { constraints, .. } => Some(constraints),
        _ => None,
    });
    let taken: Vec<String> = constraints.flatten().chain(own).map(|c| c.name.clone()).collect();
    let parts = NameParts { table: &domain.name, columns: "", label: "check" };
    catalog.default_constraint_name(&domain.schema, parts, &taken)
}

pub(super) fn lower_alter(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let domain = node.kind() == SyntaxKind::ALTER_DOMAIN;
    let of = if domain { SyntaxKind::DOMAIN_REF } else { SyntaxKind::TYPE_NAME_REF };
    let name = child(node, of).and_then(|n| type_name(catalog, &n));
    let action = node.children().find(|n| n.kind() != of);
    let (Some(name), Some(action)) = (name, action) else {
        return Lowered::unknown("the type's name is not plain");
    };
    match lower_action(catalog, &name, &action) {
        Ok(action) => Lowered::one(Change::Relation(RelationChange::AlterType { name, domain, action })),
        Err(reason) => Lowered::unknown(reason),
    }
}

fn lower_action(catalog: &Catalog, of: &Name, action: &SyntaxNode) -> Result<TypeAction, String> {
    let text = |kind| child(action, kind).map(|n| name_of(&n)).unwrap_or_default();
    let if_exists = has(action, SyntaxKind::IF_EXISTS);
    Ok(match action.kind() {
        SyntaxKind::ADD_VALUE => TypeAction::AddValue {
            label: child(action, SyntaxKind::LITERAL).and_then(|n| string_of(&n)).unwrap_or_default(),
            beside: beside(action),
            if_not_exists: has(action, SyntaxKind::IF_NOT_EXISTS),
        },
        SyntaxKind::RENAME_VALUE => {
            let mut labels = action.children().filter(|n| n.kind() == SyntaxKind::LITERAL);
            let mut next = || labels.next().and_then(|n| string_of(&n)).unwrap_or_default();
            TypeAction::RenameValue { from: next(), to: next() }
        }
        SyntaxKind::TYPE_RENAME_TO | SyntaxKind::DOMAIN_RENAME_TO => TypeAction::Rename(renamed(action)),
        SyntaxKind::SET_SCHEMA => TypeAction::SetSchema(text(SyntaxKind::SCHEMA_REF)),
        SyntaxKind::OWNER_TO => TypeAction::Owner,
        SyntaxKind::SET_OPTIONS => TypeAction::Other,
        SyntaxKind::ALTER_TYPE_ATTRIBUTE_ACTION_LIST => lower_attributes(catalog, action),
        SyntaxKind::RENAME_ATTRIBUTE => TypeAction::RenameAttribute {
            from: text(SyntaxKind::COMPOSITE_FIELD_REF),
            to: text(SyntaxKind::COMPOSITE_FIELD),
            cascade: has(action, SyntaxKind::CASCADE),
        },
        SyntaxKind::ADD_CONSTRAINT => return lower_constraint(catalog, of, action),
        SyntaxKind::DROP_CONSTRAINT => {
            TypeAction::DropConstraint { name: text(SyntaxKind::CONSTRAINT_NAME_REF), if_exists }
        }
        SyntaxKind::RENAME_CONSTRAINT => TypeAction::RenameConstraint {
            from: text(SyntaxKind::CONSTRAINT_NAME_REF),
            to: text(SyntaxKind::CONSTRAINT_NAME),
        },
        SyntaxKind::VALIDATE_CONSTRAINT => {
            TypeAction::ValidateConstraint(text(SyntaxKind::CONSTRAINT_NAME_REF))
        }
        SyntaxKind::SET_NOT_NULL => TypeAction::NotNull(true),
        SyntaxKind::DROP_NOT_NULL => TypeAction::NotNull(false),
        SyntaxKind::SET_DEFAULT => TypeAction::Default(action.children().last().map(|e| text_of(&e))),
        SyntaxKind::DROP_DEFAULT => TypeAction::Default(None),
        kind => return Err(format!("ALTER TYPE … {} is not analysed", keyword(kind))),
    })
}

fn beside(action: &SyntaxNode) -> Option<(bool, String)> {
    let before = child(action, SyntaxKind::BEFORE_VALUE);
    let place = before.clone().or_else(|| child(action, SyntaxKind::AFTER_VALUE))?;
    Some((before.is_some(), string_of(&child(&place, SyntaxKind::LITERAL)?)?))
}

fn lower_attributes(catalog: &Catalog, list: &SyntaxNode) -> TypeAction {
    let action = |n: SyntaxNode| {
        let old = || child(&n, SyntaxKind::COMPOSITE_FIELD_REF).map(|n| name_of(&n)).unwrap_or_default();
        let type_name = || type_below(catalog, &n).unwrap_or_default();
        Some(match n.kind() {
            SyntaxKind::ADD_ATTRIBUTE => AttributeAction::Add {
                name: child(&n, SyntaxKind::COMPOSITE_FIELD).map(|n| name_of(&n)).unwrap_or_default(),
                type_name: type_name(),
            },
            SyntaxKind::DROP_ATTRIBUTE => {
                AttributeAction::Drop { name: old(), if_exists: has(&n, SyntaxKind::IF_EXISTS) }
            }
            SyntaxKind::ALTER_ATTRIBUTE => AttributeAction::Type { name: old(), type_name: type_name() },
            _ => return None,
        })
    };
    TypeAction::Attributes {
        cascade: list.children().any(|n| has(&n, SyntaxKind::CASCADE)),
        actions: list.children().filter_map(action).collect(),
    }
}

fn lower_constraint(catalog: &Catalog, of: &Name, action: &SyntaxNode) -> Result<TypeAction, String> {
    let constraint = action.first_child().ok_or("a constraint is missing")?;
    match constraint.kind() {
        SyntaxKind::NOT_NULL_CONSTRAINT => Ok(TypeAction::NotNull(true)),
        SyntaxKind::CHECK_CONSTRAINT => {
            let given = find(&constraint, SyntaxKind::CONSTRAINT_NAME).map(|n| name_of(&n));
            Ok(TypeAction::AddConstraint {
                name: given.unwrap_or_else(|| constraint_name(catalog, of, &[])),
                sql: check(&constraint),
                not_valid: has(&constraint, SyntaxKind::NOT_VALID),
            })
        }
        kind => Err(format!("{} of a domain is not analysed", keyword(kind))),
    }
}

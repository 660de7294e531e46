//! Types and domains made and changed.

mod rename;

use super::super::column::rename_in_table;
use super::super::{ObjectKind, exists, missing, refused};
use crate::{
    ApplyError, AttributeAction, Catalog, DomainConstraint, Name, TypeAction, TypeKind, UsedBy, UserType,
};

impl UserType {
    /// Whether it is a domain.
    pub fn is_domain(&self) -> bool {
        matches!(self.kind, TypeKind::Domain { .. })
    }
}

impl Catalog {
    /// The type of that name.
    pub fn user_type(&self, name: &Name) -> Option<&UserType> {
        self.types.iter().find(|t| &t.name == name)
    }

    pub(super) fn create_type(&mut self, new: &UserType) -> Result<(), ApplyError> {
        self.need_schema(&new.name.schema)?;
        // Every relation with columns has a type of its name.
        let taken = self.table(&new.name).is_some() || self.view(&new.name).is_some();
        match self.user_type(&new.name).map(|t| &t.kind) {
            // A type without a body is there so that its functions can be made; then it gets its body.
            Some(TypeKind::Base) if new.kind == TypeKind::Base => return Ok(()),
            Some(_) => return Err(exists(ObjectKind::Type, &new.name)),
            None if taken => return Err(exists(ObjectKind::Type, &new.name)),
            None => {}
        }
        // A range type has a type for sets of its ranges along with it (since version 14).
        if matches!(new.kind, TypeKind::Range { .. }) && self.server.major() >= 14 {
            let own = &new.name.name;
            let name = match own.contains("range") {
                true => own.replacen("range", "multirange", 1),
                false => format!("{own}_multirange"),
            };
            let (name, kind) = (new.name.sibling(name), TypeKind::Base);
            self.types.push(UserType { name, kind, extension: None });
        }
        self.types.push(new.clone());
        self.types.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(())
    }

    pub(super) fn alter_type(
        &mut self,
        name: &Name,
        domain: bool,
        action: &TypeAction,
    ) -> Result<(), ApplyError> {
        let found = self.user_type(name).ok_or_else(|| missing(ObjectKind::Type, name))?;
        if domain && !found.is_domain() {
            return refused(format!("{name} is not a domain"));
        }
        match action {
            TypeAction::Rename(to) => self.rename_type(name, name.sibling(to)),
            TypeAction::SetSchema(schema) => {
                self.need_schema(schema)?;
                self.rename_type(name, Name::new(schema, &name.name))
            }
            TypeAction::Attributes { actions, cascade } => self.alter_attributes(name, actions, *cascade),
            TypeAction::RenameAttribute { from, to, cascade } => {
                self.rename_attribute(name, from, to, *cascade)
            }
            action => {
                let inside = self.inside_others(name);
                let found = self.types.iter_mut().find(|t| &t.name == name);
                let kind = found.map(|t| &mut t.kind).ok_or_else(|| missing(ObjectKind::Type, name))?;
                alter_kind(name, kind, action, inside)
            }
        }
    }

    /// A column that has a type inside its values: in an array, a composite value or a range. The server cannot look
    /// into those, and refuses to make the type stricter.
    pub fn inside_others(&self, name: &Name) -> Option<(Name, String)> {
        let mut seen = vec![name.clone()];
        let mut next = vec![(name.clone(), false)];
        while let Some((of, inside_already)) = next.pop() {
            for user in self.uses_of_type(&of) {
                match user {
                    UsedBy::Column { table, column, array } if array || inside_already => {
                        return Some((table, column));
                    }
                    UsedBy::Column { .. } => {}
                    UsedBy::Type { name, inside, .. } if !seen.contains(&name) => {
                        seen.push(name.clone());
                        next.push((name, inside || inside_already));
                    }
                    UsedBy::Type { .. } => {}
                }
            }
        }
        None
    }

    /// Columns that have a domain, or a domain over it, as their own type.
    pub fn columns_of_domain(&self, name: &Name) -> Vec<(Name, String)> {
        let mut found = Vec::new();
        let mut seen = vec![name.clone()];
        let mut next = vec![name.clone()];
        while let Some(of) = next.pop() {
            for user in self.uses_of_type(&of) {
                match user {
                    UsedBy::Column { table, column, array: false } => found.push((table, column)),
                    UsedBy::Type { name, inside: false, .. } if !seen.contains(&name) => {
                        seen.push(name.clone());
                        next.push(name);
                    }
                    _ => {}
                }
            }
        }
        found
    }

    fn alter_attributes(
        &mut self,
        name: &Name,
        actions: &[AttributeAction],
        cascade: bool,
    ) -> Result<(), ApplyError> {
        let typed: Vec<Name> = self.typed_tables(name).map(|t| t.name.clone()).collect();
        if let Some(table) = typed.first().filter(|_| !cascade) {
            return refused(format!("{table} is a table of the type {name}: CASCADE is needed"));
        }
        let user = self.uses_of_type(name).into_iter().find_map(|u| match u {
            UsedBy::Column { table, column, .. } => Some((table, column)),
            UsedBy::Type { .. } => None,
        });
        let retypes = actions.iter().any(|a| matches!(a, AttributeAction::Type { .. }));
        if let Some((table, column)) = user.filter(|_| retypes) {
            return refused(format!("column {column} of {table} has the type {name}"));
        }
        let found = self.types.iter_mut().find(|t| &t.name == name).map(|t| &mut t.kind);
        let Some(TypeKind::Composite { attributes }) = found else {
            return refused(format!("{name} is not a composite type"));
        };
        for action in actions {
            alter_attribute(name, attributes, action)?;
        }
        for table in typed {
            let Some(t) = self.table_mut(&table) else { continue };
            for action in actions {
                match action {
                    AttributeAction::Add { name, type_name } => t.columns.push(crate::Column {
                        name: name.clone(),
                        type_name: type_name.clone(),
                        ..crate::Column::default()
                    }),
                    AttributeAction::Drop { name, .. } => t.columns.retain(|c| &c.name != name),
                    AttributeAction::Type { name, type_name } => {
                        t.column_mut(name).into_iter().for_each(|c| c.type_name = type_name.clone());
                    }
                }
            }
        }
        Ok(())
    }

    fn rename_attribute(
        &mut self,
        name: &Name,
        from: &str,
        to: &str,
        cascade: bool,
    ) -> Result<(), ApplyError> {
        let typed: Vec<Name> = self.typed_tables(name).map(|t| t.name.clone()).collect();
        if let Some(table) = typed.first().filter(|_| !cascade) {
            return refused(format!("{table} is a table of the type {name}: CASCADE is needed"));
        }
        let found = self.types.iter_mut().find(|t| &t.name == name).map(|t| &mut t.kind);
        let Some(TypeKind::Composite { attributes }) = found else {
            return refused(format!("{name} is not a composite type"));
        };
        let attribute = attributes.iter_mut().find(|(n, _)| n == from);
        attribute.ok_or_else(|| missing(ObjectKind::Column, format!("{name}.{from}")))?.0 = to.to_owned();
        for table in typed {
            if let Some(t) = self.table_mut(&table) {
                rename_in_table(t, from, to);
            }
        }
        Ok(())
    }
}

fn alter_attribute(
    of: &Name,
    attributes: &mut Vec<(String, String)>,
    action: &AttributeAction,
) -> Result<(), ApplyError> {
    match action {
        AttributeAction::Add { name, type_name } => {
            if attributes.iter().any(|(n, _)| n == name) {
                return Err(exists(ObjectKind::Column, format!("{of}.{name}")));
            }
            attributes.push((name.clone(), type_name.clone()));
        }
        AttributeAction::Drop { name, if_exists } => {
            let before = attributes.len();
            attributes.retain(|(n, _)| n != name);
            if attributes.len() == before && !if_exists {
                return Err(missing(ObjectKind::Column, format!("{of}.{name}")));
            }
        }
        AttributeAction::Type { name, type_name } => {
            let found = attributes.iter_mut().find(|(n, _)| n == name);
            found.ok_or_else(|| missing(ObjectKind::Column, format!("{of}.{name}")))?.1 = type_name.clone();
        }
    }
    Ok(())
}

fn alter_kind(
    name: &Name,
    kind: &mut TypeKind,
    action: &TypeAction,
    inside: Option<(Name, String)>,
) -> Result<(), ApplyError> {
    match (kind, action) {
        (TypeKind::Enum { labels }, TypeAction::AddValue { label, beside, if_not_exists }) => {
            add_label(name, labels, label, beside.as_ref(), *if_not_exists)
        }
        (TypeKind::Enum { labels }, TypeAction::RenameValue { from, to }) => {
            if labels.contains(to) {
                return refused(format!("the enum {name} has a value '{to}' already"));
            }
            match labels.iter_mut().find(|l| *l == from) {
                Some(label) => *label = to.clone(),
                None => return refused(format!("the enum {name} has no value '{from}'")),
            }
            Ok(())
        }
        (_, TypeAction::AddValue { .. } | TypeAction::RenameValue { .. }) => {
            refused(format!("{name} is not an enum"))
        }
        (_, TypeAction::Owner | TypeAction::Other) => Ok(()),
        (TypeKind::Domain { not_null, default, checks, constraints, .. }, action) => {
            let stricter = match action {
                TypeAction::NotNull(on) => *on && !*not_null,
                TypeAction::AddConstraint { not_valid, .. } => !not_valid,
                TypeAction::ValidateConstraint(_) => true,
                _ => false,
            };
            if let Some((table, column)) = inside.filter(|_| stricter) {
                return refused(format!("values of {name} are inside those of column {column} of {table}"));
            }
            match action {
                TypeAction::NotNull(on) => *not_null = *on,
                TypeAction::Default(new) => *default = new.clone(),
                action => return alter_domain(name, checks, constraints, action),
            }
            Ok(())
        }
        _ => refused(format!("{name} is not a domain")),
    }
}

fn add_label(
    name: &Name,
    labels: &mut Vec<String>,
    label: &str,
    beside: Option<&(bool, String)>,
    if_not_exists: bool,
) -> Result<(), ApplyError> {
    if labels.iter().any(|l| l == label) {
        return if if_not_exists {
            Ok(())
        } else {
            refused(format!("the enum {name} has a value '{label}' already"))
        };
    }
    let at = match beside {
        None => Some(labels.len()),
        Some((before, other)) => {
            labels.iter().position(|l| l == other).map(|at| if *before { at } else { at + 1 })
        }
    };
    match at {
        Some(at) => labels.insert(at, label.to_owned()),
        None => {
            let other = beside.map(|(_, other)| other.as_str()).unwrap_or_default();
            return refused(format!("the enum {name} has no value '{other}'"));
        }
    }
    Ok(())
}

/// A domain's constraints: `checks` holds the definitions, `constraints` their names, in the same order.
fn alter_domain(
    name: &Name,
    checks: &mut Vec<String>,
    constraints: &mut Vec<DomainConstraint>,
    action: &TypeAction,
) -> Result<(), ApplyError> {
    let at = |wanted: &str| constraints.iter().position(|c| c.name == wanted);
    match action {
        TypeAction::AddConstraint { name: new, sql, not_valid } => {
            if at(new).is_some() {
                return Err(exists(ObjectKind::Constraint, format!("{new} of {name}")));
            }
            checks.push(sql.clone());
            constraints.push(DomainConstraint { name: new.clone(), validated: !not_valid });
        }
        TypeAction::ValidateConstraint(wanted) => match constraints.iter_mut().find(|c| &c.name == wanted) {
            Some(constraint) => constraint.validated = true,
            None => return Err(missing(ObjectKind::Constraint, format!("{wanted} of {name}"))),
        },
        TypeAction::DropConstraint { name: wanted, if_exists } => match at(wanted) {
            Some(at) => {
                constraints.remove(at);
                if at < checks.len() {
                    checks.remove(at);
                }
            }
            None if *if_exists => {}
            None => return Err(missing(ObjectKind::Constraint, format!("{wanted} of {name}"))),
        },
        TypeAction::RenameConstraint { from, to } => match constraints.iter_mut().find(|c| &c.name == from) {
            Some(constraint) => constraint.name = to.clone(),
            None => return Err(missing(ObjectKind::Constraint, format!("{from} of {name}"))),
        },
        _ => {}
    }
    Ok(())
}

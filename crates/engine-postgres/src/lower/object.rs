//! Comments, privileges, policies, statistics, publications, extensions.

use altimeter_catalog::{
    Cast, Catalog, Change, Commented, ExtendedStatistics, Extension, Grant, Granted, Name, NameParts,
    ObjectChange, Policy, PolicyDefinition, PublicationVerb, Published, PublishedTable, RowFilter,
    StatisticsDefinition, joined,
};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{self, created, listed};
use super::trigger::renamed;
use super::{Lowered, creation_schema, qualified, query, relation, view};
use crate::parse::{self, child, find, has, name_of, path, string_of, text_of};
use crate::types;

fn object(change: ObjectChange) -> Lowered {
    Lowered::one(Change::Object(change))
}

/// `COMMENT ON` and `SECURITY LABEL`.
pub(super) fn lower_comment(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(on) = node.children().find(|n| format!("{:?}", n.kind()).starts_with("OBJECT_")) else {
        return Lowered::unknown("what the comment is about is not plain");
    };
    let named = |kind| child(&on, kind).and_then(|n| relation(catalog, &n));
    let (what, relation) = match on.kind() {
        SyntaxKind::OBJECT_TABLE
        | SyntaxKind::OBJECT_FOREIGN_TABLE
        | SyntaxKind::OBJECT_VIEW
        | SyntaxKind::OBJECT_MATERIALIZED_VIEW
        | SyntaxKind::OBJECT_INDEX
        | SyntaxKind::OBJECT_SEQUENCE => (Commented::Relation, qualified(catalog, path(&on))),
        SyntaxKind::OBJECT_COLUMN => {
            let mut parts = path(&on);
            let column = parts.pop().unwrap_or_default();
            (Commented::Column(column), column_owner(catalog, parts))
        }
        SyntaxKind::OBJECT_CONSTRAINT if has(&on, SyntaxKind::DOMAIN_KW) => (Commented::Other, None),
        SyntaxKind::OBJECT_CONSTRAINT
        | SyntaxKind::OBJECT_TRIGGER
        | SyntaxKind::OBJECT_RULE
        | SyntaxKind::OBJECT_POLICY => {
            let part = on.first_child().map(|n| name_of(&n)).unwrap_or_default();
            let part = match on.kind() {
                SyntaxKind::OBJECT_CONSTRAINT => Commented::Constraint(part),
                SyntaxKind::OBJECT_TRIGGER => Commented::Trigger(part),
                SyntaxKind::OBJECT_RULE => Commented::Rule(part),
                _ => Commented::Policy(part),
            };
            (part, named(SyntaxKind::TABLE_NAME_REF).or_else(|| named(SyntaxKind::RELATION_NAME_REF)))
        }
        SyntaxKind::OBJECT_STATISTICS => {
            match on.first_child().and_then(|n| names::statistics(catalog, &n)) {
                Some(name) => (Commented::Statistics(name), None),
                None => (Commented::Other, None),
            }
        }
        _ => (Commented::Other, None),
    };
    if !matches!(what, Commented::Other | Commented::Statistics(_)) && relation.is_none() {
        return Lowered::unknown("what the comment is about is not plain");
    }
    let label = node.kind() != SyntaxKind::COMMENT_ON;
    let text = node.children().last().filter(|n| !label && n.kind() == SyntaxKind::LITERAL);
    let text = text.and_then(|n| text_of_literal(&n));
    object(ObjectChange::Comment { on: what, relation, text, label })
}

/// The text a literal stands for; in an escape string only a doubled backslash is made one.
fn text_of_literal(node: &SyntaxNode) -> Option<String> {
    let escapes = parse::tokens(node).next()?.text().starts_with(['e', 'E']);
    string_of(node).map(|text| if escapes { text.replace("\\\\", "\\") } else { text })
}

/// A column belongs to a relation or to a composite type.
fn column_owner(catalog: &Catalog, parts: Vec<String>) -> Option<Name> {
    let name = qualified(catalog, parts.clone())?;
    if catalog.has_relation(&name) {
        return Some(name);
    }
    let composite = |n: &Name| catalog.user_type(n).is_some();
    let mut path = catalog.server.search_path.iter().map(|s| Name::new(s, &name.name));
    if parts.len() == 1 { path.find(composite).or(Some(name)) } else { Some(name) }
}

/// `GRANT` and `REVOKE`: only relations named one by one matter here.
pub(super) fn lower_grant(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let revoke = node.kind() == SyntaxKind::REVOKE;
    let on = child(node, SyntaxKind::ON_PRIVILEGE_OBJECTS_CLAUSE).and_then(|n| n.first_child());
    let Some(on) = on else { return super::elsewhere::of(node) };
    let named = match on.kind() {
        SyntaxKind::PRIVILEGE_TABLE | SyntaxKind::PRIVILEGE_DEFAULT => SyntaxKind::RELATION_NAME_REF,
        SyntaxKind::PRIVILEGE_SEQUENCE => SyntaxKind::SEQUENCE_REF,
        SyntaxKind::PRIVILEGE_ALL_TABLES_IN_SCHEMA => {
            return object(ObjectChange::Grant { relations: Vec::new(), revoke, privileges: Vec::new() });
        }
        _ => return super::elsewhere::of(node),
    };
    let relations: Vec<Name> = listed(&on, named).iter().filter_map(|n| relation(catalog, n)).collect();
    if let (Some(change), false) = (column_grant(node, &relations), revoke) {
        return Lowered::one(change);
    }
    let privileges = privileges(catalog, node, on.kind() == SyntaxKind::PRIVILEGE_SEQUENCE);
    object(ObjectChange::Grant { relations, revoke, privileges })
}

/// Privileges that are granted or revoked, for each role.
fn privileges(catalog: &Catalog, node: &SyntaxNode, sequence: bool) -> Vec<Granted> {
    let columns = |n: &SyntaxNode| -> Vec<String> {
        n.descendants().filter(|n| n.kind() == SyntaxKind::COLUMN_NAME_REF).map(|c| name_of(&c)).collect()
    };
    let mut given: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    if let Some(all) = child(node, SyntaxKind::ALL_PRIVILEGES) {
        let columns = columns(&all);
        // What ALL stands for (manual, "Privileges"); MAINTAIN came with version 17.
        let mut words = match (sequence, columns.is_empty()) {
            (true, _) => vec!["SELECT", "UPDATE", "USAGE"],
            (_, false) => vec!["INSERT", "REFERENCES", "SELECT", "UPDATE"],
            _ => vec!["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"],
        };
        if !sequence && columns.is_empty() && catalog.server.major() >= 17 {
            words.push("MAINTAIN");
        }
        given.push((columns, words.into_iter().map(str::to_owned).collect()));
    }
    for command in node.descendants().filter(|n| n.kind() == SyntaxKind::REVOKE_COMMAND) {
        let Some(word) = parse::tokens(&command).next().map(|t| t.text().to_uppercase()) else { continue };
        let columns = columns(&command);
        match given.iter_mut().find(|(of, _)| *of == columns) {
            Some((_, words)) => words.push(word),
            None => given.push((columns, vec![word])),
        }
    }
    let option = |n: &SyntaxNode| text_of(n).to_lowercase().contains("grant option");
    let grantable = child(node, SyntaxKind::GRANT_WITH_CLAUSE).is_some_and(|n| option(&n))
        || (node.kind() == SyntaxKind::REVOKE
            && text_of(node).to_lowercase().starts_with("revoke grant option for"));
    let mut found = Vec::new();
    for grantee in child(node, SyntaxKind::ROLE_REF_LIST).iter().flat_map(|n| roles(catalog, n)) {
        for (columns, words) in &given {
            let grant = Grant { grantee: grantee.clone(), privileges: words.clone(), grantable };
            if columns.is_empty() {
                found.push(Granted { column: None, grant: grant.clone() });
            }
            let each = columns.iter().map(|c| Granted { column: Some(c.clone()), grant: grant.clone() });
            found.extend(each);
        }
    }
    found
}

/// The roles of a list, `PUBLIC` for everybody.
fn roles(catalog: &Catalog, list: &SyntaxNode) -> Vec<String> {
    let named = list.children().filter_map(|role| {
        let mut words = parse::tokens(&role).map(|t| t.text().to_owned());
        let first = words.next()?;
        let word = if first.eq_ignore_ascii_case("group") { words.next()? } else { first };
        Some(match word.to_lowercase().as_str() {
            "public" => "PUBLIC".to_owned(),
            "current_role" | "current_user" | "session_user" => catalog.server.user.clone(),
            _ => parse::identifier(&word),
        })
    });
    named.collect()
}

/// Privileges on one column of one table for one role, as plans grant them.
fn column_grant(node: &SyntaxNode, relations: &[Name]) -> Option<Change> {
    let [table] = relations else { return None };
    let roles = child(node, SyntaxKind::ROLE_REF_LIST)?;
    let mut roles = roles.children();
    let role = roles.next().filter(|_| roles.next().is_none())?;
    if has(node, SyntaxKind::GRANT_WITH_CLAUSE) || has(node, SyntaxKind::GRANTED_BY_CLAUSE) {
        return None;
    }
    let mut privileges = Vec::new();
    let mut column: Option<String> = None;
    for command in node.descendants().filter(|n| n.kind() == SyntaxKind::REVOKE_COMMAND) {
        let columns: Vec<String> = command
            .descendants()
            .filter(|n| n.kind() == SyntaxKind::COLUMN_NAME_REF)
            .map(|c| name_of(&c))
            .collect();
        match (columns.as_slice(), &column) {
            ([one], None) => column = Some(one.clone()),
            ([one], Some(same)) if one == same => {}
            _ => return None,
        }
        privileges.extend(parse::tokens(&command).next().map(|t| t.text().to_uppercase()));
    }
    let word = parse::tokens(&role).next()?.text().to_owned();
    let everybody = word.eq_ignore_ascii_case("public");
    let grantee = if everybody { "PUBLIC".to_owned() } else { parse::identifier(&word) };
    Some(Change::GrantColumn { table: table.clone(), column: column?, privileges, grantee })
}

pub(super) fn lower_create_policy(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::POLICY).map(|n| name_of(&n));
    let table = child(node, SyntaxKind::ON_TABLE).and_then(|n| relation(catalog, &n));
    let (Some(name), Some(table)) = (name, table) else {
        return Lowered::unknown("the policy's names are not plain");
    };
    let command = child(node, SyntaxKind::POLICY_COMMAND).and_then(|n| n.first_child());
    let command = command.map_or_else(|| "ALL".to_owned(), |n| text_of(&n).to_uppercase());
    let mut policy = Policy {
        name,
        permissive: !find(node, SyntaxKind::AS_POLICY_TYPE)
            .is_some_and(|n| text_of(&n).to_lowercase().contains("restrictive")),
        command,
        ..Policy::default()
    };
    read_policy(catalog, node, &table, &mut policy);
    object(ObjectChange::CreatePolicy { table, policy })
}

/// Adds what a policy's expressions are, read and call.
fn read_policy(catalog: &Catalog, node: &SyntaxNode, table: &Name, policy: &mut Policy) {
    let expression = |kind| {
        let clause = node.descendants().find(|n| n.kind() == kind)?;
        clause.first_child().map(|n| text_of(&n))
    };
    let roles = node.descendants().find(|n| n.kind() == SyntaxKind::ROLE_REF_LIST);
    let everybody =
        || if node.kind() == SyntaxKind::CREATE_POLICY { vec!["PUBLIC".to_owned()] } else { vec![] };
    policy.definition = Some(PolicyDefinition {
        roles: roles.map_or_else(everybody, |n| self::roles(catalog, &n)),
        using: expression(SyntaxKind::USING_EXPR_CLAUSE),
        check: expression(SyntaxKind::WITH_CHECK_EXPR_CLAUSE),
    });
    let clauses = node
        .descendants()
        .filter(|n| matches!(n.kind(), SyntaxKind::USING_EXPR_CLAUSE | SyntaxKind::WITH_CHECK_EXPR_CLAUSE));
    for clause in clauses {
        let Some(expression) = clause.first_child() else { continue };
        let read = query::read_expression(catalog, &expression, Some(table));
        for dependency in view::dependencies(&read) {
            if &dependency.on == table {
                policy.columns.extend(dependency.columns);
            } else if !policy.needs.contains(&dependency) {
                policy.needs.push(dependency);
            }
        }
        policy.functions.extend(view::functions(catalog, &read));
    }
    policy.columns.sort();
    policy.columns.dedup();
}

pub(super) fn lower_alter_policy(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::POLICY_REF).map(|n| name_of(&n));
    let table = child(node, SyntaxKind::ON_TABLE).and_then(|n| relation(catalog, &n));
    let (Some(name), Some(table)) = (name, table) else {
        return Lowered::unknown("the policy's names are not plain");
    };
    if let Some(to) = child(node, SyntaxKind::POLICY_RENAME_TO) {
        return object(ObjectChange::RenamePolicy { table, from: name, to: renamed(&to) });
    }
    let mut read = Policy::default();
    read_policy(catalog, node, &table, &mut read);
    read.name.clone_from(&name);
    object(ObjectChange::AlterPolicy { table, name, to: Box::new(read) })
}

pub(super) fn lower_create_statistics(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let Some(table) = child(node, SyntaxKind::FROM_TABLE).and_then(|n| relation(catalog, &n)) else {
        return Lowered::unknown("the table of these statistics is not plain");
    };
    let on = child(node, SyntaxKind::STATISTICS_ON_CLAUSE);
    let items: Vec<SyntaxNode> = on.iter().flat_map(|n| n.children()).collect();
    let mut columns: Vec<String> = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    for item in &items {
        let plain = item.kind() == SyntaxKind::NAME_REF;
        labels.push(if plain { name_of(item) } else { "expr".to_owned() });
        let read = query::read_expression(catalog, item, Some(&table));
        columns.extend(read.reads.iter().filter(|r| r.relation == table).flat_map(|r| r.columns.clone()));
    }
    columns.sort();
    columns.dedup();
    let given = child(node, SyntaxKind::STATISTICS).and_then(|n| created(catalog, path(&n)));
    let name = given.unwrap_or_else(|| statistics_name(catalog, &table, &labels));
    let if_not_exists = has(node, SyntaxKind::IF_NOT_EXISTS);
    let definition = Some(definition_of(node));
    let statistics = ExtendedStatistics { name, columns, definition, comment: None };
    object(ObjectChange::CreateStatistics { table, statistics, if_not_exists })
}

/// What `CREATE STATISTICS` counts, and over what.
fn definition_of(node: &SyntaxNode) -> StatisticsDefinition {
    let kinds = child(node, SyntaxKind::STAT_TYPES);
    let kinds = kinds.iter().flat_map(|n| n.children()).map(|n| text_of(&n).to_lowercase());
    let on = child(node, SyntaxKind::STATISTICS_ON_CLAUSE);
    let on = on.iter().flat_map(|n| n.children()).map(|n| text_of(&n));
    StatisticsDefinition { kinds: kinds.collect(), on: on.collect() }
}

/// The same from the statement as the server prints it; none if it cannot be read.
#[cfg(feature = "live")]
pub(crate) fn statistics_definition(printed: &str) -> Option<StatisticsDefinition> {
    let parsed = parse::Parsed::new(printed);
    let node = parsed.node().filter(|n| n.kind() == SyntaxKind::CREATE_STATISTICS)?;
    Some(definition_of(&node))
}

/// The name the server chooses for statistics (server source, `ChooseExtendedStatisticName`).
fn statistics_name(catalog: &Catalog, table: &Name, columns: &[String]) -> Name {
    let taken: Vec<String> = catalog
        .tables
        .iter()
        .flat_map(|t| &t.statistics)
        .filter(|s| s.name.schema == table.schema)
        .map(|s| s.name.name.clone())
        .collect();
    let columns = joined(columns.iter().map(String::as_str));
    let parts = NameParts { table: &table.name, columns: &columns, label: "stat" };
    table.sibling(Catalog::default().default_relation_name(&table.schema, parts, &taken))
}

pub(super) fn lower_alter_statistics(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::STATISTICS_REF).and_then(|n| names::statistics(catalog, &n));
    let Some(from) = name else { return Lowered::unknown("the statistics' name is not plain") };
    let to = if let Some(rename) = child(node, SyntaxKind::STATISTICS_RENAME_TO) {
        from.sibling(renamed(&rename))
    } else if let Some(schema) = find(node, SyntaxKind::SCHEMA_REF) {
        Name::new(name_of(&schema), &from.name)
    } else {
        return super::elsewhere::of(node);
    };
    object(ObjectChange::RenameStatistics { from, to })
}

pub(super) fn lower_create_publication(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::PUBLICATION).map(|n| name_of(&n)).unwrap_or_default();
    let via_root = publishes_via_root(node).unwrap_or_default();
    object(ObjectChange::CreatePublication { name, objects: published(catalog, node), via_root })
}

pub(super) fn lower_alter_publication(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::PUBLICATION_REF).map(|n| name_of(&n)).unwrap_or_default();
    let verb = |kind| match kind {
        SyntaxKind::ADD_PUBLICATION_OBJECTS => Some(PublicationVerb::Add),
        SyntaxKind::SET_PUBLICATION_OBJECTS | SyntaxKind::SET_ALL_PUBLICATION_OBJECT_LIST => {
            Some(PublicationVerb::Set)
        }
        SyntaxKind::DROP_PUBLICATION_OBJECTS => Some(PublicationVerb::Drop),
        _ => None,
    };
    match node.children().find_map(|n| verb(n.kind())) {
        Some(verb) => {
            object(ObjectChange::AlterPublication { name, verb, objects: published(catalog, node) })
        }
        None => match publishes_via_root(node) {
            Some(on) => object(ObjectChange::PublishViaRoot { name, on }),
            None => super::elsewhere::of(node),
        },
    }
}

/// What is said of `publish_via_partition_root`.
fn publishes_via_root(node: &SyntaxNode) -> Option<bool> {
    let mut options = node.descendants().filter(|n| n.kind() == SyntaxKind::ATTRIBUTE_OPTION);
    options.find_map(|option| {
        let text = text_of(&option).to_lowercase();
        let (name, value) = text.split_once('=').unwrap_or((text.as_str(), "true"));
        let on = matches!(value.trim().trim_matches('\''), "true" | "on" | "1" | "yes");
        (name.trim() == "publish_via_partition_root").then_some(on)
    })
}

fn published(catalog: &Catalog, node: &SyntaxNode) -> Published {
    let mut objects = Published::default();
    // `TABLE a, b`: the word counts for all that follow.
    let mut in_schemas = false;
    for part in node.descendants() {
        match part.kind() {
            SyntaxKind::ALL_PUBLICATION_TABLES => objects.all_tables = true,
            SyntaxKind::PUBLICATION_OBJECT_TABLES_IN_SCHEMA => {
                in_schemas = true;
                let named = child(&part, SyntaxKind::SCHEMA_REF).map(|n| name_of(&n));
                objects.schemas.extend(named.or_else(|| Some(creation_schema(catalog).to_owned())));
            }
            SyntaxKind::PUBLICATION_OBJECT_CURRENT_SCHEMA => {
                objects.schemas.push(creation_schema(catalog).to_owned());
            }
            SyntaxKind::PUBLICATION_OBJECT_TABLE => {
                let Some(named) = child(&part, SyntaxKind::TABLE_NAME_REF) else { continue };
                let bare = !has(&part, SyntaxKind::TABLE_KW) && !has(&part, SyntaxKind::ONLY_KW);
                if in_schemas && bare {
                    objects.schemas.extend(path(&named).pop());
                    continue;
                }
                in_schemas = false;
                let columns = child(&part, SyntaxKind::COLUMN_REF_LIST);
                let columns = columns.iter().flat_map(|l| l.children()).map(|n| name_of(&n)).collect();
                let only = has(&part, SyntaxKind::ONLY_KW);
                let Some(on) = relation(catalog, &named) else { continue };
                let condition =
                    child(&part, SyntaxKind::WHERE_CONDITION_CLAUSE).and_then(|n| n.first_child());
                let filter = condition.map(|n| {
                    let read = view::dependencies(&query::read_expression(catalog, &n, Some(&on)));
                    let own = read.into_iter().filter(|d| d.on == on).flat_map(|d| d.columns);
                    RowFilter { condition: Some(text_of(&n)), reads: own.collect() }
                });
                objects.tables.push((PublishedTable { on, columns, filter }, only));
            }
            _ => {}
        }
    }
    objects
}

pub(super) fn lower_create_extension(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let name = child(node, SyntaxKind::EXTENSION).map(|n| name_of(&n)).unwrap_or_default();
    let schema = child(node, SyntaxKind::EXTENSION_SCHEMA).and_then(|n| child(&n, SyntaxKind::SCHEMA_REF));
    let version = child(node, SyntaxKind::EXTENSION_VERSION_CLAUSE).and_then(|n| n.first_child());
    let extension = Extension {
        name,
        version: version.and_then(|n| string_of(&n)).unwrap_or_default(),
        schema: schema.map_or_else(|| creation_schema(catalog).to_owned(), |n| name_of(&n)),
    };
    let if_not_exists = has(node, SyntaxKind::IF_NOT_EXISTS);
    object(ObjectChange::CreateExtension { extension, if_not_exists })
}

pub(super) fn lower_event_trigger(node: &SyntaxNode) -> Lowered {
    let named = node
        .children()
        .find(|n| matches!(n.kind(), SyntaxKind::EVENT_TRIGGER | SyntaxKind::EVENT_TRIGGER_REF));
    let name = named.map(|n| name_of(&n)).unwrap_or_default();
    let off = has(node, SyntaxKind::DISABLE) || node.kind() == SyntaxKind::DROP_EVENT_TRIGGER;
    let on = node.kind() == SyntaxKind::CREATE_EVENT_TRIGGER
        || node.children().any(|n| format!("{:?}", n.kind()).starts_with("ENABLE"));
    if off {
        return object(ObjectChange::DropEventTrigger { name });
    }
    if on { object(ObjectChange::CreateEventTrigger { name }) } else { super::elsewhere::of(node) }
}

pub(super) fn lower_create_cast(catalog: &Catalog, node: &SyntaxNode) -> Lowered {
    let signature = child(node, SyntaxKind::CAST_SIG);
    let mut types = signature.iter().flat_map(|n| n.children()).map(|n| {
        let text = text_of(&n);
        types::canonical(catalog, &text).unwrap_or(text)
    });
    let (Some(source), Some(target)) = (types.next(), types.next()) else {
        return Lowered::unknown("the types of this cast are not plain");
    };
    let context = if has(node, SyntaxKind::AS_ASSIGNMENT) {
        "assignment"
    } else if has(node, SyntaxKind::AS_IMPLICIT) {
        "implicit"
    } else {
        "explicit"
    };
    let binary = has(node, SyntaxKind::WITHOUT_FUNCTION);
    object(ObjectChange::CreateCast(Cast { source, target, binary, context: context.to_owned() }))
}

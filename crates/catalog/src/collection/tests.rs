use super::*;
use crate::{Column, Function, Table};

fn table(name: &str) -> Table {
    Table { name: Name::new("public", name), ..Table::default() }
}

fn names(tables: &Objects<Table>) -> Vec<&str> {
    tables.iter().map(|t| t.name.name.as_str()).collect()
}

fn heir(name: &str, of: &str) -> Table {
    Table { inherits: vec![Name::new("public", of)], ..table(name) }
}

#[test]
fn objects_stay_in_order_and_are_found() {
    let mut tables: Objects<Table> = (0..100).rev().map(|n| table(&format!("t{n:02}"))).collect();
    assert_eq!((tables.len(), names(&tables)[0], names(&tables)[99]), (100, "t00", "t99"));
    tables.remove(&Name::new("public", "t50"));
    tables.insert(table("t505"));
    tables.insert(table("t505"));
    assert_eq!(&names(&tables)[49..52], ["t49", "t505", "t51"]);
    assert!(tables.get(&Name::new("public", "t50")).is_none());
    tables.retain(|t| t.name.name.ends_with('5'));
    assert_eq!(
        names(&tables),
        ["t05", "t15", "t25", "t35", "t45", "t505", "t55", "t65", "t75", "t85", "t95"]
    );
    tables.change(|t| t.name.name == "t05", |t| t.name.name = "z".to_owned());
    assert_eq!((names(&tables)[0], tables.last().unwrap().name.name.as_str()), ("t15", "z"));
    assert!(tables.contains(&Name::new("public", "z")) && !tables.contains(&Name::new("public", "t05")));
}

#[test]
fn a_copy_does_not_see_what_becomes_of_the_other() {
    let before: Objects<Table> = [table("a"), heir("b", "a"), table("c")].into();
    let (a, c) = (Name::new("public", "a"), Name::new("public", "c"));
    let mut after = before.clone();
    after.get_mut(&c).unwrap().inherits.push(a.clone());
    let below = |tables: &Objects<Table>| tables.with(Key::below(&a)).count();
    // What has just changed is looked at whatever the index says.
    assert_eq!((below(&before), below(&after)), (1, 2));
    after.get_mut(&c).unwrap().inherits.clear();
    after.remove(&Name::new("public", "b"));
    after.change_all(|_| ());
    assert_eq!((below(&before), below(&after)), (1, 0));
    assert!(before != after && std::ptr::eq(before.get(&a).unwrap(), before.clone().get(&a).unwrap()));
}

#[test]
fn types_are_found_however_they_are_spelled() {
    let column = |type_name: &str| Column { type_name: type_name.to_owned(), ..Column::default() };
    for (printed, name) in [
        ("public.mood[]", "mood"),
        ("mood(3)", "mood"),
        ("MOOD", "mood"),
        ("public.\"a.b\"", "a.b"),
        ("\"Odd \"\"x\".\"y (z\"[]", "y (z"),
        ("character varying(50)", "character varying"),
    ] {
        let tables: Objects<Table> = [Table { columns: vec![column(printed)], ..table("t") }].into();
        assert!(tables.may_have(Key::type_called(name)), "{printed}");
        assert!(!tables.may_have(Key::type_called("other")), "{printed}");
    }
}

#[test]
fn overloads_are_sorted_by_their_arguments() {
    let function = |arguments: &str| Function {
        name: Name::new("public", "f"),
        arguments: arguments.to_owned(),
        ..Function::default()
    };
    let mut functions: Objects<Function> = [function("text"), function("integer"), function("text")].into();
    let name = Name::new("public", "f");
    assert_eq!((functions.len(), functions.get(&name).unwrap().arguments.as_str()), (2, "integer"));
    functions.remove(&name);
    assert!(functions.is_empty());
}

//! The recipes. A recipe is a file of its own and an entry here.

use crate::recipe::Recipe;

mod add_column;
mod add_index;
mod drop_column;
mod drop_index;
mod drop_table;
mod rename_column;
mod rename_table;

/// All recipes.
pub(crate) static ALL: &[&dyn Recipe] = &[
    &add_column::AddColumn,
    &add_index::AddIndex,
    &drop_column::DropColumn,
    &drop_index::DropIndex,
    &drop_table::DropTable,
    &rename_column::RenameColumn,
    &rename_table::RenameTable,
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn no_file_is_forgotten() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/recipes");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), super::ALL.len());
    }
}

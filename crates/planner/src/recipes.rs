//! The recipes. A recipe is a file of its own and an entry here.

use crate::recipe::Recipe;

mod add_column;
mod add_index;
mod change_type;
mod drop_column;
mod drop_index;
mod rename_column;

/// All recipes.
pub(crate) static ALL: &[&dyn Recipe] = &[
    &add_column::AddColumn,
    &add_index::AddIndex,
    &change_type::ChangeType,
    &drop_column::DropColumn,
    &drop_index::DropIndex,
    &rename_column::RenameColumn,
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

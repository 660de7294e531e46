//! The recipes. A recipe is a file of its own and an entry here.

use crate::recipe::Recipe;

mod add_column;
mod add_constraint;
mod add_index;
mod add_key;
mod change_default;
mod change_enum;
mod change_rows;
mod change_type;
pub(crate) mod drop_column;
mod drop_constraint;
mod drop_index;
mod drop_not_null;
mod drop_table;
mod merge_tables;
mod partition_table;
mod rebuild_index;
mod rename_column;
mod rename_constraint;
mod rename_table;
pub(crate) mod replace_view;
mod reshape_columns;
mod set_not_null;
mod split_table;
mod validate_constraint;

/// All recipes.
pub(crate) static ALL: &[&dyn Recipe] = &[
    &add_column::AddColumn,
    &add_constraint::AddConstraint,
    &add_index::AddIndex,
    &add_key::AddKey,
    &change_default::ChangeDefault,
    &change_enum::ChangeEnum,
    &change_rows::ChangeRows,
    &change_type::ChangeType,
    &drop_column::DropColumn,
    &drop_constraint::DropConstraint,
    &drop_index::DropIndex,
    &drop_not_null::DropNotNull,
    &drop_table::DropTable,
    &merge_tables::MergeTables,
    &partition_table::PartitionTable,
    &rebuild_index::RebuildIndex,
    &rename_column::RenameColumn,
    &rename_constraint::RenameConstraint,
    &rename_table::RenameTable,
    &replace_view::ReplaceView,
    &reshape_columns::ReshapeColumns,
    &set_not_null::SetNotNull,
    &split_table::SplitTable,
    &validate_constraint::ValidateConstraint,
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn no_file_is_forgotten() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/recipes");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        assert_eq!(files.filter(|path| path.is_file()).count(), super::ALL.len());
    }
}

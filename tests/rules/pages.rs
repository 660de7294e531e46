//! The pages in `docs/rules` are written from the rules. Run with UPDATE=1 to write them anew.

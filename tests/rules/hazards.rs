//! The catalogue of hazards names rules that exist.

//! Sequences and how full they are.

use altimeter_catalog::{Dependency, InspectError, Sequence, SequenceOptions, Unknown};

use super::answers::{Answers, Cells};
use super::unknowns;
use crate::queries;

/// All sequences by name, and what could not be read of them.
pub(super) fn sequences(
    answers: &Answers,
    user: &str,
) -> Result<(Vec<Sequence>, Vec<Unknown>), InspectError> {
    let mut sequences = Vec::new();
    let mut unreadable = Vec::new();
    let mut locked = Vec::new();
    let mut left_out = Vec::new();
    for row in answers.of(&queries::SEQUENCES) {
        let sequence = sequence(row)?;
        if !row.get::<bool>("readable")? {
            unreadable.push(sequence.name.clone());
        } else if row.get::<bool>("left_out")? {
            left_out.push(sequence.name.clone());
        } else if row.get::<bool>("locked")? {
            locked.push(sequence.name.clone());
        }
        sequences.push(sequence);
    }
    sequences.sort_by(|a, b| a.name.cmp(&b.name));
    let unknown = [
        unknowns::sequences_unreadable(&mut unreadable, user),
        unknowns::sequences_left_out(&mut left_out),
        unknowns::sequences_locked(&mut locked),
    ];
    Ok((sequences, unknown.into_iter().flatten().collect()))
}

fn sequence(row: Cells<'_>) -> Result<Sequence, InspectError> {
    let owner_column: Option<String> = row.get("owner_column")?;
    let (minimum, maximum) = (row.get("minimum")?, row.get("maximum")?);
    let increment: i64 = row.get("increment")?;
    let rising = increment > 0;
    Ok(Sequence {
        name: row.name("schema", "name")?,
        owned_by: row
            .name_if_any("owner_schema", "owner_table")?
            .map(|on| Dependency { on, columns: owner_column.into_iter().collect() }),
        type_name: row.get("type_name")?,
        used: row.get::<Option<i64>>("last_value")?.map(|last| used(last, minimum, maximum, rising)),
        options: Some(SequenceOptions {
            start: row.get("start")?,
            increment,
            minimum,
            maximum,
            cache: row.get("cache")?,
            cycle: row.get("cycle")?,
        }),
    })
}

/// The share of its range a sequence has handed out.
fn used(last: i64, minimum: i64, maximum: i64, rising: bool) -> f64 {
    // Differences of two i64 need one bit more.
    let (last, minimum, maximum) = (i128::from(last), i128::from(minimum), i128::from(maximum));
    let handed_out = if rising { last - minimum } else { maximum - last } + 1;
    (handed_out as f64 / (maximum - minimum + 1) as f64).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_full_at_its_end() {
        assert_eq!(used(100, 1, 100, true), 1.0);
        assert_eq!(used(50, 1, 100, true), 0.5);
        assert_eq!(used(-50, -100, -1, false), 0.5);
        assert_eq!(used(i64::MAX, i64::MIN, i64::MAX, true), 1.0);
    }
}

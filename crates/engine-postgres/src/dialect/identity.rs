//! Identity columns and the sequences behind them.

use altimeter_catalog::{Identity, Name, SequenceOptions};

use crate::quoting::{literal, quote, quote_name};

/// `ADD GENERATED … AS IDENTITY` with everything said of the sequence.
pub(crate) fn print_identity(
    (table, column): (&Name, &str),
    kind: Identity,
    (sequence, counts): (&Name, &SequenceOptions),
) -> String {
    let kind = match kind {
        Identity::Always => "ALWAYS",
        Identity::ByDefault => "BY DEFAULT",
    };
    let SequenceOptions { start, increment, minimum, maximum, cache, cycle } = counts;
    let cycle = if *cycle { " CYCLE" } else { "" };
    format!(
        "ALTER TABLE {} ALTER COLUMN {} ADD GENERATED {kind} AS IDENTITY (SEQUENCE NAME {} START WITH {start} \
         INCREMENT BY {increment} MINVALUE {minimum} MAXVALUE {maximum} CACHE {cache}{cycle})",
        quote_name(table),
        quote(column),
        quote_name(sequence)
    )
}

/// Lets a sequence go on where another stands, inside a block of PL/pgSQL.
pub(crate) fn print_go_on(sequence: &Name, from: &Name) -> String {
    let sequence = literal(&quote_name(sequence));
    format!("PERFORM pg_catalog.setval({sequence}, last_value, is_called) FROM {}", quote_name(from))
}

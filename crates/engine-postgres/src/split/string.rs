//! Strings in which backslashes escape, although they do not begin with `E`.

/// Where a string ends, and where in it quotes are escaped by a backslash.
pub(super) struct Escaped {
    pub(super) end: usize,
    pub(super) quotes: Vec<usize>,
}

/// Reads a string from its opening quote on.
pub(super) fn escaped(sql: &str, start: usize) -> Escaped {
    let mut quotes = Vec::new();
    let mut bytes = sql.bytes().enumerate().skip(start + 1).peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                if let Some((_, b'\'')) = bytes.next() {
                    quotes.push(at);
                }
            }
            b'\'' if bytes.next_if(|(_, b)| *b == b'\'').is_none() => {
                return Escaped { end: at + 1, quotes };
            }
            _ => {}
        }
    }
    Escaped { end: sql.len(), quotes }
}

//! Bytes to text: encodings and line ends.

use crate::error::Error;

/// A file's text, and what had to be done to have it.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) notes: Vec<String>,
}

/// Reads the bytes of a file as text.
pub(crate) fn decode(path: &str, bytes: Vec<u8>) -> Result<Decoded, Error> {
    if let Some((what, next)) = not_text(&bytes) {
        return Err(Error::NotText { path: path.to_owned(), what, next });
    }
    let mut notes = Vec::new();
    let text = match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] => utf16(path, rest, u16::from_le_bytes, &mut notes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(path, rest, u16::from_be_bytes, &mut notes)?,
        _ => utf8(path, bytes)?,
    };
    let text = match text.contains('\r') && !text.contains('\n') {
        true => {
            notes.push("its lines end in carriage returns alone; each is read as a line feed".to_owned());
            text.replace('\r', "\n")
        }
        false => text,
    };
    Ok(Decoded { text, notes })
}

/// What a file that is no text looks like, and what to do with it.
fn not_text(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if begins(b"PGDMP") {
        return Some((
            "an archive of pg_dump -Fc",
            "make SQL of it: pg_restore -f - FILE | altimeter check -",
        ));
    }
    if begins(&[0x1F, 0x8B])
        || begins(b"BZh")
        || begins(&[0xFD, b'7', b'z'])
        || begins(&[0x28, 0xB5, 0x2F, 0xFD])
    {
        return Some(("it is compressed", "decompress it: gzip -dc FILE | altimeter check -"));
    }
    let head = bytes.get(..4096).unwrap_or(bytes);
    let marked = begins(&[0xFF, 0xFE]) || begins(&[0xFE, 0xFF]);
    if marked || !head.contains(&0) {
        return None;
    }
    let zeros = head.iter().filter(|b| **b == 0).count();
    Some(match zeros * 3 > head.len() {
        true => (
            "UTF-16 without a byte order mark",
            "convert it: iconv -f UTF-16LE -t UTF-8 FILE | altimeter check -",
        ),
        false => ("it holds zero bytes", "give SQL files only"),
    })
}

fn utf8(path: &str, bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let byte = bytes.get(offset).copied().unwrap_or_default();
        let before = bytes.get(..offset).unwrap_or_default();
        let feeds = before.iter().filter(|b| **b == b'\n').count();
        let line = 1 + if feeds > 0 { feeds } else { before.iter().filter(|b| **b == b'\r').count() };
        Error::Encoding { path: path.to_owned(), byte, offset, line }
    })
}

fn utf16(
    path: &str,
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    notes: &mut Vec<String>,
) -> Result<String, Error> {
    let broken = |offset: usize, line: usize| Error::Encoding {
        path: path.to_owned(),
        byte: bytes.get(offset).copied().unwrap_or_default(),
        offset: offset + 2,
        line,
    };
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    let mut at = 0;
    for character in char::decode_utf16(pairs.iter().map(|p| unit(*p))) {
        let character = character.map_err(|_| broken(at, 1 + text.matches('\n').count()))?;
        at += character.len_utf16() * 2;
        text.push(character);
    }
    if !rest.is_empty() {
        return Err(broken(at, 1 + text.matches('\n').count()));
    }
    notes.push(
        "decoded from UTF-16, which PostgreSQL's own tools do not read; bytes are counted in UTF-8"
            .to_owned(),
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_as_they_are_on_disk() {
        for text in ["\u{feff}SELECT 1;\r\nSELECT 2;\r\n", "SELECT 'é';\n", ""] {
            let decoded = decode("a.sql", text.as_bytes().to_vec()).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.notes.len()), (text, 0));
        }
        let mac = decode("a.sql", b"-- one\rSELECT 2;".to_vec()).unwrap();
        assert_eq!((mac.text.as_str(), mac.notes.len()), ("-- one\nSELECT 2;", 1));
    }

    #[test]
    fn utf16_is_decoded_and_said() {
        let text = "SELECT 'é€𝄞';\n";
        let little: Vec<u8> =
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [little.clone(), big] {
            let decoded = decode("a.sql", bytes).unwrap();
            assert_eq!(decoded.text, text);
            assert!(decoded.notes[0].contains("UTF-16"), "{:?}", decoded.notes);
        }
        assert!(matches!(decode("a.sql", little[..little.len() - 1].to_vec()), Err(Error::Encoding { .. })));
        assert!(matches!(decode("a.sql", little[2..].to_vec()), Err(Error::NotText { .. })));
    }

    #[test]
    fn other_encodings_are_an_error_at_a_place() {
        let error = decode("old.sql", b"SELECT 1;\n-- caf\xE9\n".to_vec()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "old.sql is not UTF-8: byte 0xe9 at offset 16 (line 2) is no part of a character"
        );
        for (bytes, word) in
            [(&b"PGDMP\x01"[..], "pg_dump"), (b"\x1F\x8B\x08", "compressed"), (b"a\0b  ", "zero")]
        {
            let error = decode("x", bytes.to_vec()).unwrap_err();
            assert!(error.to_string().contains(word) && !error.next().is_empty(), "{error}");
        }
    }
}

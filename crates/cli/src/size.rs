//! Sizes as people write them.

/// Units of a size, in bytes: powers of ten, and of two where the unit says so.
const UNITS: &[(&str, f64)] = &[
    ("", 1.0),
    ("b", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("tb", 1e12),
    ("k", 1e3),
    ("m", 1e6),
    ("g", 1e9),
    ("t", 1e12),
    ("kib", 1024.0),
    ("mib", 1_048_576.0),
    ("gib", 1_073_741_824.0),
    ("tib", 1_099_511_627_776.0),
];

/// Bytes of a size such as `200GB`, `1.5 TiB` or `80000000000`.
///
/// # Errors
/// If it is none.
pub(crate) fn bytes(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim().to_ascii_lowercase();
    let known = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, bytes)| bytes);
    match (number.parse::<f64>(), known) {
        (Ok(number), Some(bytes)) => Ok(number * bytes),
        _ => Err("it is a number and a unit: 200GB, 1.5TiB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, is) in
            [("200GB", 2e11), ("1.5 TiB", 1.5 * 1_099_511_627_776.0), ("10g", 1e10), ("512", 512.0)]
        {
            assert_eq!(bytes(text), Ok(is), "{text}");
        }
        for text in ["", "GB", "much", "-5GB", "5 apples", "1.2.3GB"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}

//! Where days, weeks, months, quarters and years begin, in the Gregorian calendar.

use altimeter_catalog::Width;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(i64);

impl Day {
    /// The day a text begins with: `2026-11-22`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.split('-');
        let mut next = || parts.next()?.parse::<i64>().ok();
        let (year, month, day) = (next()?, next()?, next()?);
        let found = Self::of(year, month, day);
        (found.civil() == (year, month, day)).then_some(found)
    }

    /// Howard Hinnant's `days_from_civil`: years that begin in March have their leap day last.
    fn of(year: i64, month: i64, day: i64) -> Self {
        let year = year - i64::from(month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// Year, month and day.
    fn civil(self) -> (i64, i64, i64) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
    }

    /// The next day.
    pub(crate) fn tomorrow(self) -> Self {
        Self(self.0 + 1)
    }

    /// The day it or what holds it begins with; none for what is no part of a calendar.
    pub(crate) fn start_of(self, width: Width) -> Option<Self> {
        let (year, month, _) = self.civil();
        Some(match width {
            Width::Day => self,
            // 1970-01-01 was a Thursday.
            Width::Week => Self(self.0 - (self.0 + 3).rem_euclid(7)),
            Width::Month => Self::of(year, month, 1),
            Width::Quarter => Self::of(year, (month - 1) / 3 * 3 + 1, 1),
            Width::Year => Self::of(year, 1, 1),
            Width::Numbers(_) => return None,
        })
    }

    /// The day the next one begins with.
    pub(crate) fn next(self, width: Width) -> Option<Self> {
        let start = self.start_of(width)?;
        // Beyond the end of each and before the end of the next.
        let beyond = match width {
            Width::Day => 1,
            Width::Week => 7,
            Width::Month => 31,
            Width::Quarter => 92,
            Width::Year => 366,
            Width::Numbers(_) => return None,
        };
        Self(start.0 + beyond).start_of(width)
    }

    /// `2026-11-22`.
    pub(crate) fn iso(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// What a partition that begins with it is called by: `2026_12`, `2026_q4`.
    pub(crate) fn label(self, width: Width) -> String {
        let (year, month, day) = self.civil();
        match width {
            Width::Year => format!("{year:04}"),
            Width::Quarter => format!("{year:04}_q{}", (month - 1) / 3 + 1),
            Width::Month => format!("{year:04}_{month:02}"),
            Width::Day | Width::Week | Width::Numbers(_) => format!("{year:04}_{month:02}_{day:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_next() {
        let day = |text| Day::parse(text).unwrap();
        for (today, width, next, label) in [
            ("2026-11-22", Width::Month, "2026-12-01", "2026_12"),
            ("2026-12-31", Width::Month, "2027-01-01", "2027_01"),
            ("2024-02-01", Width::Month, "2024-03-01", "2024_03"),
            ("2024-02-28", Width::Day, "2024-02-29", "2024_02_29"),
            ("2026-11-22", Width::Week, "2026-11-23", "2026_11_23"),
            ("2026-11-22", Width::Quarter, "2027-01-01", "2027_q1"),
            ("2026-01-01", Width::Year, "2027-01-01", "2027"),
        ] {
            let found = day(today).next(width).unwrap();
            assert_eq!((found.iso().as_str(), found.label(width).as_str()), (next, label), "{today} {width}");
        }
        assert_eq!(Day::parse("2026-02-30"), None);
        assert_eq!(Day::parse("never"), None);
    }
}

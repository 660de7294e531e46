//! Tables that fit a page: columns shrink and wrap, the least important go, and tabled draws the rest.

use tabled::Table;
use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Style};

use crate::{escape, wrap};

/// One column.
pub(crate) struct Column {
    /// Its title.
    title: String,
    /// Figures, aligned to the right.
    figures: bool,
    /// The narrowest it may be wrapped to; none if it never wraps.
    narrowest: Option<usize>,
    /// What is dropped first when the page is too narrow: the highest; 0 is never dropped.
    dropped: u8,
}

impl Column {
    /// A column of text that is never wrapped or dropped.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: escape::line(&title.into()), figures: false, narrowest: None, dropped: 0 }
    }

    /// Aligned to the right.
    pub(crate) fn figures(mut self) -> Self {
        self.figures = true;
        self
    }

    /// May be wrapped down to that many columns.
    pub(crate) fn wraps_to(mut self, narrowest: usize) -> Self {
        self.narrowest = Some(narrowest);
        self
    }

    /// May be left out; the highest goes first.
    pub(crate) fn dropped(mut self, rank: u8) -> Self {
        self.dropped = rank;
        self
    }
}

/// A table in box drawing, at most `width` columns wide as far as its columns allow. Cells are made harmless here.
pub(crate) fn draw(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<String> {
    let mut table = laid_out(columns, rows, width, &Frame { column: 3, outside: 1 });
    table.with(Style::sharp());
    table.to_string().lines().map(str::to_owned).collect()
}

/// The same without lines.
pub(crate) fn draw_plain(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<String> {
    let mut table = laid_out(columns, rows, width, &Frame { column: 2, outside: 0 });
    table.with(Style::empty());
    table.to_string().lines().map(str::to_owned).collect()
}

/// The columns that lines and blanks take.
struct Frame {
    /// At each column.
    column: usize,
    /// Once.
    outside: usize,
}

fn laid_out(columns: &[Column], rows: &[Vec<String>], width: usize, frame: &Frame) -> Table {
    let rows: Vec<Vec<String>> = rows.iter().map(|r| r.iter().map(|c| escape::line(c)).collect()).collect();
    let (shown, widths) = fit(columns, &rows, width, frame);
    let cell = |text: &str, at: usize| wrap::words(text, widths[at]).join("\n");
    let mut builder = Builder::default();
    builder.push_record(shown.iter().enumerate().map(|(at, c)| cell(&columns[*c].title, at)));
    for row in &rows {
        builder.push_record(
            shown.iter().enumerate().map(|(at, c)| cell(row.get(*c).map_or("", String::as_str), at)),
        );
    }
    let mut table = builder.build();
    for (at, c) in shown.iter().enumerate() {
        if columns[*c].figures {
            table.modify(Columns::one(at), Alignment::right());
        }
    }
    table
}

/// Which columns are shown, and how wide each is.
fn fit(columns: &[Column], rows: &[Vec<String>], width: usize, frame: &Frame) -> (Vec<usize>, Vec<usize>) {
    let natural = |c: usize| {
        let cells = rows.iter().filter_map(|r| r.get(c)).map(|t| wrap::columns(t)).max().unwrap_or(0);
        let title = &columns[c].title;
        // A title of several words wraps before a column of short figures gets wide for it.
        let title = match columns[c].narrowest {
            None => title.split(' ').map(wrap::columns).max().unwrap_or(0),
            Some(_) => wrap::columns(title),
        };
        cells.max(title).max(1)
    };
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    loop {
        let mut widths: Vec<usize> = shown.iter().map(|c| natural(*c)).collect();
        let room = width.saturating_sub(frame.column * shown.len() + frame.outside);
        while widths.iter().sum::<usize>() > room {
            let widest = (0..shown.len())
                .filter(|at| columns[shown[*at]].narrowest.is_some_and(|n| widths[*at] > n))
                .max_by_key(|at| widths[*at]);
            match widest {
                Some(at) => widths[at] -= 1,
                None => break,
            }
        }
        let fits = widths.iter().sum::<usize>() <= room;
        let first =
            shown.iter().enumerate().max_by_key(|(_, c)| columns[**c].dropped).map(|(at, c)| (at, *c));
        match first {
            Some((at, c)) if !fits && columns[c].dropped > 0 => {
                shown.remove(at);
            }
            _ => return (shown, widths),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_page_wraps_first_and_drops_then() {
        let columns = || {
            vec![
                Column::new("id"),
                Column::new("title").wraps_to(8),
                Column::new("runs for").figures(),
                Column::new("note").dropped(1),
            ]
        };
        let row = ["1", "a title of several words", "5 ms", "12345678"].map(str::to_owned).to_vec();
        let at = |width| draw(&columns(), std::slice::from_ref(&row), width);
        assert_eq!(at(60)[4], "│ 1  │ a title of several words │ 5 ms │ 12345678 │");
        for width in [32, 40, 50, 60] {
            assert!(at(width).iter().all(|l| wrap::columns(l) <= width), "{width}: {:#?}", at(width));
        }
        assert!(at(40).join("").contains("note"));
        assert!(!at(32).join("").contains("note"));
    }
}

//! A rule's page: what to know, and examples that the tests run.
//!
//! The text is Markdown in a fixed order: a paragraph of one sentence; what lock, why, the safe way; `## Set-up`; then
//! sections `## Bad`, `## Safe` and `## Near miss`, each with one block of SQL. A heading may go on in words, and say
//! `from 14` for examples that need that version, `refused` where the server refuses the SQL.

/// A page taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The text before the set-up, Markdown.
    pub text: String,
    /// SQL that makes what the examples are about. Comments `-- given: …` say what a test has to make believe.
    pub setup: String,
    /// The examples, in order.
    pub cases: Vec<Case>,
}

/// One example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it shows.
    pub kind: CaseKind,
    /// The heading, without `##`.
    pub heading: String,
    /// Words before the SQL, Markdown.
    pub says: String,
    /// The SQL.
    pub sql: String,
    /// The oldest version it can be run on.
    pub since: Option<u32>,
    /// The server refuses it.
    pub refused: bool,
}

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseKind {
    /// The rule has something to say.
    Bad,
    /// What to do instead.
    Safe,
    /// It looks the same, but nothing is wrong with it.
    NearMiss,
}

/// The first paragraph, which is one sentence.
pub(super) fn first_paragraph(page: &'static str) -> &'static str {
    page.split("\n\n").next().unwrap_or_default().trim()
}

impl Page {
    pub(super) fn read(page: &str) -> Self {
        let mut sections = page.split("\n## ");
        let mut read =
            Self { text: sections.next().unwrap_or_default().trim().to_owned(), ..Self::default() };
        for section in sections {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            let (says, sql) = body.split_once("```sql\n").unwrap_or((body, ""));
            let sql = sql.split("\n```").next().unwrap_or_default().to_owned();
            let kind = match heading {
                h if h.starts_with("Bad") => CaseKind::Bad,
                h if h.starts_with("Safe") => CaseKind::Safe,
                h if h.starts_with("Near miss") => CaseKind::NearMiss,
                _ => {
                    read.setup = sql;
                    continue;
                }
            };
            read.cases.push(Case {
                kind,
                heading: heading.trim().to_owned(),
                says: says.trim().to_owned(),
                sql,
                since: heading.split("from ").nth(1).and_then(|v| v.get(..2)?.parse().ok()),
                refused: heading.contains("refused"),
            });
        }
        read
    }
}

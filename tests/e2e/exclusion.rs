//! EXCLUDE constraints, for which there is no way without downtime: the plan that accepts some runs on servers, there and
//! back, and says what it takes; the other is refused with the reason.

use altimeter_tests::server::Server;
use altimeter_tests::tool::run_altimeter;
use anyhow::{Context, Result, ensure};

use super::odd_tables::{Case, prove_with_downtime};

const ROOMS: &str = r#"CREATE TABLE "Rooms; --" (id int PRIMARY KEY, "Day s" daterange NOT NULL, spot circle);
    INSERT INTO "Rooms; --" SELECT g, daterange(date '2024-01-01' + 2 * g, date '2024-01-02' + 2 * g), circle(point(10 * g, 0), 1)
    FROM generate_series(1, 2000) g"#;

const CASES: &[Case] = &[
    Case {
        name: "ranges that may not overlap, deferred, with a condition",
        setup: ROOMS,
        direct: r#"ALTER TABLE "Rooms; --" ADD CONSTRAINT "no; overlap" EXCLUDE USING gist ("Day s" WITH &&) WHERE (id > 10) DEFERRABLE INITIALLY DEFERRED"#,
        old: r#"UPDATE "Rooms; --" SET spot = NULL WHERE id = 5"#,
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "shapes, without a name, and numbers in a B-tree",
        setup: ROOMS,
        direct: r#"ALTER TABLE "Rooms; --" ADD EXCLUDE USING gist (spot WITH &&), ADD CONSTRAINT e EXCLUDE USING btree (id WITH =)"#,
        old: r#"DELETE FROM "Rooms; --" WHERE id = 7"#,
        new: "",
        kept: "SELECT true",
    },
    Case {
        name: "an expression and settings of the index",
        setup: ROOMS,
        direct: r#"ALTER TABLE "Rooms; --" ADD CONSTRAINT e EXCLUDE USING gist (box(spot) WITH &&, "Day s" WITH &&) WITH (fillfactor = 70)"#,
        old: "",
        new: "",
        kept: "SELECT true",
    },
];

#[test]
fn an_exclusion_is_added_with_downtime_and_taken_back() -> Result<()> {
    for major in [13, 15, 17, 18] {
        let server = Server::shared(major)?;
        for case in CASES {
            prove_with_downtime(case, server).with_context(|| format!("{major}: {}", case.name))?;
            let database = server.database("rooms")?;
            database.session()?.script(case.setup)?;
            let out = run_altimeter(&["plan", case.direct, "--db", &database.url, "--sample", "0"], &[])?;
            ensure!(out.code == Some(5), "{}: {:?} {}", case.name, out.code, out.stderr);
            let text = out.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            for said in
                ["while all writers of public.", "move the rows there in batches", "--zero-downtime false"]
            {
                ensure!(text.contains(said), "{}: {text}", case.name);
            }
        }
    }
    Ok(())
}

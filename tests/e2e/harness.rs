//! The proof itself: it accepts a sound plan, and finds what is wrong with unsound ones.

use altimeter_tests::proof::{Plan, Trial, Verdict, alone};
use altimeter_tests::server::Server;
use altimeter_tests::shop;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const DIRECT: &str = "ALTER TABLE users RENAME COLUMN user_name TO username";

#[test]
fn a_sound_plan_is_proved() -> Result<()> {
    with_plan(sound_plan(), |trial| trial.prove())
}

#[test]
fn a_plan_that_loses_writes_is_not() -> Result<()> {
    let mut plan = sound_plan();
    // Without the trigger nothing keeps the two columns in step, and NOT NULL would say so early.
    steps(&mut plan)?.retain(|step| step["id"] != "expand-2" && step["id"] != "migrate-3");
    with_plan(plan, |trial| {
        let verdict = trial.complete()?;
        says(&verdict, ", new read ")?;
        says(&verdict, "is stale")
    })
}

#[test]
fn a_plan_that_stops_everybody_for_five_seconds_is_not() -> Result<()> {
    let mut plan = sound_plan();
    steps(&mut plan)?[0]["up"] = json!([{
        "sql": "DO $$ BEGIN ALTER TABLE users ADD COLUMN username text; PERFORM pg_sleep(5); END $$",
        "transaction": "own", "lock_timeout_ms": 2000,
    }]);
    with_plan(plan, |trial| says(&trial.abort_after(0)?, "a statement took 5"))
}

#[test]
fn a_plain_rename_under_two_applications_is_not() -> Result<()> {
    let plan = json!({"format": "altimeter-plan/1", "direct": [{"sql": DIRECT}], "phases": [{"phase": "expand", "steps": [
        step("expand-1", "sql", &[own(DIRECT, &[])], &[own("ALTER TABLE users RENAME username TO user_name", &[])]),
    ]}]});
    with_plan(plan, |trial| says(&trial.complete()?, "42703"))
}

#[test]
fn wrong_locks_false_checks_and_leftovers_are_found() -> Result<()> {
    let mut plan = sound_plan();
    let first = &mut steps(&mut plan)?[0];
    first["up"][0]["effect"]["locks"][0]["mode"] = json!("SHARE");
    first["down"] = json!([]);
    first["after"] = json!([{"sql": "SELECT count(*) = 0 AS ok FROM users", "says": "nobody is there"}]);
    with_plan(plan, |trial| {
        let verdict = trial.abort_after(0)?;
        says(&verdict, "announces SHARE, the server took ACCESS EXCLUSIVE")?;
        says(&verdict, "does not hold: nobody is there")?;
        says(&verdict, "schema after DOWN: + column public.users.username")
    })
}

fn with_plan(plan: Value, judge: impl FnOnce(&Trial<'_>) -> Result<()>) -> Result<()> {
    let _alone = alone();
    let server = Server::shared(15)?;
    let original = shop::load(server, 20_000)?;
    let plan = Plan::parse(&plan)?;
    let applications =
        [shop::application("old", "user_name", &[]), shop::application("new", "username", &[])];
    judge(&Trial {
        server,
        original: &original,
        plan: &plan,
        applications: &applications,
        direct: DIRECT,
        any_order: true,
    })
}

fn says(verdict: &Verdict, words: &str) -> Result<()> {
    ensure!(
        verdict.faults.iter().any(|fault| fault.contains(words)),
        "{}: no fault says `{words}`, they are {:#?}",
        verdict.run,
        verdict.faults
    );
    Ok(())
}

fn steps(plan: &mut Value) -> Result<&mut Vec<Value>> {
    plan["phases"][0]["steps"].as_array_mut().context("steps")
}

fn own(sql: &str, locks: &[(&str, &str)]) -> Value {
    let locks: Vec<Value> =
        locks.iter().map(|(object, mode)| json!({"object": object, "kind": "table", "mode": mode})).collect();
    let effect = if locks.is_empty() { json!({}) } else { json!({"locks": locks}) };
    json!({"sql": sql, "transaction": "own", "lock_timeout_ms": 2000, "effect": effect})
}

fn none(sql: &str) -> Value {
    json!({"sql": sql, "transaction": "none", "lock_timeout_ms": 2000, "effect": {}})
}

fn step(id: &str, kind: &str, up: &[Value], down: &[Value]) -> Value {
    json!({"id": id, "kind": kind, "before": [], "up": up, "down": down, "after": []})
}

/// A rename by hand, as the planner would write it.
fn sound_plan() -> Value {
    let users = |mode| [("public.users", mode)];
    let exclusive = users("ACCESS EXCLUSIVE");
    let steps = [
        step(
            "expand-1",
            "sql",
            &[own("ALTER TABLE users ADD COLUMN username text", &exclusive)],
            &[own("ALTER TABLE users DROP COLUMN username", &exclusive)],
        ),
        step(
            "expand-2",
            "sql",
            &[own(FUNCTION, &[]), own(TRIGGER, &users("SHARE ROW EXCLUSIVE"))],
            &[
                own("DROP TRIGGER users_in_step ON users", &exclusive),
                own("DROP FUNCTION users_in_step()", &[]),
            ],
        ),
        step("migrate-1", "sql", &[own(PROCEDURE, &[])], &[own("DROP PROCEDURE users_backfill()", &[])]),
        step("migrate-2", "backfill", &[none("CALL users_backfill()")], &[]),
        step(
            "migrate-3",
            "sql",
            &[
                own(
                    "ALTER TABLE users ADD CONSTRAINT username_there CHECK (username IS NOT NULL) NOT VALID",
                    &[],
                ),
                own("ALTER TABLE users VALIDATE CONSTRAINT username_there", &users("SHARE UPDATE EXCLUSIVE")),
                own("ALTER TABLE users ALTER COLUMN username SET NOT NULL", &exclusive),
                own("ALTER TABLE users DROP CONSTRAINT username_there", &[]),
            ],
            &[own("ALTER TABLE users ALTER COLUMN username DROP NOT NULL", &[])],
        ),
        step(
            "migrate-4",
            "sql",
            &[none("CREATE INDEX CONCURRENTLY users_username_new ON users (username)")],
            &[none("DROP INDEX CONCURRENTLY users_username_new")],
        ),
        step("migrate-5", "deploy", &[], &[]),
        json!({"id": "contract-1", "kind": "sql", "before": [
                {"sql": "SELECT NOT EXISTS (SELECT FROM users WHERE username IS DISTINCT FROM user_name) AS ok", "says": "equal"}],
            "up": [
                // The new application does not write the old column: without the trigger it has to be nullable.
                own("ALTER TABLE users ALTER COLUMN user_name DROP NOT NULL", &exclusive),
                own("DROP TRIGGER users_in_step ON users", &exclusive),
                own("ALTER TABLE users DROP COLUMN user_name", &[]),
                own("ALTER INDEX users_username_new RENAME TO users_user_name_idx", &[]),
                own("COMMENT ON COLUMN users.username IS 'What they sign in with'", &users("SHARE UPDATE EXCLUSIVE")),
                own("DROP FUNCTION users_in_step()", &[]),
                own("DROP PROCEDURE users_backfill()", &[])],
            "down": [
                own("ALTER TABLE users ADD COLUMN user_name text", &[]),
                own(FUNCTION, &[]), own(TRIGGER, &[]), own(PROCEDURE, &[]),
                own("UPDATE users SET user_name = username WHERE user_name IS NULL", &[]),
                own("ALTER TABLE users ALTER COLUMN user_name SET NOT NULL", &[]),
                own("ALTER INDEX users_user_name_idx RENAME TO users_username_new", &[]),
                own("CREATE INDEX users_user_name_idx ON users (user_name)", &[]),
                own("COMMENT ON COLUMN users.username IS NULL", &[]),
                own("COMMENT ON COLUMN users.user_name IS 'What they sign in with'", &[])],
            "after": [], "point_of_no_return": true}),
    ];
    json!({"format": "altimeter-plan/1", "direct": [{"sql": DIRECT}], "phases": [{"phase": "expand", "steps": steps}]})
}

const FUNCTION: &str = "CREATE FUNCTION users_in_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.username := coalesce(NEW.username, NEW.user_name);
        NEW.user_name := NEW.username;
    ELSIF NEW.user_name IS DISTINCT FROM OLD.user_name THEN
        NEW.username := NEW.user_name;
    ELSIF NEW.username IS DISTINCT FROM OLD.username THEN
        NEW.user_name := NEW.username;
    END IF;
    RETURN NEW;
END $$";

const TRIGGER: &str = "CREATE TRIGGER users_in_step BEFORE INSERT OR UPDATE ON users
FOR EACH ROW EXECUTE FUNCTION users_in_step()";

const PROCEDURE: &str = "CREATE PROCEDURE users_backfill() LANGUAGE plpgsql AS $$
DECLARE last bigint := 0; largest bigint := (SELECT max(id) FROM users);
BEGIN
    WHILE last < largest LOOP
        UPDATE users SET username = user_name WHERE id > last AND id <= last + 5000 AND username IS NULL;
        last := last + 5000;
        COMMIT;
    END LOOP;
END $$";

//! A plan as `altimeter plan --format json` prints it (`docs/contract.md`), read the way a stranger's script
//! would: from the JSON alone, without the tool's own types.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::database::Database;
use crate::tool::run_altimeter;

/// A plan, its phases one after the other.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All steps in order.
    pub steps: Vec<Step>,
    /// The plain statements it is compared with, in order.
    pub direct: Vec<String>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name in the plan.
    pub id: String,
    /// `sql`, `backfill`, `deploy` or `wait`.
    pub kind: String,
    /// What must hold before.
    pub before: Vec<Check>,
    /// The way forward.
    pub up: Vec<Statement>,
    /// The way back.
    pub down: Vec<Statement>,
    /// What must hold after.
    pub after: Vec<Check>,
    /// The query that shows how far the step is.
    pub progress: Option<String>,
    /// Whether `down` cannot bring everything back.
    pub point_of_no_return: bool,
}

/// A read-only query and what it means when it gives true.
#[derive(Debug, Clone)]
pub struct Check {
    /// The query.
    pub sql: String,
    /// What it checks.
    pub says: String,
}

/// One statement of a step.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// Whether it runs in a transaction of its own (`own`), or must not be in one (`none`).
    pub own_transaction: bool,
    /// How long it may wait for a lock; 0 means for ever.
    pub lock_timeout_ms: u64,
    /// Relation to mode, as the plan's effect lists them; `None` when the statement has no effect listed.
    pub locks: Option<BTreeMap<String, String>>,
}

impl Plan {
    /// The plan `altimeter plan` makes of a request for a database, with further options.
    ///
    /// # Errors
    /// When it makes none, or one that is not what the contract says.
    pub fn made(database: &Database, request: &str, options: &[&str]) -> Result<Plan> {
        let fixed = ["plan", request, "--db", &database.url, "--sample", "0", "--format", "json"];
        let printed = run_altimeter(&[&fixed, options].concat(), &[])?.json();
        Plan::parse(&printed.with_context(|| request.to_owned())?)
    }

    /// Reads the JSON of a plan.
    ///
    /// # Errors
    /// When it is not what the contract says.
    pub fn parse(plan: &Value) -> Result<Plan> {
        if plan["format"] != "altimeter-plan/1" {
            bail!("the plan's format is {}", plan["format"]);
        }
        let mut steps = Vec::new();
        for phase in list(plan, "phases")? {
            for step in list(phase, "steps")? {
                steps.push(Step::parse(step).with_context(|| format!("in the step {}", step["id"]))?);
            }
        }
        if steps.is_empty() {
            bail!("the plan has no steps");
        }
        let direct = list(plan, "direct")?.iter().filter_map(|s| s["sql"].as_str().map(str::to_owned));
        Ok(Plan { steps, direct: direct.collect() })
    }

    /// The longest that any statement of the plan may wait for a lock, in milliseconds.
    #[must_use]
    pub fn longest_lock_timeout_ms(&self) -> u64 {
        let statements = self.steps.iter().flat_map(|step| step.up.iter().chain(&step.down));
        statements.map(|statement| statement.lock_timeout_ms).max().unwrap_or(0)
    }
}

impl Step {
    fn parse(step: &Value) -> Result<Step> {
        Ok(Step {
            id: text(step, "id")?,
            kind: text(step, "kind")?,
            before: checks(step, "before")?,
            up: statements(step, "up")?,
            down: statements(step, "down")?,
            after: checks(step, "after")?,
            progress: step["progress"]["sql"].as_str().map(str::to_owned),
            point_of_no_return: step["point_of_no_return"].as_bool().unwrap_or(false),
        })
    }
}

fn checks(step: &Value, key: &str) -> Result<Vec<Check>> {
    list(step, key)?
        .iter()
        .map(|check| Ok(Check { sql: text(check, "sql")?, says: text(check, "says")? }))
        .collect()
}

fn statements(step: &Value, key: &str) -> Result<Vec<Statement>> {
    list(step, key)?.iter().map(statement).collect()
}

fn statement(value: &Value) -> Result<Statement> {
    let locks = match value["effect"]["locks"].as_array() {
        None => None,
        Some(locks) => Some(
            locks
                .iter()
                .map(|lock| Ok((text(lock, "object")?, text(lock, "mode")?)))
                .collect::<Result<_>>()?,
        ),
    };
    let own_transaction = match value["transaction"].as_str() {
        Some("own") => true,
        Some("none") => false,
        other => bail!("transaction is {other:?}"),
    };
    // A statement that takes no lock worth mentioning may have none.
    let lock_timeout_ms = value["lock_timeout_ms"].as_u64().unwrap_or(0);
    Ok(Statement { sql: text(value, "sql")?, own_transaction, lock_timeout_ms, locks })
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("`{key}` is not a list"))
}

fn text(value: &Value, key: &str) -> Result<String> {
    Ok(value[key].as_str().with_context(|| format!("`{key}` is not text"))?.to_owned())
}

//! From a request to a plan.
//!
//! `request` reads English or DDL into changes; a recipe turns one change into steps of neutral changes and checks;
//! `assemble` has the engine print each, judges what was printed on the schema the steps before leave, and
//! `proof` refuses a plan that does not reach the wanted schema or whose way back does not lead home.

mod across;
mod apart;
mod assemble;
mod both_names;
mod coexistence;
mod combine;
mod comments;
mod constraint;
mod dependants;
mod direct;
mod draft;
mod in_step;
mod joined;
mod materialized;
mod partitioned_index;
mod partitioning;
mod plan;
mod proof;
mod recipe;
mod recipes;
mod referencing;
pub mod request;
mod stand_in;
mod subscribers;
mod text;
mod throttle;
pub mod uses;
pub mod verify;

pub use assemble::{PlanOptions, plan_request};
pub use coexistence::{Coexistence, Shapes};
pub use plan::{
    Alternative, Phase, PhaseKind, Plan, PlanError, PlanSchema, PlannedCheck, PlannedStatement, Road,
    Rollback, RollbackTrigger, Step, StepKind, Transaction,
};
pub use request::{Request, RequestError, read_desired, read_request};

//! The server and the role that reads it.

use altimeter_catalog::{EngineName, InspectError, Role, Server};

use super::answers::Answers;
use super::settings;
use crate::queries;

/// The server as its first answer shows it, whether the role may see what other roles' sessions do, and settings that
/// stay unknown because this connection brings its own (`own`).
pub(super) fn server(answers: &Answers, own: &[String]) -> Result<(Server, bool, Vec<String>), InspectError> {
    let row = answers.one(&queries::SERVER)?;
    let version: &str = row.get("version")?;
    let role = if row.get("in_recovery")? {
        Role::Standby {
            lag_s: row.get::<Option<f64>>("lag_s")?.map(|s| s.max(0.0)),
            feedback: row.get("feedback")?,
        }
    } else {
        Role::Primary
    };
    let mut server = Server {
        engine: EngineName::Postgresql,
        version: version.split_whitespace().next().unwrap_or(version).to_owned(),
        version_num: u32::try_from(row.get::<i32>("version_num")?).unwrap_or(0),
        database: row.get("database")?,
        user: row.get("user_name")?,
        superuser: row.get("superuser")?,
        role,
        taken_at: row.get("taken_at")?,
        search_path: row.list("search_path")?,
        role_settings: settings::role_settings(answers)?,
        statistics_age_s: row.get("statistics_age_s")?,
        ..Server::default()
    };
    let hidden = settings::add_settings(&mut server, answers, own)?;
    Ok((server, row.get("reads_all_stats")?, hidden))
}

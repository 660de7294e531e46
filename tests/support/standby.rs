//! A streaming standby of a running server, of any version: the files are copied between `pg_backup_start` and
//! `pg_backup_stop` (manual, "Making a Base Backup Using the Low Level API"), because the fetched versions have
//! no `pg_basebackup`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::server::{Options, PASSWORD, Server, quoted, unique};
use crate::session::{Session, wait_until};
use crate::{account, cache, run};

/// Makes a standby of `primary` and waits until it has caught up. Its databases have the same names.
///
/// # Errors
/// When the primary was given by URL, or the standby does not start or catch up.
pub fn standby_of(primary: &Server) -> Result<Server> {
    let binaries = primary.binaries.clone().context("a standby needs a primary that was started here")?;
    let directory = cache::run_directory(&format!("standby-{}", primary.major))?;
    let data = directory.join("data");
    let session = primary.session()?;
    let slot = unique("standby");
    // With the slot the primary keeps the WAL from here on until the standby has it.
    session.script(&format!("SELECT pg_create_physical_replication_slot('{slot}', true)"))?;
    let label = copy_files(&session, primary, &data)?;
    std::fs::write(data.join("backup_label"), label)?;
    std::fs::write(data.join("standby.signal"), "")?;
    account::hand_over(&data)?;
    let source = format!("host=127.0.0.1 port={} user=postgres password={PASSWORD}", primary.port);
    let options = Options {
        settings: vec![("primary_conninfo".into(), source), ("primary_slot_name".into(), slot)],
        ..Options::default()
    };
    let standby = Server::start_in(binaries, &directory, &options)?;
    let reached = standby.session()?;
    wait_until("the standby streams", Duration::from_secs(60), || {
        reached.value("SELECT pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming')")
    })?;
    primary.wait_for_standbys()?;
    Ok(standby)
}

/// Copies the files of a running server and gives the label that makes the copy a backup.
fn copy_files(session: &Session, primary: &Server, data: &Path) -> Result<String> {
    let (start, stop) = if primary.major >= 15 {
        ("SELECT pg_backup_start('standby', true)", "SELECT labelfile FROM pg_backup_stop(false)")
    } else {
        (
            "SELECT pg_start_backup('standby', true, false)",
            "SELECT labelfile FROM pg_stop_backup(false, false)",
        )
    };
    session.script(start)?;
    let mut copy = account::command("sh");
    // Files may change or vanish under tar: replaying the WAL puts that right.
    copy.arg("-c").arg(format!(
        "mkdir -m 700 {target} && cd {source} && tar --create --exclude=./postmaster.* --exclude='./pg_wal/*' \
         --exclude='./pg_replslot/*' --exclude='./pg_stat_tmp/*' . 2>/dev/null | tar --extract -C {target}",
        source = quoted(&primary.data),
        target = quoted(data),
    ));
    run::run(&mut copy)?;
    session.value(stop)
}

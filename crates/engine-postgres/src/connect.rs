//! The read-only connection: where its parameters come from, how a host is chosen, and what may be sent.
//!
//! A [`Target`] is resolved from a URL or `keyword=value` string, service file, `PG*` variables and password file,
//! with libpq's precedence (`target`, and the readers below it). A [`Connection`] is opened to the first host that
//! fits (`open`), over TLS as the mode asks (`tls`, `certificate`). It is asked in a [`Batch`] only (`session`): one
//! read-only repeatable-read transaction, extended protocol, nothing named but what the server is to parse only. Errors say what happened and what to do
//! (`refusal` while opening, `loss` afterwards), and nothing here prints a password.
//!
//! Where it differs from libpq, on purpose:
//! - with nothing that names a database it fails instead of trying the local socket;
//! - among several hosts a standby is preferred unless `target_session_attrs` says otherwise;
//! - it gives up on an address after 10 seconds where libpq waits for ever;
//! - after a wrong password, `sslmode=prefer` does not try again without TLS, nor `allow` with it;
//! - an `@` in a URL's password need not be escaped, and a URL whose password evidently ended early is refused;
//! - `PGAPPNAME` and `application_name` are ignored: the name in `pg_stat_activity` is `altimeter`;
//! - revocation lists, encrypted keys, GSSAPI, `require_auth` and `requirepeer` are refused, not ignored.
//!
//! `options` is passed on as given, since it may set the `search_path` that gives unqualified names their meaning; a
//! pooler usually refuses it, and nothing in it can make a batch read-write.

mod certificate;
mod choices;
mod conninfo;
mod environment;
mod failure;
mod hosts;
mod keyword;
mod loss;
mod open;
mod password_file;
mod pooler;
mod refusal;
mod secret;
mod service;
mod session;
mod settings;
mod target;
mod tls;
mod url;

pub use environment::Environment;
pub(crate) use failure::code;
pub(crate) use session::Said;
pub use session::{Batch, Connection, Limits};
pub use target::Target;

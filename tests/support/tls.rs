//! Certificates made for the occasion: an authority, and one for the server signed by it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::watchdog::set_mode;
use crate::{account, binaries, run};

/// The files a server offers TLS with.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The authority's certificate, for `sslrootcert`. It is good for `localhost` and `127.0.0.1`.
    pub authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificates {
    pub(crate) fn make(directory: &Path) -> Result<Certificates> {
        if !run::on_path("openssl") {
            binaries::install(&["openssl"])?;
        }
        let place = directory.join("tls");
        std::fs::create_dir_all(&place)?;
        std::fs::write(place.join("extensions"), EXTENSIONS)?;
        for arguments in [
            "req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=altimeter-test-authority -keyout ca.key -out ca.crt",
            "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr",
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile extensions -out server.crt",
        ] {
            let mut openssl = std::process::Command::new("openssl");
            openssl.args(arguments.split(' ')).current_dir(&place);
            run::run(&mut openssl).context("the certificates of a test server cannot be made")?;
        }
        set_mode(&place.join("server.key"), 0o600)?;
        account::hand_over(&place)?;
        Ok(Certificates {
            authority: place.join("ca.crt"),
            certificate: place.join("server.crt"),
            key: place.join("server.key"),
        })
    }

    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        vec![
            ("ssl".into(), "on".into()),
            ("ssl_cert_file".into(), self.certificate.display().to_string()),
            ("ssl_key_file".into(), self.key.display().to_string()),
        ]
    }
}

const EXTENSIONS: &str = "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n";

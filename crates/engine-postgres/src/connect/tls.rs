//! Makes the TLS side of a connection from its settings: which roots, which certificate, how strict.
//!
//! `require` and `prefer` check the chain too if the root file exists, as libpq does (manual, "Client Verification
//! of Server Certificates": with a root file `require` behaves as `verify-ca`).

use std::path::Path;
use std::sync::Arc;

use altimeter_catalog::{InspectError, InspectErrorKind};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::certificate::{Scrutiny, Verifier};
use super::choices::{ClientCertificate, Roots, SslMode, TlsSettings};
use super::failure::{failure, shown};

/// Reads the certificate files and makes the connector.
///
/// # Errors
/// A file that must be there is not, or does not hold what it should.
pub(super) fn make_connector(settings: &TlsSettings) -> Result<MakeRustlsConnect, InspectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let (root_certificates, scrutiny) = read_roots(settings)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(root_certificates.iter().cloned());
    let verifier = Verifier { scrutiny, roots, root_certificates, algorithms };
    let versions: &[_] = if settings.only_1_3 { &[&TLS13] } else { &[&TLS13, &TLS12] };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| bad_tls("TLS cannot be set up", "Report this.", error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match read_client_certificate(settings.client.as_ref())? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|error| {
            bad_tls(
                "the client certificate and its key do not fit together",
                "Check sslcert and sslkey.",
                error,
            )
        })?,
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = settings.server_name;
    if settings.direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

fn read_roots(settings: &TlsSettings) -> Result<(Vec<CertificateDer<'static>>, Scrutiny), InspectError> {
    let verifies = matches!(settings.mode, SslMode::VerifyCa | SslMode::VerifyFull);
    let roots = match &settings.roots {
        Roots::System => rustls_native_certs::load_native_certs().certs,
        Roots::File(path) if path.exists() => read_certificates(path)?,
        Roots::File(path) if verifies => return Err(no_roots(&format!("{} does not exist", file(path)))),
        Roots::None if verifies => return Err(no_roots("none is named")),
        Roots::File(_) | Roots::None => return Ok((Vec::new(), Scrutiny::None)),
    };
    if roots.is_empty() {
        return Err(no_roots("there are no certificates in it"));
    }
    let scrutiny = match settings.mode {
        SslMode::VerifyFull => Scrutiny::ChainAndName,
        _ => Scrutiny::Chain,
    };
    Ok((roots, scrutiny))
}

fn no_roots(why: &str) -> InspectError {
    failure(
        InspectErrorKind::Tls,
        format!("there is no root certificate to check the server's against: {why}"),
        "Put the certificate authority's certificate into sslrootcert or ~/.postgresql/root.crt, or set \
         sslrootcert=system to trust what the system trusts.",
    )
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, InspectError> {
    CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|error| {
        bad_tls(
            format!("the certificate file {} cannot be read", file(path)),
            "It must be a PEM file.",
            error,
        )
    })
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn read_client_certificate(client: Option<&ClientCertificate>) -> Result<Option<Identity>, InspectError> {
    let Some(client) = client.filter(|client| client.named || client.certificate.exists()) else {
        return Ok(None);
    };
    let chain = read_certificates(&client.certificate)?;
    if others_may_read(&client.key) {
        return Err(failure(
            InspectErrorKind::Tls,
            format!("the key file {} may be read by its group or others", file(&client.key)),
            "Run chmod 0600 on it.",
        ));
    }
    let key = PrivateKeyDer::from_pem_file(&client.key).map_err(|error| {
        let next = "Name an unencrypted PEM file in sslkey.";
        bad_tls(format!("the key file {} cannot be read", file(&client.key)), next, error)
    })?;
    Ok(Some((chain, key)))
}

/// libpq's rule: root's file may be readable by its group, everybody else's only by its owner.
#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| {
        let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
        metadata.mode() & forbidden != 0
    })
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

fn file(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

fn bad_tls(
    message: impl Into<String>,
    next: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> InspectError {
    InspectError { source: Some(Box::new(source)), ..failure(InspectErrorKind::Tls, message, next) }
}

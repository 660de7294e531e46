//! Judges a server's certificate as libpq does with OpenSSL, on rustls.
//!
//! Three things rustls alone would refuse and PostgreSQL's own manual tells people to make ("Creating
//! Certificates"): a self-signed certificate that is its own root, a name in the common name only, and an X.509
//! version 1 certificate. The first two are accepted here under libpq's rules; the third only as far as the TLS 1.3
//! handshake of a connection whose certificate is not checked, or is itself the trusted root.

use std::net::IpAddr;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// How much of a certificate is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scrutiny {
    /// Nothing: TLS against listeners only.
    None,
    /// It is signed by a trusted root and within its dates.
    Chain,
    /// And it is for the host that was asked for.
    ChainAndName,
}

/// The verifier handed to rustls.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) scrutiny: Scrutiny,
    pub(super) roots: RootCertStore,
    /// The same roots as they were read: a server may present one of them itself.
    pub(super) root_certificates: Vec<CertificateDer<'static>>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    fn check_chain(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.root_certificates.iter().any(|root| root.as_ref() == certificate.as_ref()) {
            return check_dates(certificate, now);
        }
        let parsed = ParsedCertificate::try_from(certificate)?;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            intermediates,
            now,
            self.algorithms.all,
        )
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.scrutiny != Scrutiny::None {
            self.check_chain(end_entity, intermediates, now)?;
        }
        if self.scrutiny == Scrutiny::ChainAndName {
            check_name(end_entity, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if ParsedCertificate::try_from(certificate).is_ok() {
            return verify_tls13_signature(message, certificate, signed, &self.algorithms);
        }
        let key =
            parse(certificate)?.tbs_certificate.subject_public_key_info.to_der().map_err(|_| encoding())?;
        let key = SubjectPublicKeyInfoDer::from(key);
        verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn encoding() -> Error {
    Error::InvalidCertificate(CertificateError::BadEncoding)
}

fn parse(certificate: &CertificateDer<'_>) -> Result<Certificate, Error> {
    Certificate::from_der(certificate).map_err(|_| encoding())
}

fn check_dates(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let validity = parse(certificate)?.tbs_certificate.validity;
    let now = now.as_secs();
    if now < validity.not_before.to_unix_duration().as_secs() {
        return Err(Error::InvalidCertificate(CertificateError::NotValidYet));
    }
    if now > validity.not_after.to_unix_duration().as_secs() {
        return Err(Error::InvalidCertificate(CertificateError::Expired));
    }
    Ok(())
}

/// The alternative names decide if there are any for hosts, else the common name does.
fn check_name(certificate: &CertificateDer<'_>, wanted: &ServerName<'_>) -> Result<(), Error> {
    let parsed = parse(certificate)?;
    let alternatives = parsed.tbs_certificate.get::<SubjectAltName>().map_err(|_| encoding())?;
    let names_hosts = alternatives.is_some_and(|(_, names)| {
        names.0.iter().any(|name| matches!(name, GeneralName::DnsName(_) | GeneralName::IpAddress(_)))
    });
    if names_hosts {
        return verify_server_name(&ParsedCertificate::try_from(certificate)?, wanted);
    }
    match common_name(&parsed).is_some_and(|name| name_fits(&name, &wanted.to_str())) {
        true => Ok(()),
        false => Err(Error::InvalidCertificate(CertificateError::NotValidForName)),
    }
}

fn common_name(certificate: &Certificate) -> Option<String> {
    let mut attributes = certificate.tbs_certificate.subject.0.iter().flat_map(|part| part.0.iter());
    let value = attributes.rfind(|attribute| attribute.oid == COMMON_NAME)?.value.value();
    String::from_utf8(value.to_vec()).ok()
}

/// `*.` at the start stands for one label, never for a part of an address.
fn name_fits(pattern: &str, wanted: &str) -> bool {
    if pattern.eq_ignore_ascii_case(wanted) {
        return true;
    }
    let Some(suffix) = pattern.strip_prefix('*').filter(|suffix| suffix.starts_with('.')) else {
        return false;
    };
    let rest = wanted.split_once('.').map(|(label, _)| &wanted[label.len()..]);
    wanted.parse::<IpAddr>().is_err() && rest.is_some_and(|rest| rest.eq_ignore_ascii_case(suffix))
}

#[cfg(test)]
mod tests {
    use super::name_fits;

    #[test]
    fn a_star_stands_for_one_label() {
        for (pattern, wanted, fits) in [
            ("db.example.com", "DB.example.com", true),
            ("*.example.com", "db.example.com", true),
            ("*.example.com", "a.db.example.com", false),
            ("*.example.com", "example.com", false),
            ("*", "db", false),
            ("*.0.0.1", "127.0.0.1", false),
            ("10.0.0.1", "10.0.0.1", true),
        ] {
            assert_eq!(name_fits(pattern, wanted), fits, "{pattern} {wanted}");
        }
    }
}

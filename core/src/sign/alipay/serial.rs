//! The serial numbers by which Alipay names certificates: an MD5 over issuer and number. A name proves nothing; whoever
//! relies on a certificate looks at its key.

use md5::{Digest, Md5};

use crate::error::Result;
use crate::sign::certificate::Certificate;
use crate::sign::hmac::to_hex;

/// Every signature algorithm of the RSA family; certificates signed otherwise (SM2, ECDSA) do not count.
const RSA_FAMILY: &str = "1.2.840.113549.1.1";
/// Names the bundle in errors.
const BUNDLE: &str = "root_certificates";

/// `app_cert_sn` or `alipay_cert_sn` of a certificate.
pub fn certificate_serial(certificate: &Certificate) -> String {
    let named = format!("{}{}", certificate.issuer_text(), certificate.serial_decimal());
    to_hex(&Md5::digest(named))
}

/// `alipay_root_cert_sn` of a bundle, PEM: the serial numbers of those that are signed by RSA, joined by `_`. Blocks
/// that no strict parser reads are left out, as Alipay's own bundle has one.
///
/// Fails with `secret_empty` and `key_type` where no certificate can be read at all.
pub fn root_certificate_serial(bundle: &[u8]) -> Result<String> {
    let certificates = Certificate::bundle(BUNDLE, bundle)?;
    let counted = certificates.iter().filter(|c| c.signature_algorithm().starts_with(RSA_FAMILY));
    Ok(counted.map(certificate_serial).collect::<Vec<_>>().join("_"))
}

//! What payers see, made without an engine: QR codes and amounts. It keeps nothing, asks nobody, and knows no payment.

mod amount;
mod qr;

pub use amount::format_amount;
pub use qr::{qr_modules, qr_svg};

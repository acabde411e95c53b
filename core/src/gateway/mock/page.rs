//! The checkout page of the pretend provider, and what a click on it does. It needs no script, no session and
//! nothing from another address; it never shows anything unescaped and never asks for a card.

use super::server::MockServer;
use super::sheet::Sheet;
use super::token;
use super::trigger::{Delivery, Kind, Occasion};
use super::wire::{Status, Terms};
use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::id::{PaymentId, Randomness};
use crate::machine::words;
use crate::money::Money;

/// What a host should send along with the page: nothing may be loaded, and nobody may frame it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
    form-action 'self' http: https:; frame-ancestors 'none'";

words! {
    /// The language of the page.
    Language: "language" {
        /// Chinese.
        Zh = "zh",
        /// English.
        En = "en",
    }
}

words! {
    /// What the payer, or whoever tries out the shop, can choose on the page.
    Choice: "choice" {
        /// Pay.
        Pay = "pay",
        /// Have the payment declined.
        Decline = "decline",
        /// Give up.
        Cancel = "cancel",
        /// Pay; the callback never arrives, so only a query finds out.
        PayLost = "pay_lost",
        /// Pay; the callback arrives twice.
        PayTwice = "pay_twice",
        /// Pay; older news arrives after newer.
        PayReordered = "pay_reordered",
        /// Pay one minor unit too little.
        PayWrongAmount = "pay_wrong_amount",
        /// Be done, and have the outcome take a while.
        Process = "process",
        /// Do not pay; somebody forges a callback that says so.
        Forge = "forge",
    }
}

impl Choice {
    /// The callbacks of a choice.
    fn kind(self, wrong_amount: bool) -> Kind {
        match self {
            Choice::PayWrongAmount => Kind::WrongAmount,
            Choice::Pay | Choice::PayLost if wrong_amount => Kind::WrongAmount,
            Choice::Pay | Choice::PayLost => Kind::Success,
            Choice::PayTwice => Kind::Duplicate,
            Choice::PayReordered => Kind::Reordered,
            Choice::Decline => Kind::Decline,
            Choice::Cancel => Kind::Cancel,
            Choice::Process => Kind::Processing,
            Choice::Forge => Kind::Forged,
        }
    }
}

/// A page to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// 200, or 403 for a token that is not ours, or 410 for a payment whose time is over.
    pub http_status: u16,
    /// The whole document, in UTF-8.
    pub html: String,
}

/// What a click leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The callbacks to post to the engine, in this order.
    pub deliveries: Vec<Delivery>,
    /// Where the browser goes back to, with the payment's id as `payment`.
    pub return_url: Option<String>,
}

impl MockServer {
    /// The checkout page for a token. A token that is not ours, or too old, gets a page that says so.
    pub fn page(&self, token: &str, language: Language, now: Time) -> Result<Page> {
        let Ok((id, terms)) = self.admitted(token) else {
            return Sheet::bare("invalid").render(language, 403);
        };
        let status = self.with_entry(id, &terms, |entry| entry.status);
        let sheet = Sheet::of(&terms, token);
        match status {
            Status::Open | Status::Processing if is_over(&terms, now) => {
                sheet.closed("expired").render(language, 410)
            }
            Status::Open | Status::Processing => sheet.render(language, 200),
            Status::Authorized | Status::Succeeded => sheet.closed("paid").render(language, 200),
            Status::Failed => sheet.closed("failed").render(language, 200),
            Status::Cancelled => sheet.closed("cancelled").render(language, 200),
            Status::Expired => sheet.closed("expired").render(language, 410),
        }
    }

    /// Carries out a choice and says which callbacks to deliver and where the browser goes.
    ///
    /// Fails with `auth_malformed`, `auth_mismatch` or `too_large` (the token) and `transition` (nothing can
    /// be chosen any more).
    pub fn choose(
        &self,
        token: &str,
        choice: Choice,
        now: Time,
        randomness: &dyn Randomness,
    ) -> Result<Chosen> {
        let (id, terms) = self.admitted(token)?;
        let (status, wrong_amount) =
            self.with_entry(id, &terms, |entry| (entry.status, entry.wrong_amount));
        let status = if is_over(&terms, now) { Status::Expired } else { status };
        if !matches!(status, Status::Open | Status::Processing) {
            return Err(Error::new(Code::Transition)
                .with("subject", &terms.id)
                .with("state", status)
                .with("event", choice)
                .with("possible", "-"));
        }
        let occasion = occasion(id, &terms)?;
        let mut deliveries =
            self.callbacks(choice.kind(wrong_amount), &occasion, now, randomness)?;
        if choice == Choice::PayLost {
            deliveries.clear();
        }
        Ok(Chosen { deliveries, return_url: return_url(&terms) })
    }

    fn admitted(&self, token: &str) -> Result<(PaymentId, Terms)> {
        let terms = token::read(&self.office.secrets, token)?;
        Ok((PaymentId::parse(&terms.id)?, terms))
    }
}

fn is_over(terms: &Terms, now: Time) -> bool {
    now.millis() >= terms.expires_at
}

fn occasion(payment: PaymentId, terms: &Terms) -> Result<Occasion> {
    let currency = Currency::parse(&terms.currency)?;
    Ok(Occasion {
        payment,
        reference: terms.reference.clone(),
        amount: Money { minor: terms.amount, currency },
        manual_capture: terms.manual_capture,
        refund: None,
    })
}

/// Where the payer goes back to, with the payment's id: coming back proves nothing, it only lets the host ask.
pub(super) fn return_url(terms: &Terms) -> Option<String> {
    let url = terms.return_url.as_deref().filter(|url| is_web_address(url))?;
    let (address, fragment) = url.split_once('#').map_or((url, None), |(a, f)| (a, Some(f)));
    let joint = if address.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
    Some(format!("{address}{joint}payment={}{fragment}", terms.id))
}

/// Whether a browser may be sent there: no other scheme, and nothing that could break out of a header line.
pub(super) fn is_web_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|rest| !rest.is_empty())
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

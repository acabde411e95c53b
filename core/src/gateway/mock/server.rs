//! The pretend provider: answers requests, keeps its own book, signs callbacks, all inside this process.
//! It meets the gateway only in requests, responses and callbacks; it never sees the engine, a clock or a socket.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Secrets;
use super::book::{Book, Deed, Office};
use super::entry::Entry;
use super::script::{Script, Trouble};
use super::trigger::{self, Delivery, Kind, Occasion};
use super::wire::{ADDRESS, Body, DeclineObject, RefundOrder, Refusal, Status, Terms, json};
use crate::clock::Time;
use crate::error::Result;
use crate::http::{NoResponse, Request, Response, Transport};
use crate::id::{PaymentId, Randomness};

/// The provider behind the mock gateway.
pub struct MockServer {
    pub(super) office: Office,
    book: Mutex<Book>,
    requests: AtomicU64,
}

/// What the provider's book says about one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands there.
    pub status: Status,
    /// How much was collected, in minor units.
    pub collected_minor: i64,
    /// How much was paid back or will be, in minor units.
    pub refunded_minor: i64,
    /// How many refunds there are, failed ones included.
    pub refunds: usize,
}

/// How much the provider was asked to do, and how much of it was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Requests that were handed to it, lost ones included.
    pub requests: u64,
    /// Payments created: one for each intent, however often it was asked for.
    pub payments: u64,
    /// Refunds created, likewise.
    pub refunds: u64,
}

impl MockServer {
    pub(super) fn new(secrets: Secrets, checkout_base_url: &str, script: Script) -> Self {
        let joint = if checkout_base_url.contains('?') { '&' } else { '?' };
        let mut book = Book::default();
        book.extend_script(script);
        MockServer {
            office: Office { secrets, checkout: format!("{checkout_base_url}{joint}token=") },
            book: Mutex::new(book),
            requests: AtomicU64::new(0),
        }
    }

    /// Adds to the end of the script.
    pub fn extend_script(&self, script: Script) {
        self.book().extend_script(script);
    }

    /// What the book says about a payment; `None` when it was never heard of, or forgotten.
    pub fn standing(&self, payment: PaymentId) -> Option<Standing> {
        self.book().entry(payment).map(|entry| Standing {
            status: entry.status,
            collected_minor: entry.collected,
            refunded_minor: entry.refunded(),
            refunds: entry.refund_count(),
        })
    }

    /// How much was asked for and how much was created.
    pub fn counts(&self) -> Counts {
        let requests = self.requests.load(Ordering::Relaxed);
        let book = self.book();
        Counts { requests, payments: book.payments_created, refunds: book.refunds_created }
    }

    /// The signed callbacks of a kind, in the order in which to deliver them; the book learns what they say.
    ///
    /// Needs no earlier request: another process that has the same secret can make them for any payment. This
    /// process's book then learns of collected money from the transaction number, at the next request; of a hold
    /// it does not, so a hold that is to be captured is triggered where its payment was created.
    ///
    /// Fails with `argument_missing` when the kind is about a refund and `occasion` has none.
    pub fn callbacks(
        &self,
        kind: Kind,
        occasion: &Occasion,
        now: Time,
        randomness: &dyn Randomness,
    ) -> Result<Vec<Delivery>> {
        let deliveries =
            trigger::deliveries(kind, occasion, self.office.secrets.current(), now, randomness)?;
        self.note(kind, occasion);
        Ok(deliveries)
    }

    /// Books what a genuine callback of this kind says.
    fn note(&self, kind: Kind, occasion: &Occasion) {
        let mut book = self.book();
        let entry = book.restored(occasion.payment, &terms(occasion));
        match (kind, trigger::refund_status(kind), occasion.refund) {
            (_, Some(status), Some((id, amount))) => {
                let currency = amount.currency.code().to_owned();
                let (id, reason) = (id.to_string(), String::new());
                entry.turn_refund(
                    RefundOrder { id, amount: amount.minor, currency, reason },
                    status,
                );
            }
            (Kind::Forged | Kind::UnknownType | Kind::WrongCurrency, ..) => {}
            (Kind::Decline, ..) if entry.status != Status::Succeeded => entry.fail("card_declined"),
            _ => match trigger::status(kind, occasion) {
                Status::Succeeded => {
                    entry.collect(trigger::claimed_minor(kind, occasion.amount));
                }
                status => entry.turn(status),
            },
        }
    }

    /// Looks at one payment of the book, restored from its terms if need be.
    pub(super) fn with_entry<T>(
        &self,
        id: PaymentId,
        terms: &Terms,
        look: impl FnOnce(&Entry) -> T,
    ) -> T {
        look(self.book().restored(id, terms))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A panic elsewhere leaves a book that is still a book: every change to it is a single assignment.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn handle(&self, path: &str, key: Option<&str>, body: &[u8]) -> Result<Deed> {
        const BAD: Deed = Deed::Refused(400, "bad_request", "The request cannot be read.");
        let Ok(body) = serde_json::from_slice::<Body>(body) else { return Ok(BAD) };
        let Ok(id) = PaymentId::parse(&body.payment.id) else { return Ok(BAD) };
        if body.payment.amount < 1 || key.is_none() {
            return Ok(BAD);
        }
        let (office, mut book) = (&self.office, self.book());
        match (path, &body.refund) {
            ("payments", None) if key != Some(body.payment.id.as_str()) => Ok(BAD),
            ("payments", None) => book.create(id, &body, office),
            ("payments/capture", None) => book.capture(id, &body, office),
            ("payments/cancel", None) => book.cancel(id, &body, office),
            ("payments/query", None) => book.query(id, &body, office),
            ("refunds", Some(order)) if key != Some(order.id.as_str()) => Ok(BAD),
            ("refunds", Some(order)) => Ok(book.refund(id, &body, order, office)),
            ("refunds/query", Some(order)) => Ok(book.query_refund(id, order)),
            _ => Ok(BAD),
        }
    }
}

impl Transport for MockServer {
    fn send(&self, request: &Request) -> Result<Response, NoResponse> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let Some(path) = request.url.strip_prefix(ADDRESS).filter(|_| request.method == "POST")
        else {
            return Err(NoResponse::NotSent("the mock provider lives elsewhere".to_owned()));
        };
        let key = request.headers.iter().find(|(name, _)| *name == super::IDEMPOTENCY_KEY);
        let key = key.map(|(_, value)| value.as_str());
        match self.handle(path, key, &request.body).and_then(carry) {
            Ok(carried) => carried,
            Err(bug) => Ok(response(500, "text/plain", bug.to_string().into_bytes())),
        }
    }
}

/// What the caller gets to see of a deed.
fn carry(deed: Deed) -> Result<Result<Response, NoResponse>> {
    const JSON: &str = "application/json";
    Ok(match deed {
        Deed::Payment(object) => Ok(response(200, JSON, json(&object)?)),
        Deed::Refund(object) => Ok(response(200, JSON, json(&object)?)),
        Deed::Refused(status, code, message) => Ok(refusal(status, code, message)?),
        Deed::Lost => Err(NoResponse::Unknown("the mock provider's reply got lost".to_owned())),
        Deed::Trouble(Trouble::NotSent) => {
            Err(NoResponse::NotSent("the mock provider refused the connection".to_owned()))
        }
        Deed::Trouble(Trouble::Garbage) => {
            Ok(response(200, "text/html", b"<html><title>Please wait</title></html>".to_vec()))
        }
        Deed::Trouble(Trouble::RateLimited) => Ok(refusal(429, "rate_limited", "Slow down.")?),
        Deed::Trouble(Trouble::ServerError) => Ok(refusal(500, "server_error", "Try again.")?),
        Deed::Trouble(Trouble::Unauthorized) => Ok(refusal(401, "unauthorized", "Unknown key.")?),
    })
}

fn refusal(status: u16, code: &str, message: &str) -> Result<Response> {
    let error = DeclineObject { code: code.to_owned(), message: message.to_owned() };
    Ok(response(status, "application/json", json(&Refusal { error })?))
}

fn response(status: u16, content_type: &str, body: Vec<u8>) -> Response {
    let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
    Response { status, headers, body }
}

/// As much as callbacks know of a payment that the book has forgotten.
fn terms(occasion: &Occasion) -> Terms {
    Terms {
        id: occasion.payment.to_string(),
        reference: occasion.reference.clone(),
        amount: occasion.amount.minor,
        currency: occasion.amount.currency.code().to_owned(),
        method: String::new(),
        manual_capture: occasion.manual_capture,
        description: String::new(),
        return_url: None,
        expires_at: i64::MAX,
    }
}

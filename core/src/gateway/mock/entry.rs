//! One payment, and one refund, in the pretend provider's book, and what can happen to them there. They never
//! look at a request: the book decides, these follow.

use std::collections::BTreeMap;

use super::book::Office;
use super::script::{Outcome, RefundOutcome};
use super::token;
use super::trigger::{refund_number, transaction_number};
use super::wire::{
    DeclineObject, PaymentObject, RefundObject, RefundOrder, RefundStatus, Status, Terms,
};
use crate::error::Result;

/// One payment in the book.
pub(super) struct Entry {
    pub(super) terms: Terms,
    pub(super) status: Status,
    pub(super) collected: i64,
    /// Queries after which a `delay` is over.
    pub(super) queries_left: u32,
    decline: Option<String>,
    /// The payer shall pay another amount than was asked for.
    pub(super) wrong_amount: bool,
    pub(super) refunds: BTreeMap<String, RefundEntry>,
}

/// One refund of a payment in the book.
pub(super) struct RefundEntry {
    pub(super) order: RefundOrder,
    status: RefundStatus,
    decline: Option<String>,
}

impl Entry {
    pub(super) fn open(terms: Terms) -> Self {
        Entry {
            terms,
            status: Status::Open,
            collected: 0,
            queries_left: 0,
            decline: None,
            wrong_amount: false,
            refunds: BTreeMap::new(),
        }
    }

    /// What the script makes of a new payment.
    pub(super) fn begin(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Success | Outcome::LostSuccess => self.pay(),
            Outcome::Decline(code) => self.fail(code),
            Outcome::Authorize => self.status = Status::Authorized,
            Outcome::Delay(queries) => {
                (self.status, self.queries_left) = (Status::Processing, *queries);
            }
            Outcome::Expire => self.status = Status::Expired,
            Outcome::WrongAmount => self.wrong_amount = true,
            Outcome::NeedsAction | Outcome::LostReply | Outcome::Trouble(_) => {}
        }
    }

    /// The payer pays what was asked for.
    pub(super) fn pay(&mut self) {
        match self.terms.manual_capture {
            true => self.status = Status::Authorized,
            false => self.collect(self.terms.amount),
        }
    }

    pub(super) fn collect(&mut self, minor: i64) {
        (self.status, self.collected) = (Status::Succeeded, minor);
    }

    pub(super) fn fail(&mut self, code: &str) {
        (self.status, self.decline) = (Status::Failed, Some(code.to_owned()));
    }

    /// Money that was collected is not un-collected by later news.
    pub(super) fn turn(&mut self, status: Status) {
        if self.status != Status::Succeeded {
            self.status = status;
        }
    }

    pub(super) fn turn_refund(&mut self, order: RefundOrder, status: RefundStatus) {
        let id = order.id.clone();
        let refund =
            self.refunds.entry(id).or_insert_with(|| RefundEntry { order, status, decline: None });
        refund.status = status;
        refund.decline = (status == RefundStatus::Failed).then(|| "account_closed".to_owned());
    }

    /// Refunds that were paid out or may still be.
    pub(super) fn refunded(&self) -> i64 {
        self.refunds
            .values()
            .filter(|refund| refund.status != RefundStatus::Failed)
            .fold(0_i64, |sum, refund| sum.saturating_add(refund.order.amount))
    }

    pub(super) fn refund_count(&self) -> usize {
        self.refunds.len()
    }

    pub(super) fn has_same_terms(&self, terms: &Terms) -> bool {
        (self.terms.amount, &self.terms.currency) == (terms.amount, &terms.currency)
    }

    pub(super) fn object(&self, office: &Office) -> Result<PaymentObject> {
        let terms = &self.terms;
        let collected = self.status == Status::Succeeded;
        let amount = if collected { self.collected } else { terms.amount };
        let checkout_url = match self.status {
            Status::Open => Some(format!(
                "{}{}",
                office.checkout,
                token::write(office.secrets.current(), terms)?
            )),
            _ => None,
        };
        Ok(PaymentObject {
            id: terms.id.clone(),
            reference: terms.reference.clone(),
            status: self.status.to_string(),
            amount,
            currency: terms.currency.clone(),
            transaction_id: collected.then(|| {
                transaction_number(office.secrets.current(), &terms.id, amount, &terms.currency)
            }),
            checkout_url,
            decline: self.decline.as_deref().map(DeclineObject::new),
        })
    }
}

impl RefundEntry {
    pub(super) fn has_same_terms(&self, order: &RefundOrder) -> bool {
        (self.order.amount, &self.order.currency) == (order.amount, &order.currency)
    }

    pub(super) fn begin(order: RefundOrder, outcome: &RefundOutcome) -> Self {
        let (status, decline) = match outcome {
            RefundOutcome::Pending => (RefundStatus::Pending, None),
            RefundOutcome::Fail(code) => (RefundStatus::Failed, Some(code.clone())),
            _ => (RefundStatus::Succeeded, None),
        };
        RefundEntry { order, status, decline }
    }

    pub(super) fn object(&self, payment: &str) -> RefundObject {
        RefundObject {
            id: self.order.id.clone(),
            payment: payment.to_owned(),
            status: self.status.to_string(),
            amount: self.order.amount,
            currency: self.order.currency.clone(),
            transaction_id: refund_number(&self.order.id),
            decline: self.decline.as_deref().map(DeclineObject::new),
        }
    }
}

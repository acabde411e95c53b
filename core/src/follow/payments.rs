//! Payments that are followed: begun with what the server gave the application, moved by the server's proved words alone.

use super::{FollowedPayment, PaymentFollower, statement};
use crate::api::types::{Amount, PaymentState};
use crate::api::values::to_time;
use crate::api::{convert, guarded};
use crate::error::{Code, Error, Result};
use crate::followed::{Followed, Word};
use crate::gateway::Action;
use crate::http::Headers;
use crate::id::PaymentId;
use crate::sign::standard_webhooks;
use crate::store::sql;
use crate::webhook::Failure;

/// How old a signed word may be: of any age. Every word stays true, or is overtaken by one that no older word takes back;
/// and a device's clock is set by whoever holds it.
const ANY_AGE_S: u32 = u32::MAX;

impl PaymentFollower {
    /// Follows a payment, given as the JSON in which the application's server answers: `id`, `state`, `amount`, `currency`,
    /// and what else the server says (`action`, `expires_at`, `order_id`). A state that is final is not believed because of
    /// this: the server is asked. Following it again takes over a newer action and asks at once.
    ///
    /// Errors: `malformed`, `duplicate_field`, `too_large`, `id_format`, `value_unknown`, `amount_…`, `currency`,
    /// `argument_missing`, `argument_conflict` (the same payment with another amount), `storage_…`.
    pub fn follow(&self, payment: &str) -> Result<FollowedPayment> {
        guarded(|| {
            let said = statement::of_payment(payment.as_bytes())?;
            let money = said.money.ok_or_else(|| {
                let missing = Error::new(Code::ArgumentMissing).with("field", "amount");
                missing.with("rule", "the payment's JSON names its amount and currency")
            })?;
            let (nothing, now) = (Action::nothing().to_json()?, self.clock.now());
            self.write(said.id, move |known| {
                let mut row = match known {
                    Some(row) if row.money() != money => {
                        return Err(Error::new(Code::ArgumentConflict)
                            .with("fields", "id and amount")
                            .with("rule", "this payment is followed with another amount"));
                    }
                    Some(row) => row,
                    None => Followed::new(&said, money, nothing.clone(), now),
                };
                row.take_over(&said);
                if row.state.is_active() {
                    (row.due_at, row.questions) = (Some(now), 0);
                }
                row.updated_at = now;
                Ok(Some(row))
            })?
            .ok_or_else(|| Error::bug("a payment that was written is not there"))
        })
    }

    /// One payment that is followed. Errors: `payment_not_found`, `id_format`.
    pub fn followed(&self, payment_id: &str) -> Result<FollowedPayment> {
        guarded(|| {
            let id = PaymentId::parse(payment_id)?;
            let row = self.read(|connection| sql::follow::find_followed(connection, id))?;
            shown(row.ok_or_else(|| not_found(id))?)
        })
    }

    /// All payments that are followed or were and are not forgotten, the first first.
    pub fn all_followed(&self) -> Result<Vec<FollowedPayment>> {
        guarded(|| {
            let rows = self.read(sql::follow::all_followed)?;
            rows.into_iter().map(shown).collect()
        })
    }

    /// Asks about a payment at the next step, also where it is final: late money may still come. Errors:
    /// `payment_not_found`, `id_format`.
    pub fn ask_now(&self, payment_id: &str) -> Result<FollowedPayment> {
        guarded(|| {
            let (id, now) = (PaymentId::parse(payment_id)?, self.clock.now());
            let written = self.write(id, move |row| {
                Ok(row.map(|row| Followed { due_at: Some(now), questions: 0, ..row }))
            })?;
            written.ok_or_else(|| not_found(id))
        })
    }

    /// Forgets a payment. Errors: `payment_not_found`, `id_format`.
    pub fn forget(&self, payment_id: &str) -> Result<()> {
        guarded(|| {
            let id = PaymentId::parse(payment_id)?;
            match self.transact(move |c| sql::follow::forget_followed(c, id))? {
                true => Ok(()),
                false => Err(not_found(id)),
            }
        })
    }

    /// Takes a push: the headers and the body of a message that the server signed per Standard Webhooks with its private key,
    /// as its webhooks are, however they reached the device. Nothing where it is about no payment that is followed.
    ///
    /// Errors: `auth_…`, `too_large`, `malformed`, `duplicate_field`, `amount_mismatch`, `currency_mismatch`.
    pub fn receive_push(
        &self,
        headers: Vec<(String, String)>,
        body: &[u8],
    ) -> Result<Option<FollowedPayment>> {
        guarded(|| {
            if self.keys.is_none() {
                return Err(Error::new(Code::AuthNotConfigured).with("gateway", "pushes"));
            }
            self.prove(headers, body)?;
            match statement::of_push(body)? {
                Some(said) => self.hear(said.id, Ok(said)),
                None => Ok(None),
            }
        })
    }

    /// Proves that the server signed a body; nothing to prove where no key of it is known.
    pub(super) fn prove(&self, headers: Vec<(String, String)>, body: &[u8]) -> Result<()> {
        let Some(keys) = &self.keys else { return Ok(()) };
        let now = self.clock.now().seconds();
        standard_webhooks::verify(body, &Headers::new(headers)?, keys, now, ANY_AGE_S)
    }

    /// Writes what was heard, or that nothing could be believed. An error where a push contradicts what is known.
    pub(super) fn hear(
        &self,
        id: PaymentId,
        heard: Result<Word, Failure>,
    ) -> Result<Option<FollowedPayment>> {
        let (dice, now) = (self.dice()?, self.clock.now());
        self.write(id, move |row| {
            let Some(mut row) = row else { return Ok(None) };
            match &heard {
                Ok(said) => row.believe(said, dice, now)?,
                Err(failure) => row.note(failure, dice, now),
            }
            Ok(Some(row))
        })
    }

    /// Changes a row as `change` says, in one unit of work; `None` leaves things as they are.
    fn write(
        &self,
        id: PaymentId,
        mut change: impl FnMut(Option<Followed>) -> Result<Option<Followed>> + Send + 'static,
    ) -> Result<Option<FollowedPayment>> {
        let written = self.transact(move |connection| {
            let row = change(sql::follow::find_followed(connection, id)?)?;
            if let Some(row) = &row {
                sql::follow::write_followed(connection, row)?;
            }
            Ok(row)
        })?;
        written.map(shown).transpose()
    }
}

/// As it is shown.
fn shown(row: Followed) -> Result<FollowedPayment> {
    let amount = Amount::from(row.money().to_text());
    Ok(FollowedPayment {
        id: row.id.to_string(),
        order_id: row.order_id,
        state: PaymentState::parse(row.state.as_str())?,
        is_final: !row.state.is_active(),
        amount,
        currency: row.currency.code().to_owned(),
        action: convert::action(Action::from_json(&row.action)?)?,
        expires_at: row.expires_at.map(to_time),
        paid_at: row.paid_at.map(to_time),
        failure_code: row.failure_code,
        failure_message: row.failure_message,
        confirmed_at: row.confirmed_at.map(to_time),
        next_question_at: row.due_at.map(to_time),
        failures: row.failures,
        last_status: row.last_status,
        last_error: row.last_error,
        created_at: to_time(row.created_at),
        updated_at: to_time(row.updated_at),
    })
}

fn not_found(id: PaymentId) -> Error {
    Error::new(Code::PaymentNotFound).with("payment", id)
}

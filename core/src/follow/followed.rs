//! A payment that is followed: begun with what the server gave the application, moved by the server's proved words alone.
//! Which word may move it is decided by the table of payments.

use super::statement::Statement;
use super::{FollowedPayment, PaymentFollower, pace};
use crate::api::convert;
use crate::api::guarded;
use crate::api::types::{Amount, PaymentState};
use crate::api::values::to_time;
use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::gateway::Action;
use crate::http::Headers;
use crate::id::PaymentId;
use crate::machine::Answer;
use crate::money::Money;
use crate::payment::{self, Event, State};
use crate::sign::standard_webhooks;
use crate::store::sql;
use crate::webhook::Failure;

/// A row of the follower's file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // as the record of the public face says
pub struct Followed {
    pub id: PaymentId,
    pub order_id: Option<String>,
    pub state: State,
    pub amount: i64,
    pub currency: Currency,
    pub action: Action,
    pub expires_at: Option<Time>,
    pub paid_at: Option<Time>,
    pub failure_code: Option<String>,
    pub failure_message: Option<String>,
    pub confirmed_at: Option<Time>,
    /// Questions that were answered since somebody looked last.
    pub questions: i64,
    pub failures: i64,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    pub due_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
}

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
            let said = Statement::of_payment(payment.as_bytes())?;
            let money = said.money.ok_or_else(|| {
                let missing = Error::new(Code::ArgumentMissing).with("field", "amount");
                missing.with("rule", "the payment's JSON names its amount and currency")
            })?;
            let now = self.clock.now();
            self.write(said.id, move |known| {
                let mut row = match known {
                    Some(row) if row.money() != money => {
                        return Err(Error::new(Code::ArgumentConflict)
                            .with("fields", "id and amount")
                            .with("rule", "this payment is followed with another amount"));
                    }
                    Some(row) => row,
                    None => Followed::new(&said, money, now),
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
            row.ok_or_else(|| not_found(id))?.shown()
        })
    }

    /// All payments that are followed or were and are not forgotten, the first first.
    pub fn all_followed(&self) -> Result<Vec<FollowedPayment>> {
        guarded(|| {
            let rows = self.read(sql::follow::all_followed)?;
            rows.into_iter().map(Followed::shown).collect()
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
            let configured = self.keys.is_some();
            if !configured {
                return Err(Error::new(Code::AuthNotConfigured).with("gateway", "pushes"));
            }
            self.prove(headers, body)?;
            match Statement::of_push(body)? {
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
        heard: Result<Statement, Failure>,
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
        written.map(Followed::shown).transpose()
    }
}

impl Followed {
    fn new(said: &Statement, money: Money, now: Time) -> Self {
        Followed {
            id: said.id,
            order_id: None,
            // What is final has to be proved.
            state: said.state.filter(|state| state.is_active()).unwrap_or(State::Processing),
            amount: money.minor,
            currency: money.currency,
            action: Action::nothing(),
            expires_at: None,
            paid_at: None,
            failure_code: None,
            failure_message: None,
            confirmed_at: None,
            questions: 0,
            failures: 0,
            last_status: None,
            last_error: None,
            due_at: Some(now),
            created_at: now,
            updated_at: now,
        }
    }

    fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// What is no claim about money.
    fn take_over(&mut self, said: &Statement) {
        self.order_id = said.order_id.clone().or(self.order_id.take());
        self.expires_at = said.expires_at.or(self.expires_at);
        if let Some(action) = &said.action {
            self.action = action.clone();
        }
    }

    /// Takes the server's proved word. Fails, and changes nothing, with `amount_mismatch` and `currency_mismatch`.
    fn believe(&mut self, said: &Statement, dice: u64, now: Time) -> Result<()> {
        if let Some(money) = said.money {
            self.compare(money)?;
        }
        self.take_over(said);
        let before = self.state;
        self.state = said.state.map_or(before, |state| moved(before, state));
        if said.state == Some(self.state) {
            self.paid_at = said.paid_at.or(self.paid_at);
            self.failure_code.clone_from(&said.failure_code);
            self.failure_message.clone_from(&said.failure_message);
        }
        (self.failures, self.last_status, self.last_error) = (0, None, None);
        (self.confirmed_at, self.updated_at) = (Some(now), now);
        self.due_at = match (self.state.is_active(), said.state) {
            (false, _) => None,
            // Something happened to it that is no state of its own.
            (true, None) => Some(now),
            (true, Some(_)) => Some(pace::after_answer(self.questions, self.expires_at, dice, now)),
        };
        self.questions = self.questions.saturating_add(1);
        Ok(())
    }

    fn compare(&self, money: Money) -> Result<()> {
        if money.currency != self.currency {
            return Err(Error::new(Code::CurrencyMismatch)
                .with("given", money.currency.code())
                .with("expected", self.currency.code()));
        }
        match money == self.money() {
            true => Ok(()),
            false => Err(Error::new(Code::AmountMismatch)
                .with("payment_amount", money)
                .with("order_amount", self.money())),
        }
    }

    /// Notes that no answer came that could be believed, and asks again later.
    fn note(&mut self, failure: &Failure, dice: u64, now: Time) {
        self.failures = self.failures.saturating_add(1);
        self.last_status = failure.status;
        self.last_error = Some(failure.error.clone());
        let later = pace::after_trouble(self.failures, failure.retry_after, dice, now);
        self.due_at = self.state.is_active().then_some(later);
        self.updated_at = now;
    }

    /// As it is shown.
    pub(super) fn shown(self) -> Result<FollowedPayment> {
        Ok(FollowedPayment {
            id: self.id.to_string(),
            order_id: self.order_id,
            state: PaymentState::parse(self.state.as_str())?,
            is_final: !self.state.is_active(),
            amount: Amount::from(Money::new(self.amount, self.currency).to_text()),
            currency: self.currency.code().to_owned(),
            action: convert::action(self.action)?,
            expires_at: self.expires_at.map(to_time),
            paid_at: self.paid_at.map(to_time),
            failure_code: self.failure_code,
            failure_message: self.failure_message,
            confirmed_at: self.confirmed_at.map(to_time),
            next_question_at: self.due_at.map(to_time),
            failures: self.failures,
            last_status: self.last_status,
            last_error: self.last_error,
            created_at: to_time(self.created_at),
            updated_at: to_time(self.updated_at),
        })
    }
}

/// Where a payment stands after the server's word, whichever words came before: what the table of payments makes of it.
fn moved(from: State, said: State) -> State {
    let event = match said {
        State::Init => return from,
        State::Processing => Event::Submit,
        State::Authorized => Event::Authorize,
        State::Succeeded => Event::Succeed,
        State::Failed => Event::Fail,
        State::Cancelled => Event::Cancel,
        State::Expired => Event::Expire,
    };
    match payment::answer(from, event) {
        Answer::To(state) => state,
        Answer::Late => State::Succeeded,
        _ => from,
    }
}

fn not_found(id: PaymentId) -> Error {
    Error::new(Code::PaymentNotFound).with("payment", id)
}

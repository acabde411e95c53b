//! A payment of another engine, seen from a device: which of its server's words moves it, when the server is asked again, and
//! what waits to be told to it. Which word may move it is decided by the table of payments. It reads no JSON and proves
//! nothing.

mod pace;

use crate::clock::Time;
use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::id::{MessageId, PaymentId};
use crate::machine::Answer;
use crate::money::Money;
use crate::payment::{self, Event, State};
use crate::webhook::Failure;

/// A row of the follower's file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // as `follow::FollowedPayment` says
pub struct Followed {
    pub id: PaymentId,
    pub order_id: Option<String>,
    pub state: State,
    pub amount: i64,
    pub currency: Currency,
    /// What the payer does next, as it is stored.
    pub action: String,
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

/// What a server says about one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // as `follow::FollowedPayment` says
pub struct Word {
    pub id: PaymentId,
    /// Where it stands; nothing where an event says something else about it.
    pub state: Option<State>,
    pub order_id: Option<String>,
    pub money: Option<Money>,
    pub action: Option<String>,
    pub expires_at: Option<Time>,
    pub paid_at: Option<Time>,
    pub failure_code: Option<String>,
    pub failure_message: Option<String>,
}

/// A row of the follower's file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // as `follow::ServerMessage` says
pub struct Told {
    pub id: MessageId,
    pub body: String,
    pub attempts: i64,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
    /// Nothing once the server refused it.
    pub due_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
}

impl Followed {
    /// One that is begun with what the application was given; nothing of it is proved.
    pub fn new(said: &Word, money: Money, action: String, now: Time) -> Self {
        Followed {
            id: said.id,
            order_id: None,
            // What is final has to be proved.
            state: said.state.filter(|state| state.is_active()).unwrap_or(State::Processing),
            amount: money.minor,
            currency: money.currency,
            action,
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

    /// What it shall collect.
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// What is no claim about money.
    pub fn take_over(&mut self, said: &Word) {
        self.order_id = said.order_id.clone().or(self.order_id.take());
        self.expires_at = said.expires_at.or(self.expires_at);
        if let Some(action) = &said.action {
            self.action = action.clone();
        }
    }

    /// Takes the server's proved word. Fails, and changes nothing, with `amount_mismatch` and `currency_mismatch`.
    pub fn believe(&mut self, said: &Word, dice: u64, now: Time) -> Result<()> {
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
    pub fn note(&mut self, failure: &Failure, dice: u64, now: Time) {
        self.failures = self.failures.saturating_add(1);
        self.last_status = failure.status;
        self.last_error = Some(failure.error.clone());
        let later = pace::after_trouble(self.failures, failure.retry_after, dice, now);
        self.due_at = self.state.is_active().then_some(later);
        self.updated_at = now;
    }
}

impl Told {
    /// Notes an attempt that failed; sent again later unless the server refused it for good.
    pub fn note(&mut self, failure: &Failure, dice: u64, now: Time) {
        self.last_status = failure.status;
        self.last_error = Some(failure.error.clone());
        let later = pace::after_trouble(self.attempts, failure.retry_after, dice, now);
        self.due_at = (!is_refusal(failure)).then_some(later);
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

/// A clear no to this very message, which would be the same tomorrow. Whoever is not let in, comes too often or too early is
/// not refused for good.
fn is_refusal(failure: &Failure) -> bool {
    !failure.endpoint && failure.status.is_some_and(|s| (400..500).contains(&s) && s != 425)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Protects: no word of the server, in whatever order words arrive, takes back a success or reopens what is over.
    #[test]
    fn no_word_takes_back_a_success() {
        for from in State::ALL.iter().copied() {
            for said in State::ALL.iter().copied() {
                let to = moved(from, said);
                assert!(from != State::Succeeded || to == State::Succeeded, "{from:?} {said:?}");
                assert!(said != State::Succeeded || to == State::Succeeded, "{from:?} {said:?}");
                assert!(from.is_active() || !to.is_active(), "{from:?} {said:?} {to:?}");
                assert!(to == from || to == said, "{from:?} {said:?} {to:?}");
            }
        }
        assert_eq!(moved(State::Authorized, State::Processing), State::Authorized);
        assert_eq!(moved(State::Failed, State::Expired), State::Failed);
    }

    /// Protects: the queue. Only a clear no to this very message puts it aside; what may pass does not.
    #[test]
    fn only_a_clear_no_is_for_good() {
        let refused = |status: u16| {
            let response = crate::http::Response { status, headers: Vec::new(), body: Vec::new() };
            match crate::webhook::judge(&Ok(response), Time::from_millis(0)) {
                crate::webhook::Verdict::Failed(failure) => is_refusal(&failure),
                other => panic!("{other:?}"),
            }
        };
        for status in [400, 405, 409, 413, 415, 422] {
            assert!(refused(status), "{status}");
        }
        for status in [301, 302, 401, 403, 404, 408, 425, 429, 500, 502, 503, 599] {
            assert!(!refused(status), "{status}");
        }
    }
}

//! Payments: created, captured, confirmed by hand, given up, asked about. An intent is on disk before its request
//! leaves, and no request is sent inside a unit of work.

use std::sync::Arc;

use super::books::{Books, Concerns};
use super::idempotency::{IdempotencyKey, Known};
use super::orders::{ACTOR_MAX, TEXT_MAX, active_payment, not_payable};
use super::outgoing::Heard;
use super::settle::Said;
use super::{Engine, due};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Claim, ClaimedAmount, Decline, Gateway, Operation, PaymentFact, PaymentIntent,
};
use crate::id::{OrderId, PaymentId, RefundId};
use crate::journal::{Detail, EventName, SYSTEM};
use crate::machine;
use crate::money::Money;
use crate::order::{Order, Settlement};
use crate::payment::{self, Event, Payment, State};
use crate::store::sql::payments::{self, Target};
use crate::text;

/// A payment lives this long, unless the host says otherwise.
const TTL_MINUTES: i64 = 30;
/// Nobody waits longer than a week for one attempt.
const TTL_MINUTES_MAX: i64 = 7 * 24 * 60;
/// A return address has at most this many characters.
const URL_MAX: usize = 2000;

/// A payment to be created.
#[derive(Clone, Debug, Default)]
pub struct NewPayment {
    /// How the payer pays; the first method of the first account unless said.
    pub method: Option<String>,
    /// Through which account; the first that offers the method unless said.
    pub gateway: Option<String>,
    /// How much, as text or decimal already read; what is due unless said.
    pub amount: Option<Money>,
    /// Any amount up to what is due is fine.
    pub partial: bool,
    /// How long it may stay open.
    pub ttl_minutes: Option<i64>,
    /// Hold the money only; the host captures it.
    pub manual_capture: bool,
    /// What the payer reads; the order's reference or id unless said.
    pub description: Option<String>,
    /// Where the payer comes back to.
    pub return_url: Option<String>,
    /// The reference under which the gateway shall know it, where that is not our id.
    pub reference: Option<String>,
    /// Makes a repeated call answer with the first one's payment.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A person's word that money came.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// The payment.
    pub payment: PaymentId,
    /// Who says so.
    pub actor: String,
    /// On what evidence.
    pub reason: String,
    /// The number on the bank statement, if there is one.
    pub transaction_id: Option<String>,
}

/// What a unit of work decided about a call for a new payment.
enum Plan {
    /// The intent is on disk; the gateway is to be asked.
    Ask(Box<Payment>),
    /// This one answers the call.
    Take(Box<Payment>),
    /// An older one must be closed first.
    Close(PaymentId),
}

/// A payment that a call for a new one returns, and whether it existed before.
#[derive(Clone, Debug)]
pub struct Created {
    /// The payment.
    pub payment: Payment,
    /// It was there already.
    pub reused: bool,
}

impl Engine {
    /// Creates a payment for an order, or returns the active one that is the same.
    pub fn create_payment(self: &Arc<Self>, order: OrderId, new: NewPayment) -> Result<Created> {
        new.check()?;
        let plan = match self.plan_payment(order, &new)? {
            Plan::Close(expired) => {
                self.close_payment(expired)?;
                self.plan_payment(order, &new)?
            }
            plan => plan,
        };
        match plan {
            Plan::Ask(payment) => {
                let asked = self.ask_to_pay(&payment);
                self.finish_call(new.idempotency_key.as_ref())?;
                asked.map(|payment| Created { payment, reused: false })
            }
            Plan::Take(payment) if payment.action.is_none() && payment.state.is_active() => {
                // The first call's answer got lost: the same key brings the same payment at the gateway.
                self.ask_to_pay(&payment).map(|payment| Created { payment, reused: true })
            }
            Plan::Take(payment) => {
                still_good(&payment)?;
                Ok(Created { payment: *payment, reused: true })
            }
            Plan::Close(open) => Err(Error::new(Code::OutcomeUnknown).with("gateway", open)),
        }
    }

    fn plan_payment(self: &Arc<Self>, order: OrderId, new: &NewPayment) -> Result<Plan> {
        let new = new.clone();
        self.transact(SYSTEM, move |books| {
            if let Some(key) = &new.idempotency_key
                && let Known::Made(id) = key.look_up(books)?
            {
                let known = books.payment(PaymentId::from_bytes(id))?;
                return Ok(Plan::Take(Box::new(known)));
            }
            books.plan_payment(order, &new)
        })
    }

    fn finish_call(self: &Arc<Self>, key: Option<&IdempotencyKey>) -> Result<()> {
        let Some(key) = key.cloned() else { return Ok(()) };
        self.transact(SYSTEM, move |books| books.finish_key(&key))
    }

    /// Sends the intent of a payment and records the answer.
    fn ask_to_pay(self: &Arc<Self>, payment: &Payment) -> Result<Payment> {
        let gateway = Arc::clone(self.gateway(&payment.gateway)?);
        let heard = self.exchange(&gateway, Operation::Pay, &PaymentIntent::of(payment))?;
        let asked = self.record(payment, heard)?;
        still_good(&asked)?;
        Ok(asked)
    }

    /// Records what a gateway answered about a payment, in one unit of work.
    pub(super) fn record(self: &Arc<Self>, payment: &Payment, heard: Heard) -> Result<Payment> {
        let id = payment.id;
        let heard = Arc::new(heard);
        let (payment, refunds) = self.transact(SYSTEM, move |books| {
            let mut follow_up = Vec::new();
            let mut target = books.target(id, heard.transaction_id())?;
            books.heard(&mut target, &heard, &mut follow_up)?;
            books.ask_again_later(&mut target.payment)?;
            Ok((target.payment, follow_up))
        })?;
        self.send_refunds(&refunds);
        Ok(payment)
    }

    /// Collects held money: all of it, or less. Fails with `transition` unless money is held.
    pub fn capture_payment(
        self: &Arc<Self>,
        id: PaymentId,
        amount: Option<Money>,
    ) -> Result<Payment> {
        let payment = self.payment(id)?;
        let gateway = Arc::clone(self.gateway(&payment.gateway)?);
        if payment.state == State::Succeeded {
            return Ok(payment);
        }
        if payment.state != State::Authorized {
            return Err(impossible(&payment, "capture"));
        }
        let whole = payment.money(payment.amount);
        let amount = amount.unwrap_or(whole).positive()?;
        if amount.currency != whole.currency || amount.minor > whole.minor {
            return Err(Error::new(Code::AmountMismatch)
                .with("payment_amount", amount)
                .with("order_amount", whole));
        }
        let heard =
            self.exchange(&gateway, Operation::Capture(amount), &PaymentIntent::of(&payment))?;
        let captured = self.record(&payment, heard)?;
        still_good(&captured)?;
        Ok(captured)
    }

    /// A person confirms that money came, for gateways that cannot say so themselves.
    pub fn confirm_payment(self: &Arc<Self>, confirmation: Confirmation) -> Result<Payment> {
        let evidence = check_evidence(&confirmation.actor, &confirmation.reason);
        evidence.and(check_transaction(confirmation.transaction_id.as_deref()))?;
        let payment = self.payment(confirmation.payment)?;
        let facts = self.gateway(&payment.gateway)?.facts();
        if facts.queries && !facts.manual_confirmation {
            return Err(Error::new(Code::GatewayCannot)
                .with("gateway", &facts.name)
                .with("operation", "confirmation by hand; sync_payment asks the gateway itself"));
        }
        let actor = confirmation.actor.clone();
        let (payment, refunds) = self.transact(&actor, move |books| {
            let mut follow_up = Vec::new();
            let payment = books.confirm(&confirmation, &mut follow_up)?;
            Ok((payment, follow_up))
        })?;
        self.send_refunds(&refunds);
        Ok(payment)
    }

    /// Gives a payment up: closes it at the gateway first. Fails with `paid` when the payer was faster.
    pub fn cancel_payment(self: &Arc<Self>, id: PaymentId, actor: &str) -> Result<Payment> {
        text::line("actor", actor, ACTOR_MAX)?;
        let payment = self.payment(id)?;
        match payment::answer(payment.state, Event::Cancel) {
            machine::Answer::To(_) => {}
            machine::Answer::Refused => return Err(paid(&payment)),
            _ => return Ok(payment),
        }
        let gateway = Arc::clone(self.gateway(&payment.gateway)?);
        let heard = self.exchange_cancel(&gateway, &payment)?;
        let cancelled = self.record(&payment, heard)?;
        match cancelled.state {
            State::Cancelled => Ok(cancelled),
            State::Succeeded => Err(paid(&cancelled)),
            state if state.is_active() => {
                Err(Error::new(Code::OutcomeUnknown).with("gateway", &cancelled.gateway))
            }
            _ => Ok(cancelled),
        }
    }

    /// Cancels at the gateway; where the gateway has nobody to ask, our own word is enough.
    pub(super) fn exchange_cancel(
        &self,
        gateway: &Arc<dyn Gateway>,
        payment: &Payment,
    ) -> Result<Heard> {
        match self.exchange(gateway, Operation::Cancel, &PaymentIntent::of(payment)) {
            Err(error) if error.code() == Code::GatewayCannot => {
                Ok(Heard::Answer(Answer::NotFound))
            }
            // What the gateway never had, or refuses to close, decides nothing: it is asked what it knows.
            Ok(Heard::Answer(Answer::Refused { .. })) => {
                self.exchange(gateway, Operation::Query, &PaymentIntent::of(payment))
            }
            other => other,
        }
        .map(|heard| match heard {
            Heard::Answer(Answer::NotFound) => Heard::Answer(Answer::Payment(plain(Event::Cancel))),
            heard => heard,
        })
    }

    /// Asks the gateway about a payment and records what it says.
    pub fn sync_payment(self: &Arc<Self>, id: PaymentId) -> Result<Payment> {
        let payment = self.payment(id)?;
        let gateway = Arc::clone(self.gateway(&payment.gateway)?);
        let heard = self.exchange(&gateway, Operation::Query, &PaymentIntent::of(&payment))?;
        self.record(&payment, heard)
    }
}

impl NewPayment {
    fn check(&self) -> Result<()> {
        let ttl = self.ttl_minutes.unwrap_or(TTL_MINUTES);
        if !(1..=TTL_MINUTES_MAX).contains(&ttl) {
            return Err(Error::new(Code::ArgumentRange)
                .with("field", "ttl_minutes")
                .with("given", ttl)
                .with("rule", format_args!("1 to {TTL_MINUTES_MAX}")));
        }
        if let Some(reference) = &self.reference {
            text::reference("reference", reference)?;
        }
        if let Some(url) = &self.return_url {
            text::line("return_url", url, URL_MAX)?;
        }
        if let Some(description) = &self.description {
            text::line("description", description, TEXT_MAX)?;
        }
        Ok(())
    }

    /// The account for this method. Fails with `method_unsupported`.
    fn account<'e>(&self, engine: &'e Engine) -> Result<(&'e Arc<dyn Gateway>, String)> {
        let accounts: Vec<_> = match &self.gateway {
            Some(name) => vec![engine.gateway(name)?],
            None => engine.gateways.iter().collect(),
        };
        let methods = || accounts.iter().flat_map(|g| &g.facts().methods);
        let wanted = self.method.as_ref().or_else(|| methods().next());
        let found = accounts.iter().find_map(|account| {
            let method = account.facts().methods.iter().find(|m| Some(*m) == wanted)?;
            Some((*account, method.clone()))
        });
        found.ok_or_else(|| {
            let mut supported: Vec<_> = methods().map(String::as_str).collect();
            supported.sort_unstable();
            supported.dedup();
            Error::new(Code::MethodUnsupported)
                .with("method", wanted.map_or("", String::as_str).escape_debug())
                .with("supported", supported.join(", "))
        })
    }

    /// The amount to collect. One minor unit off what is due is taken for what is due, so nothing is lost.
    fn amount(&self, order: &Order) -> Result<Money> {
        let due = order.money(order.due());
        let Some(amount) = self.amount else { return Ok(due) };
        let amount = amount.positive()?;
        if amount.currency != due.currency {
            return Err(Error::new(Code::CurrencyMismatch)
                .with("given", amount.currency)
                .with("expected", due.currency));
        }
        if amount.minor.abs_diff(due.minor) <= 1 {
            return Ok(due);
        }
        match self.partial && amount.minor < due.minor {
            true => Ok(amount),
            false => Err(Error::new(Code::AmountMismatch)
                .with("payment_amount", amount.to_text())
                .with("order_amount", due.to_text())),
        }
    }
}

impl Books<'_> {
    /// One payment. Fails with `payment_not_found`.
    pub(super) fn payment(&mut self, id: PaymentId) -> Result<Payment> {
        payments::find(self.connection, id)?
            .ok_or_else(|| Error::new(Code::PaymentNotFound).with("payment", id))
    }

    /// A payment with its order, and who has the transaction. Fails with `payment_not_found`.
    pub(super) fn target(&mut self, id: PaymentId, transaction: Option<&str>) -> Result<Target> {
        let payment = self.payment(id)?;
        payments::target(self.connection, id, &payment.gateway, transaction)?
            .ok_or_else(|| Error::bug("a payment without an order"))
    }

    /// The checks of a new payment, in the documented order, and its intent.
    fn plan_payment(&mut self, id: OrderId, new: &NewPayment) -> Result<Plan> {
        let order = self.order(id)?;
        let (gateway, method) = new.account(self.engine)?;
        if !self.engine.flow(&order.flow)?.is_payable(&order.state) {
            return Err(not_payable(&order));
        }
        if order.settlement() == Settlement::Settled {
            return Err(Error::new(Code::OrderSettled).with("order", order.id));
        }
        if self.now > order.payable_until {
            return Err(Error::new(Code::OrderExpired)
                .with("order", order.id)
                .with("until", order.payable_until));
        }
        let amount = new.amount(&order)?;
        if let Some(open) = payments::active(self.connection, order.key)? {
            return self.beside(&order, open, amount, &method, new);
        }
        check_facts(&**gateway, amount, new)?;
        self.insert_payment(&order, gateway, method, amount, new)
    }

    /// There is an active payment: it is the same, it is past its time, or it is in the way.
    fn beside(
        &mut self,
        order: &Order,
        open: Payment,
        amount: Money,
        method: &str,
        new: &NewPayment,
    ) -> Result<Plan> {
        if self.now >= open.expires_at {
            return Ok(Plan::Close(open.id));
        }
        if open.amount != amount.minor || open.method != method {
            return Err(active_payment(order, &open));
        }
        if let Some(key) = &new.idempotency_key {
            key.record(self, open.id.to_bytes(), false)?;
        }
        Ok(Plan::Take(Box::new(open)))
    }

    fn insert_payment(
        &mut self,
        order: &Order,
        gateway: &Arc<dyn Gateway>,
        method: String,
        amount: Money,
        new: &NewPayment,
    ) -> Result<Plan> {
        let mut payment = new.payment(self, order, gateway, method, amount)?;
        if let Some(reference) = &payment.reference
            && let Some(other) =
                payments::target_by_reference(self.connection, reference, &payment.gateway, None)?
        {
            return Err(Error::new(Code::ReferenceTaken)
                .with("reference", reference)
                .with("owner", other.payment.id));
        }
        // What the gateway cannot collect is refused before anything is written or sent.
        gateway.call(Operation::Pay, &PaymentIntent::of(&payment))?;
        payment.key = payments::insert(self.connection, &payment)?;
        let detail = Detail::new()
            .with("method", &payment.method)
            .with("gateway", &payment.gateway)
            .with("amount", &amount.to_text())
            .with("currency", amount.currency.code());
        self.journal(EventName::PaymentCreated, Concerns::payment(&payment), detail)?;
        if let Some(key) = &new.idempotency_key {
            key.record(self, payment.id.to_bytes(), true)?;
        }
        Ok(Plan::Ask(Box::new(payment)))
    }

    /// Records what a gateway answered, or that its answer is unknown.
    fn heard(
        &mut self,
        target: &mut Target,
        heard: &Heard,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        match heard {
            Heard::Answer(Answer::Waiting { action, reference }) => {
                self.waiting(&mut target.payment, action, reference.as_deref())
            }
            Heard::Answer(Answer::Payment(fact)) => {
                let said = Said { fact, source: None, by_hand: None };
                self.payment_said(target, said, follow_up).map(drop)
            }
            Heard::Answer(Answer::Refused { code, reason }) => {
                self.refused(target, *code, reason, follow_up)
            }
            // Not knowing a payment right after its creation is no failure: it is asked again.
            Heard::Answer(Answer::NotFound) | Heard::Unknown => {
                self.outcome_is_open(target, follow_up)
            }
            Heard::Answer(Answer::Refund(_)) => {
                Err(Error::bug("a gateway answered about a refund when asked about a payment"))
            }
        }
    }

    fn waiting(
        &mut self,
        payment: &mut Payment,
        action: &Action,
        reference: Option<&str>,
    ) -> Result<()> {
        let action = action.to_json()?;
        // A gateway that knows the payment by our own id needs no second name for it.
        let own = payment.id.to_string();
        let reference = reference.filter(|r| *r != own);
        let known = reference.is_none() || payment.reference.as_deref() == reference;
        if payment.action.as_deref() == Some(action.as_str()) && known {
            return Ok(());
        }
        payment.action = Some(action);
        payment.reference = reference.map(str::to_owned).or(payment.reference.take());
        payments::update(self.connection, payment, self.now)
    }

    /// A clear refusal ends a payment that was never begun; one that is under way is only asked about later.
    fn refused(
        &mut self,
        target: &mut Target,
        code: Code,
        reason: &str,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        if target.payment.state != State::Init || target.payment.action.is_some() {
            return self.outcome_is_open(target, follow_up);
        }
        let decline = Decline { code: code.as_str().to_owned(), message: reason.to_owned() };
        let fact = PaymentFact { decline: Some(decline), ..plain(Event::Fail) };
        let said = Said { fact: &fact, source: None, by_hand: None };
        self.payment_said(target, said, follow_up).map(drop)
    }

    /// The outcome of its creation is open: the payment counts as under way, and due work asks.
    fn outcome_is_open(
        &mut self,
        target: &mut Target,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<()> {
        match target.payment.state == State::Init && target.payment.action.is_none() {
            true => self.submit(target, follow_up),
            false => Ok(()),
        }
    }

    /// Whatever was heard: a payment that is still open after its turn has its next one later than this one.
    fn ask_again_later(&mut self, payment: &mut Payment) -> Result<()> {
        if payment.due_at.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        payment.queries += 1;
        payment.due_at = due::payment_due(payment, self.now);
        payments::update(self.connection, payment, self.now)
    }

    fn confirm(
        &mut self,
        confirmation: &Confirmation,
        follow_up: &mut Vec<RefundId>,
    ) -> Result<Payment> {
        let transaction = confirmation.transaction_id.as_deref();
        let mut target = self.target(confirmation.payment, transaction)?;
        let amount = target.payment.amount;
        let fact = PaymentFact {
            amount: Some(Claim { amount: ClaimedAmount::Minor(amount), currency: None }),
            transaction_id: confirmation.transaction_id.clone(),
            ..plain(Event::Succeed)
        };
        let said = Said { fact: &fact, source: None, by_hand: Some(&confirmation.reason) };
        self.payment_said(&mut target, said, follow_up)?;
        Ok(target.payment)
    }
}

impl NewPayment {
    fn payment(
        &self,
        books: &Books<'_>,
        order: &Order,
        gateway: &Arc<dyn Gateway>,
        method: String,
        amount: Money,
    ) -> Result<Payment> {
        let minutes = self.ttl_minutes.unwrap_or(TTL_MINUTES);
        let expires_at: Time = books.now.plus_seconds(minutes * 60);
        let described = || order.reference.clone().unwrap_or_else(|| order.id.to_string());
        Ok(Payment {
            key: 0,
            id: PaymentId::new(books.now, books.engine.randomness())?,
            order_key: order.key,
            order_id: order.id,
            customer: order.customer.clone(),
            gateway: gateway.facts().name.clone(),
            method,
            reference: self.reference.clone(),
            state: State::Init,
            currency: order.currency,
            amount: amount.minor,
            captured: 0,
            refunded: 0,
            refund_pending: 0,
            transaction_id: None,
            late: false,
            manual: false,
            manual_capture: self.manual_capture,
            action: None,
            failure_code: None,
            failure_message: None,
            description: self.description.clone().unwrap_or_else(described),
            return_url: self.return_url.clone(),
            queries: 0,
            due_at: Some(expires_at),
            expires_at,
            paid_at: None,
            created_at: books.now,
            updated_at: books.now,
            version: 1,
        })
    }
}

impl Heard {
    fn transaction_id(&self) -> Option<&str> {
        match self {
            Heard::Answer(Answer::Payment(fact)) => fact.transaction_id.as_deref(),
            _ => None,
        }
    }
}

/// A fact that says nothing but what happened.
pub(super) fn plain(event: Event) -> PaymentFact {
    PaymentFact { event, amount: None, transaction_id: None, decline: None }
}

fn check_facts(gateway: &dyn Gateway, amount: Money, new: &NewPayment) -> Result<()> {
    let facts = gateway.facts();
    if let Some(currencies) = &facts.currencies
        && !currencies.contains(&amount.currency)
    {
        return Err(Error::new(Code::GatewayCurrency)
            .with("gateway", &facts.name)
            .with("currency", amount.currency));
    }
    match new.manual_capture && !facts.separate_capture {
        true => Err(Error::new(Code::GatewayCannot)
            .with("gateway", &facts.name)
            .with("operation", "hold money for a later capture")),
        false => Ok(()),
    }
}

/// A payment that can go on, or the error that ended it.
fn still_good(payment: &Payment) -> Result<()> {
    if payment.state != State::Failed {
        return Ok(());
    }
    let word = payment.failure_code.as_deref().unwrap_or_default();
    let reason = payment.failure_message.as_deref().unwrap_or(word);
    let code = Code::ALL.iter().copied().find(|c| c.as_str() == word);
    Err(Error::new(code.unwrap_or(Code::PaymentDeclined))
        .with("reason", reason)
        .with("decline_code", word)
        .with("gateway", &payment.gateway)
        .with("payment", payment.id))
}

fn paid(payment: &Payment) -> Error {
    Error::new(Code::Paid).with("payment", payment.id)
}

pub(super) fn impossible(payment: &Payment, event: &str) -> Error {
    let possible: Vec<_> = payment::possible(payment.state).map(Event::as_str).collect();
    Error::new(Code::Transition)
        .with("subject", payment.id)
        .with("state", payment.state)
        .with("event", event)
        .with("possible", possible.join(", "))
}

/// Acting by hand needs a name and a reason. Fails with `manual_evidence`.
pub(super) fn check_evidence(actor: &str, reason: &str) -> Result<()> {
    for (name, value) in [("actor", actor), ("reason", reason)] {
        if value.trim().is_empty() {
            return Err(Error::new(Code::ManualEvidence).with("missing", name));
        }
    }
    text::line("actor", actor, ACTOR_MAX)?;
    text::line("reason", reason, TEXT_MAX)
}

pub(super) fn check_transaction(transaction_id: Option<&str>) -> Result<()> {
    transaction_id.map_or(Ok(()), |id| text::transaction_id("transaction_id", id))
}

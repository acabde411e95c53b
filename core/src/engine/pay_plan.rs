//! A new payment before its gateway is asked: the checks in their documented order, and the intent that is written when
//! all of them pass. It sends nothing.

use std::sync::Arc;

use super::Engine;
use super::books::{Books, Concerns};
use super::idempotency::IdempotencyKey;
use super::orders::{TEXT_MAX, active_payment, not_payable};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::gateway::{Gateway, Operation, PaymentIntent};
use crate::id::{OrderId, PaymentId};
use crate::journal::{Detail, EventName};
use crate::money::Money;
use crate::order::{Line, LineKind, Order, Settlement};
use crate::payment::{Item, Payment, Presentation, State};
use crate::store::sql::{orders, payments};
use crate::text;

/// A payment lives this long, unless the host says otherwise.
const TTL_MINUTES: i64 = 30;
/// Nobody waits longer than a week for one attempt.
const TTL_MINUTES_MAX: i64 = 7 * 24 * 60;
/// A wallet's id of a payer has at most this many characters.
const PAYER_ID_MAX: usize = 128;
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
    /// How the payer meets the gateway; what is shown is filled in from the order.
    pub presentation: Presentation,
    /// The reference under which the gateway shall know it, where that is not our id.
    pub reference: Option<String>,
    /// Accounts to try in this order, by the same method, where it is certain that those before hold nothing.
    pub fallback: Vec<String>,
    /// Only the intent is written; nothing is sent yet.
    pub intent_only: bool,
    /// Set by the engine: this takes the place of an attempt that came to nothing.
    pub instead: bool,
    /// Makes a repeated call answer with the first one's payment.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// What a unit of work decided about a call for a new payment.
pub(super) enum Plan {
    /// The intent is on disk; the gateway is to be asked.
    Ask(Box<Payment>),
    /// This one answers the call.
    Take(Box<Payment>),
    /// An older one must be closed first.
    Close(PaymentId),
}

impl NewPayment {
    pub(super) fn check(&self) -> Result<()> {
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
        let shown = &self.presentation;
        for (name, url) in [("return_url", &self.return_url), ("cancel_url", &shown.cancel_url)] {
            if let Some(url) = url {
                text::line(name, url, URL_MAX)?;
            }
        }
        if let Some(payer) = &shown.payer_id {
            text::line("payer_id", payer, PAYER_ID_MAX)?;
        }
        if let Some(address) = &shown.payer_address
            && address.parse::<std::net::IpAddr>().is_err()
        {
            return Err(Error::new(Code::TextFormat)
                .with("field", "payer_address")
                .with("rule", "an IP address such as 203.0.113.7 is needed"));
        }
        if let Some(description) = &self.description {
            text::line("description", description, TEXT_MAX)?;
        }
        Ok(())
    }

    /// The method that all accounts of a fallback must offer. Fails with `method_unsupported` and `gateway_not_found`.
    pub(super) fn fallback_method(&self, engine: &Engine) -> Result<String> {
        let (_, method) = self.account(engine)?;
        for name in &self.fallback {
            let next = NewPayment {
                gateway: Some(name.clone()),
                method: Some(method.clone()),
                ..NewPayment::default()
            };
            next.account(engine)?;
        }
        Ok(method)
    }

    /// The account to try after this one, or first of all where that is none of the fallback.
    pub(super) fn account_after(&self, account: Option<&str>) -> Option<&str> {
        let place = self.fallback.iter().rposition(|name| Some(name.as_str()) == account);
        self.fallback.get(place.map_or(0, |place| place + 1)).map(String::as_str)
    }

    /// The account for this method. Fails with `method_unsupported`.
    fn account(&self, engine: &Engine) -> Result<(Arc<dyn Gateway>, String)> {
        let accounts = match &self.gateway {
            Some(name) => [engine.gateway(name)?].into(),
            None => engine.accounts(),
        };
        let methods = || accounts.iter().flat_map(|g| &g.facts().methods);
        let wanted = self.method.as_ref().or_else(|| methods().next());
        let found = accounts.iter().find_map(|account| {
            let method = account.facts().methods.iter().find(|m| Some(*m) == wanted)?;
            Some((Arc::clone(account), method.clone()))
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
    /// The checks of a new payment, in the documented order, and its intent.
    pub(super) fn plan_payment(&mut self, id: OrderId, new: &NewPayment) -> Result<Plan> {
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
        check_facts(&*gateway, amount, new)?;
        self.engine.breaker.check(&gateway.facts().name, self.now)?;
        let mut payment = new.payment(self, &order, &gateway, method, amount)?;
        payment.presentation = self.presentation(&order, &*gateway, amount, new)?;
        self.insert_payment(&gateway, payment, new)
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
        gateway: &Arc<dyn Gateway>,
        mut payment: Payment,
        new: &NewPayment,
    ) -> Result<Plan> {
        if let Some(reference) = &payment.reference
            && let Some(other) =
                payments::target_by_reference(self.connection, reference, &payment.gateway, None)?
        {
            return Err(Error::new(Code::ReferenceTaken)
                .with("reference", reference)
                .with("owner", other.payment.id));
        }
        // What the gateway cannot collect is refused before anything is written or sent.
        gateway.call(Operation::Pay, &PaymentIntent::of(&payment), self.engine.moment())?;
        payment.key = payments::insert(self.connection, &payment)?;
        let detail = Detail::new()
            .with("method", &payment.method)
            .with("gateway", &payment.gateway)
            .with("amount", &payment.money(payment.amount).to_text())
            .with("currency", payment.currency.code());
        self.journal(EventName::PaymentCreated, Concerns::payment(&payment), detail)?;
        if let Some(key) = &new.idempotency_key {
            match new.instead {
                true => key.point_to(self, payment.id.to_bytes())?,
                false => key.record(self, payment.id.to_bytes(), true)?,
            }
        }
        Ok(Plan::Ask(Box::new(payment)))
    }
}

impl Books<'_> {
    /// How the payer meets the gateway, fixed now. The order's lines are shown where they add up to what is collected.
    fn presentation(
        &mut self,
        order: &Order,
        gateway: &dyn Gateway,
        amount: Money,
        new: &NewPayment,
    ) -> Result<Option<Presentation>> {
        let mut shown = new.presentation.clone();
        if gateway.facts().itemised && amount.minor == order.total {
            let lines = orders::lines(self.connection, order.key)?;
            if lines.iter().all(|line| line.kind != LineKind::Discount) {
                shown.items = lines.into_iter().map(item).collect();
            }
        }
        Ok((shown != Presentation::default()).then_some(shown))
    }
}

fn item(line: Line) -> Item {
    let Line { description, quantity, unit_amount, .. } = line;
    Item { description, quantity, unit_amount }
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
            presentation: None,
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

fn check_facts(gateway: &dyn Gateway, amount: Money, new: &NewPayment) -> Result<()> {
    let facts = gateway.facts();
    if let Some(currencies) = &facts.currencies
        && !currencies.contains(&amount.currency)
    {
        return Err(Error::new(Code::GatewayCurrency)
            .with("gateway", &facts.name)
            .with("currency", amount.currency));
    }
    if let Some(wanted) = new.presentation.experience
        && !facts.experiences.is_empty()
        && !facts.experiences.contains(&wanted)
    {
        let known: Vec<_> = facts.experiences.iter().map(|e| e.as_str()).collect();
        return Err(Error::new(Code::ValueUnknown)
            .with("field", format_args!("experience of {}", facts.name))
            .with("given", wanted)
            .with("known", known.join(", ")));
    }
    match new.manual_capture && !facts.separate_capture {
        true => Err(Error::new(Code::GatewayCannot)
            .with("gateway", &facts.name)
            .with("operation", "hold money for a later capture")),
        false => Ok(()),
    }
}

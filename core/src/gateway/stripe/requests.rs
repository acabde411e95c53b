//! What Stripe is asked for a payment: pay, capture, cancel, query. It never sends a try under another idempotency key
//! than the first, and nothing that the first try did not say.

use super::Stripe;
use super::account::is_id;
use super::amounts;
use super::form::Form;
use crate::error::{Code, Error, Result};
use crate::gateway::{Answer, Call, Operation, PaymentIntent, cannot};
use crate::http::Request;
use crate::money::Money;
use crate::payment::{Experience, Item};

/// Stripe shows no more lines than this; an order with more is shown as one.
const LINES_MAX: usize = 100;

/// Where a payment is at Stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'p> {
    /// A Payment Intent.
    Intent(&'p str),
    /// A Checkout Session.
    Session(&'p str),
    /// Nobody has told us yet.
    Unknown,
}

impl<'p> Place<'p> {
    /// By the payment's reference, which becomes Stripe's own once an answer named it.
    pub fn of(payment: &'p PaymentIntent) -> Self {
        match payment.reference.as_str() {
            id if is_id(id, "pi_") => Place::Intent(id),
            id if is_id(id, "cs_") => Place::Session(id),
            _ => Place::Unknown,
        }
    }
}

/// The intent that money was held or collected by.
pub(super) fn intent_of(payment: &PaymentIntent) -> Option<&str> {
    let known = payment.transaction_id.as_deref().filter(|id| is_id(id, "pi_"));
    known.or(match Place::of(payment) {
        Place::Intent(id) => Some(id),
        Place::Session(_) | Place::Unknown => None,
    })
}

impl Stripe {
    pub(super) fn pay(&self, payment: &PaymentIntent) -> Result<Call> {
        let experience = payment.presentation.experience.unwrap_or(Experience::Embedded);
        let (path, form) = match experience {
            Experience::Embedded => ("/v1/payment_intents", self.intent(payment)?),
            Experience::Hosted => ("/v1/checkout/sessions", self.session(payment)?),
            _ => return Err(cannot(&self.facts, Operation::Pay)),
        };
        Ok(Call::Send(self.post(path, &form, Some(format!("{}-pay", payment.id)))))
    }

    /// The intent may have been cancelled, or the session paid, in the meantime: the answer says so.
    pub(super) fn capture(&self, payment: &PaymentIntent, amount: Money) -> Result<Call> {
        let Some(intent) = intent_of(payment) else {
            return Err(cannot(&self.facts, Operation::Capture(amount)));
        };
        let wire = self.written(amount, amounts::to_wire(amount))?;
        let form = Form::new().with(&["amount_to_capture"], wire)?;
        // Another amount is another capture: under the same key it would be refused for ever.
        let key = format!("{}-capture-{wire}", payment.id);
        let path = format!("/v1/payment_intents/{intent}/capture");
        Ok(Call::Send(self.post(&path, &form, Some(key))))
    }

    /// Without an idempotency key, unlike everything else: closing twice is closing once, while a key would bring an
    /// early refusal ("it is processing") back for a day.
    pub(super) fn cancel(&self, payment: &PaymentIntent) -> Result<Call> {
        let close = |path: String, form: &Form| Ok(Call::Send(self.post(&path, form, None)));
        match (payment.transaction_id.is_some(), Place::of(payment)) {
            // What a completed session holds is released at its intent; before that only the session itself can end.
            (true, Place::Session(_)) | (_, Place::Intent(_)) if intent_of(payment).is_some() => {
                let intent = intent_of(payment).unwrap_or_default();
                close(format!("/v1/payment_intents/{intent}/cancel"), &Form::new())
            }
            (_, Place::Session(session)) => {
                let form = Form::new().with(&["expand", "0"], "payment_intent")?;
                close(format!("/v1/checkout/sessions/{session}/expire"), &form)
            }
            // The answer to its creation never came, so no payer was ever handed its secret or its address: whatever
            // lies there can be paid by nobody.
            _ => Ok(Call::Answer(Answer::NotFound)),
        }
    }

    /// Before its reference is known a payment is created again, under the same key: that is how Stripe tells what came
    /// of the first try. Past the day for which it keeps keys this makes a second object; neither was ever shown to a
    /// payer, so only the one that is answered now can be paid.
    pub(super) fn query(&self, payment: &PaymentIntent) -> Result<Call> {
        match Place::of(payment) {
            Place::Unknown => self.pay(payment),
            Place::Intent(id) => {
                Ok(Call::Send(self.get(&format!("/v1/payment_intents/{id}"), None)))
            }
            Place::Session(id) => {
                let form = Form::new().with(&["expand", "0"], "payment_intent")?;
                Ok(Call::Send(self.get(&format!("/v1/checkout/sessions/{id}"), Some(&form))))
            }
        }
    }

    fn intent(&self, payment: &PaymentIntent) -> Result<Form> {
        let wire = self.written(payment.amount, amounts::to_collect(payment.amount))?;
        let mut form = Form::new();
        form.add(&["amount"], wire)?;
        form.add(&["currency"], payment.amount.currency.code().to_ascii_lowercase())?;
        form.add(&["automatic_payment_methods", "enabled"], true)?;
        if payment.manual_capture {
            form.add(&["capture_method"], "manual")?;
        }
        if !payment.description.is_empty() {
            form.add(&["description"], &payment.description)?;
        }
        labelled(form, &["metadata"], payment)
    }

    /// No end is sent, although a session could have one: the payment's own end may be brought forward, and a second try
    /// must say what the first one said. The engine closes the session when its time comes.
    fn session(&self, payment: &PaymentIntent) -> Result<Form> {
        let Some(success) = &payment.return_url else {
            return Err(Error::new(Code::ArgumentMissing)
                .with("field", "return_url")
                .with("rule", "a payer on Stripe's page must come back somewhere"));
        };
        self.written(payment.amount, amounts::to_collect(payment.amount))?;
        let mut form = Form::new().with(&["mode"], "payment")?;
        form.add(&["success_url"], success)?;
        form.add(&["cancel_url"], payment.presentation.cancel_url.as_ref().unwrap_or(success))?;
        form.add(&["client_reference_id"], payment.id)?;
        let mut form = self.lines(form, payment)?;
        if payment.manual_capture {
            form.add(&["payment_intent_data", "capture_method"], "manual")?;
        }
        if !payment.description.is_empty() {
            form.add(&["payment_intent_data", "description"], &payment.description)?;
        }
        let form = labelled(form, &["metadata"], payment)?;
        // Labels of a session are not copied to its intent.
        let form = labelled(form, &["payment_intent_data", "metadata"], payment)?;
        form.with(&["expand", "0"], "payment_intent")
    }

    fn lines(&self, mut form: Form, payment: &PaymentIntent) -> Result<Form> {
        let everything = [Item {
            description: payment.description.clone(),
            quantity: 1,
            unit_amount: payment.amount.minor,
        }];
        let items = match payment.presentation.items.as_slice() {
            [] => &everything[..],
            items if items.len() > LINES_MAX => &everything,
            items => items,
        };
        let currency = payment.amount.currency;
        for (index, item) in items.iter().enumerate() {
            let price = Money::new(item.unit_amount, currency);
            let wire = self.written(price, amounts::to_wire(price))?;
            let number = index.to_string();
            let line = |path: &[&'static str]| {
                ["line_items", &number].into_iter().chain(path.iter().copied()).collect::<Vec<_>>()
            };
            let name = if item.description.is_empty() { "-" } else { &item.description };
            form.add(&line(&["price_data", "currency"]), currency.code().to_ascii_lowercase())?;
            form.add(&line(&["price_data", "unit_amount"]), wire)?;
            form.add(&line(&["price_data", "product_data", "name"]), name)?;
            form.add(&line(&["quantity"]), item.quantity)?;
        }
        Ok(form)
    }

    /// The number on the wire. Fails with `gateway_currency` or `gateway_amount` where there is none.
    pub(super) fn written(&self, money: Money, wire: Option<i64>) -> Result<i64> {
        let refused = |code| Error::new(code).with("gateway", &self.facts.name);
        match wire {
            Some(wire) => Ok(wire),
            None if amounts::is_known(money.currency) => {
                Err(refused(Code::GatewayAmount).with("amount", money))
            }
            None => Err(refused(Code::GatewayCurrency).with("currency", money.currency)),
        }
    }

    pub(super) fn post(&self, path: &str, form: &Form, key: Option<String>) -> Request {
        let mut request = self.request("POST", format!("{}{path}", self.base_url));
        let kind = "application/x-www-form-urlencoded".to_owned();
        request.headers.push(("Content-Type", kind));
        request.headers.extend(key.map(|key| ("Idempotency-Key", key)));
        request.body = form.as_str().as_bytes().to_vec();
        request
    }

    pub(super) fn get(&self, path: &str, query: Option<&Form>) -> Request {
        let query = query.map(|form| format!("?{}", form.as_str())).unwrap_or_default();
        self.request("GET", format!("{}{path}{query}", self.base_url))
    }

    fn request(&self, method: &'static str, url: String) -> Request {
        let key = String::from_utf8_lossy(self.credentials.secret_key.expose());
        let mut headers = vec![
            ("Authorization", format!("Bearer {key}")),
            ("Stripe-Version", self.api_version.clone()),
        ];
        let account = self.credentials.account.clone();
        headers.extend(account.map(|account| ("Stripe-Account", account)));
        Request { method, url, headers, body: Vec::new() }
    }
}

/// Our labels: by the first the payment is found again, the second is for people.
fn labelled(mut form: Form, place: &[&'static str], payment: &PaymentIntent) -> Result<Form> {
    let path = |name: &'static str| place.iter().copied().chain([name]).collect::<Vec<_>>();
    form.add(&path("payment_id"), payment.id)?;
    if payment.is_named_there() {
        form.add(&path("reference"), &payment.reference)?;
    }
    Ok(form)
}

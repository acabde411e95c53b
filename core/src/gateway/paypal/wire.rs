//! What goes over the wire to PayPal, and what comes back, as far as we use it. It judges no state.

use serde::Serialize;

use super::money;
use crate::error::{Error, Result};
use crate::gateway::{Claim, PaymentIntent, RefundIntent};
use crate::http::authority;
use crate::json::{Object, Value};
use crate::money::Money;
use crate::payment::Item;

/// Descriptions and names are cut to this many characters.
const TEXT_MAX: usize = 127;
/// No id of PayPal's is longer.
const ID_MAX: usize = 36;

/// A body without anything in it.
#[derive(Serialize)]
pub(super) struct Nothing {}

/// A new order.
#[derive(Serialize)]
pub(super) struct NewOrder {
    intent: &'static str,
    purchase_units: [NewUnit; 1],
    payment_source: Source,
}

#[derive(Serialize)]
struct NewUnit {
    custom_id: String,
    invoice_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    amount: Amount,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<NewItem>,
}

#[derive(Serialize)]
struct Amount {
    currency_code: &'static str,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    breakdown: Option<Breakdown>,
}

#[derive(Serialize)]
struct Breakdown {
    item_total: Box<Amount>,
}

#[derive(Serialize)]
struct NewItem {
    name: String,
    quantity: String,
    unit_amount: Amount,
}

#[derive(Serialize)]
struct Source {
    paypal: Wallet,
}

#[derive(Serialize)]
struct Wallet {
    experience_context: Experience,
}

#[derive(Serialize)]
struct Experience {
    user_action: &'static str,
    shipping_preference: &'static str,
    payment_method_preference: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_url: Option<String>,
}

/// A capture of held money. It is the only one: what is left is released.
#[derive(Serialize)]
pub(super) struct NewCapture {
    amount: Amount,
    final_capture: bool,
}

/// A refund. Its invoice number is unique for the merchant, so that even a repeat past the life of the idempotency key is
/// refused.
#[derive(Serialize)]
pub(super) struct NewRefund {
    amount: Amount,
    custom_id: String,
    invoice_id: String,
}

impl NewOrder {
    /// The order for a payment. Fails with `gateway_currency` and `gateway_amount`.
    pub(super) fn of(gateway: &str, payment: &PaymentIntent) -> Result<Self> {
        let id = payment.id.to_string();
        let shown = &payment.presentation;
        let items = items(gateway, payment);
        let total = amount(gateway, payment.amount)?;
        let breakdown = match items.is_empty() {
            true => None,
            false => Some(Breakdown { item_total: Box::new(amount(gateway, payment.amount)?) }),
        };
        let unit = NewUnit {
            custom_id: id.clone(),
            invoice_id: id,
            description: cut(&payment.description),
            amount: Amount { breakdown, ..total },
            items,
        };
        let experience_context = Experience {
            user_action: "PAY_NOW",
            shipping_preference: "NO_SHIPPING",
            // An electronic cheque would leave the payment open for days.
            payment_method_preference: "IMMEDIATE_PAYMENT_REQUIRED",
            return_url: payment.return_url.clone(),
            cancel_url: shown.cancel_url.clone().or_else(|| payment.return_url.clone()),
        };
        Ok(NewOrder {
            intent: if payment.manual_capture { "AUTHORIZE" } else { "CAPTURE" },
            purchase_units: [unit],
            payment_source: Source { paypal: Wallet { experience_context } },
        })
    }
}

impl NewCapture {
    /// A capture of this much. Fails with `gateway_currency` and `gateway_amount`.
    pub(super) fn of(gateway: &str, money: Money) -> Result<Self> {
        Ok(NewCapture { amount: amount(gateway, money)?, final_capture: true })
    }
}

impl NewRefund {
    /// A refund. Fails with `gateway_currency` and `gateway_amount`.
    pub(super) fn of(gateway: &str, refund: &RefundIntent) -> Result<Self> {
        let id = refund.id.to_string();
        let amount = amount(gateway, refund.amount)?;
        Ok(NewRefund { amount, custom_id: id.clone(), invoice_id: id })
    }
}

fn amount(gateway: &str, money: Money) -> Result<Amount> {
    let value = money::value(gateway, money)?;
    Ok(Amount { currency_code: money.currency.code(), value, breakdown: None })
}

/// What the payer is shown, or nothing where it cannot be shown as PayPal counts: all lines, or none.
fn items(gateway: &str, payment: &PaymentIntent) -> Vec<NewItem> {
    let items = &payment.presentation.items;
    let sum = items
        .iter()
        .try_fold(0_i64, |sum, item| sum.checked_add(item.unit_amount.checked_mul(item.quantity)?));
    let one = |item: &Item| {
        let fits = item.quantity > 0 && item.unit_amount >= 0 && !item.description.is_empty();
        let money = Money::new(item.unit_amount, payment.amount.currency);
        Some(NewItem {
            name: cut(&item.description),
            quantity: item.quantity.to_string(),
            unit_amount: amount(gateway, money).ok().filter(|_| fits)?,
        })
    };
    match sum == Some(payment.amount.minor) {
        true => items.iter().map(one).collect::<Option<_>>().unwrap_or_default(),
        false => Vec::new(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

/// JSON bytes of a shape above.
pub(super) fn json(shape: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(shape).map_err(Error::bug)
}

/// Whether a text can be an id of PayPal's, and so a part of an address.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
    (1..=ID_MAX).contains(&text.len()) && text.bytes().all(plain)
}

/// A member that is an id of PayPal's.
pub(super) fn id<'o>(object: &'o Object<'_>, name: &str) -> Option<&'o str> {
    object.text(name).filter(|text| is_id(text))
}

/// A movement of money, as captures, refunds and authorizations all look.
#[derive(Debug)]
pub(super) struct Movement<'o> {
    pub(super) id: &'o str,
    pub(super) status: &'o str,
    pub(super) amount: Option<Claim>,
    pub(super) custom_id: Option<&'o str>,
    pub(super) reason: Option<&'o str>,
}

impl<'o> Movement<'o> {
    /// Nothing where id or status is missing.
    pub(super) fn read(object: &'o Object<'_>) -> Option<Self> {
        Some(Movement {
            id: id(object, "id")?,
            status: object.text("status")?,
            amount: object.object("amount").and_then(money::claim),
            custom_id: object.text("custom_id"),
            reason: object.object("status_details").and_then(|details| details.text("reason")),
        })
    }
}

/// The objects of a list; nothing where it is none. Something else in it is passed over.
pub(super) fn objects<'o, 'a>(object: &'o Object<'a>, name: &str) -> Vec<&'o Object<'a>> {
    let values = object.array(name).unwrap_or_default();
    let only = |value: &'o Value<'a>| match value {
        Value::Object(object) => Some(object),
        _ => None,
    };
    values.iter().filter_map(only).collect()
}

/// The address that an answer gives for one of these relations: an absolute one of a plain host.
pub(super) fn link<'o>(object: &'o Object<'_>, relations: &[&str]) -> Option<&'o str> {
    let links = objects(object, "links");
    let found = links.iter().find(|link| link.text("rel").is_some_and(|r| relations.contains(&r)));
    found.and_then(|link| link.text("href")).filter(|href| authority(href).is_some())
}

/// The last part of the address of a relation, where that is an id: the capture that a refund belongs to.
pub(super) fn linked_id<'o>(
    object: &'o Object<'_>,
    relation: &str,
    under: &str,
) -> Option<&'o str> {
    let (before, id) = link(object, &[relation])?.rsplit_once('/')?;
    (before.ends_with(under) && is_id(id)).then_some(id)
}

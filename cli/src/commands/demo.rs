//! The main job, shown step by step with the mock gateway: an order is created, paid by a signed callback, partly
//! refunded, and the books balance. It works on an empty database or its own, never on somebody's orders.

use paywright::api::types::{
    Balance, CallbackResult, Delivery, Event, GatewayConfig, Mock, Mode, Order, Payment, Refund,
    Transfer, VerifyReport, arguments as call,
};
use paywright::api::{Options, Paywright};
use paywright::error::{Code, Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::books::{audited, balance_table};
use super::show::ledger;
use super::trigger::hand_over;
use super::{log, money, reply_line};
use crate::arguments::Shared;
use crate::console::{Console, Style};
use crate::failure::{Failure, Outcome};
use crate::open::IN_MEMORY;

/// Whose orders the demonstration makes.
const CUSTOMER: &str = "demo";

/// All that happened.
#[derive(Serialize)]
struct Shown {
    order: Order,
    payment: Payment,
    callback: CallbackResult,
    again: CallbackResult,
    forged: String,
    refund: Refund,
    timeline: Vec<Event>,
    transfers: Vec<Transfer>,
    balances: Vec<Balance>,
    verify: VerifyReport,
}

/// Shows the main job.
pub(super) fn demo(shared: &Shared, console: &mut Console<'_>) -> Outcome {
    let pay = stage(shared)?;
    let mut story = Story { console, step: 0 };
    let order = order(&pay, &mut story)?;
    let payment = payment(&pay, &order, &mut story)?;
    let forged = forged(&pay, &payment, &mut story)?;
    let (callback, again) = paid(&pay, &payment, &mut story)?;
    let refund = refund(&pay, &payment, &mut story)?;
    let shown = Shown {
        timeline: pay.timeline(call::timeline { order_id: order.id.clone() })?,
        transfers: pay.transfers(call::transfers { order_id: order.id.clone() })?,
        balances: pay.balances(call::balances {})?,
        verify: pay.verify(call::verify {})?,
        order: pay.order(call::order { order_id: order.id })?,
        payment: pay.payment(call::payment { payment_id: payment.id })?,
        callback,
        again,
        forged: forged.code().to_string(),
        refund,
    };
    match console.json() {
        true => console.document(&shown)?,
        false => the_end(&shown, shared, console)?,
    }
    Ok(shown.verify.ok)
}

/// Opens the stage: a database in memory, or the one that was named on the command line. A database that only the
/// environment names is somebody's, and is left alone.
fn stage(shared: &Shared) -> Result<Paywright> {
    let url = shared.database.as_deref().unwrap_or(IN_MEMORY);
    let pay = Paywright::open(
        url,
        Options {
            gateways: vec![GatewayConfig::Mock(Mock::default())],
            mode: shared.mode.unwrap_or(Mode::development),
            ..Options::default()
        },
    )?;
    match number(&pay, None)? == number(&pay, Some(CUSTOMER))? {
        true => Ok(pay),
        false => Err(Error::new(Code::ConfigInvalid).with("setting", "--database").with(
            "why",
            "it holds orders of real customers; name a new file for the demonstration",
        )),
    }
}

fn number(pay: &Paywright, customer: Option<&str>) -> Result<i64> {
    let customer = customer.map(str::to_owned);
    let one = call::orders { customer, flow: None, state: None, page: None, size: Some(1) };
    Ok(pay.orders(one)?.total)
}

/// Tells one step after the other.
struct Story<'a, 'b> {
    console: &'a mut Console<'b>,
    step: u8,
}

impl Story<'_, '_> {
    /// One line about what happens now; nothing when a program listens.
    fn step(&mut self, what: &str) -> Result<(), Failure> {
        if self.console.json() {
            return Ok(());
        }
        self.step += 1;
        let number = self.console.paint(Style::Bold, &format!("{}.", self.step));
        self.console.line(&format!("{number} {what}"))
    }

    /// What came of it.
    fn result(&mut self, what: &str) -> Result<(), Failure> {
        if self.console.json() {
            return Ok(());
        }
        self.console.line(&format!("   {what}"))
    }
}

/// Arguments by name: what is not named is left out, as in every other language.
fn asked<T: DeserializeOwned>(arguments: serde_json::Value) -> Result<T> {
    serde_json::from_value(arguments).map_err(Error::bug)
}

fn order(pay: &Paywright, story: &mut Story<'_, '_>) -> Result<Order, Failure> {
    let order = pay.create_order(asked(json!({
        "currency": "CNY",
        "customer": CUSTOMER,
        "lines": [
            { "description": "乌龙茶 Oolong tea", "unit_amount": "30.00", "quantity": 3 },
            { "description": "gift box", "unit_amount": "10.00" },
        ],
    }))?)?;
    story.step("Your shop creates an order: what is owed, as exact decimals.")?;
    let total = money(&order.total, &order.currency);
    story.result(&format!("{}  {}, {total}", order.id, order.state))?;
    Ok(order)
}

fn payment(pay: &Paywright, order: &Order, story: &mut Story<'_, '_>) -> Result<Payment, Failure> {
    let payment =
        pay.create_payment(asked(json!({ "order_id": order.id, "method": "wechat" }))?)?;
    story.step("The payer chooses a method; the gateway says where to pay.")?;
    // The token behind the question mark is long, and says nothing to people.
    let page = payment.action.url.as_deref().and_then(|url| url.split('?').next());
    let (state, page) = (payment.state.as_str(), page.unwrap_or_default());
    story.result(&format!("{}  {state}, {page}?token=…", payment.id))?;
    Ok(payment)
}

fn forged(pay: &Paywright, payment: &Payment, story: &mut Story<'_, '_>) -> Result<Error, Failure> {
    story.step(
        "Somebody forges the callback that says \"paid\": it is refused and changes nothing.",
    )?;
    let delivery = signed(pay, payment, "forged")?;
    match hand_over(pay, &delivery) {
        Ok(_) => Err(Error::bug("a forged callback was taken").into()),
        Err(error) => {
            story.result(&format!("{}: {error}", error.code()))?;
            Ok(error)
        }
    }
}

fn paid(
    pay: &Paywright,
    payment: &Payment,
    story: &mut Story<'_, '_>,
) -> Result<(CallbackResult, CallbackResult), Failure> {
    let delivery = signed(pay, payment, "success")?;
    let first = hand_over(pay, &delivery)?;
    story.step("The payer pays; the gateway posts a signed callback, and the order is paid.")?;
    story.result(&told(&first))?;
    let again = hand_over(pay, &delivery)?;
    story.step(
        "The gateway posts it again, as gateways do: nothing moves, the answer is the same.",
    )?;
    story.result(&told(&again))?;
    Ok((first, again))
}

fn signed(pay: &Paywright, payment: &Payment, kind: &str) -> Result<Delivery> {
    let deliveries = pay.mock_callbacks(call::mock_callbacks {
        payment_id: payment.id.clone(),
        kind: kind.to_owned(),
        refund_id: None,
    })?;
    deliveries.into_iter().next().ok_or_else(|| Error::bug("the mock gateway signed nothing"))
}

fn told(result: &CallbackResult) -> String {
    let state = |order: &Order| format!("order {}", order.state);
    format!(
        "{}: payment {}, {}; reply {}",
        result.outcome.as_str(),
        result.payment.as_ref().map_or("unknown", |p| p.state.as_str()),
        result.order.as_ref().map(state).unwrap_or_default(),
        reply_line(&result.reply),
    )
}

fn refund(
    pay: &Paywright,
    payment: &Payment,
    story: &mut Story<'_, '_>,
) -> Result<Refund, Failure> {
    let refund = pay.refund(asked(json!({
        "payment_id": payment.id,
        "amount": "30.00",
        "reason": "one packet was damaged",
        "actor": "alice",
    }))?)?;
    story.step("Alice refunds one packet; never more than was collected can go back.")?;
    let amount = money(&refund.amount, &refund.currency);
    story.result(&format!("{}  {}, {amount}", refund.id, refund.state.as_str()))?;
    Ok(refund)
}

fn the_end(shown: &Shown, shared: &Shared, console: &mut Console<'_>) -> Result<(), Failure> {
    console.heading("Journal: every change, in order")?;
    log(console, &shown.timeline)?;
    ledger(&shown.transfers, console)?;
    console.heading("Balances: debits less credits, together nothing")?;
    console.table(&balance_table(&shown.balances))?;
    console.heading("Audit")?;
    audited(&shown.verify, console)?;
    let next = match &shared.database {
        Some(url) => format!("paywright order {} --database {url}", shown.order.id),
        None => {
            "paywright demo --database demo.db, then paywright orders --database demo.db".to_owned()
        }
    };
    console.line(&format!("\nNext: {next}"))
}

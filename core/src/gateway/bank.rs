//! Bank transfer: the payer is told an account and a reference, and a person or an import of statements tells what
//! arrived. It never sends anything, and never believes a message, because no bank calls back.
//!
//! * Paying and cancelling are answered here; there is nobody to ask, so a payment ends only by hand or by time.
//! * A refund is a transfer that a person makes: it is accepted and stays pending until it is confirmed by hand.
//! * The reference is short because people copy it by hand, and drawn from the random part of the payment's id.

mod reference;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::currency::Currency;
use crate::error::{Code, Error, Result};
use crate::gateway::{
    Action, Answer, Call, Facts, Gateway, Moment, Operation, PaymentFact, PaymentIntent, Received,
    RefundFact, cannot,
};
use crate::http::{Headers, Response};
use crate::{payment, refund};

pub use reference::transfer_reference;

/// The bank gateway's name.
pub const NAME: &str = "bank";
/// The one method it offers.
pub const METHOD: &str = "bank";
/// A line of an account: banks print no longer ones.
const LINE_CHARACTERS_MAX: usize = 140;

/// The account that payers transfer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankOptions {
    /// Whose account it is.
    pub account_name: String,
    /// Its number, as payers type it: IBAN or national.
    pub account_number: String,
    /// Which bank.
    pub bank_name: String,
    /// The currencies the account takes.
    pub currencies: Vec<Currency>,
}

/// Payment by bank transfer.
pub struct Bank {
    facts: Facts,
    options: BankOptions,
}

impl Bank {
    /// A bank account. Fails with `config_missing` (an empty line, no currency) and `config_invalid`.
    pub fn new(options: BankOptions) -> Result<Self> {
        check_line("bank.account_name", &options.account_name)?;
        check_line("bank.account_number", &options.account_number)?;
        check_line("bank.bank_name", &options.bank_name)?;
        if options.currencies.is_empty() {
            return Err(missing("bank.currencies", "name at least one currency"));
        }
        // There are no credentials that could be the wrong ones: it is neither live nor a stand-in.
        let facts = Facts {
            currencies: Some(options.currencies.clone()),
            amounts: "decimal text, for a person",
            refunds: true,
            partial_refunds: true,
            manual_confirmation: true,
            ..Facts::of(NAME, "transfers, confirmed by hand", vec![METHOD.to_owned()])
        };
        Ok(Bank { facts, options })
    }

    fn instructions(&self, payment: &PaymentIntent) -> BTreeMap<String, String> {
        let amount = payment.amount;
        let exponent = u32::from(amount.currency.exponent());
        [
            ("account_name", self.options.account_name.clone()),
            ("account_number", self.options.account_number.clone()),
            ("bank", self.options.bank_name.clone()),
            ("reference", transfer_reference(payment.id)),
            ("amount", Decimal::new(amount.minor, exponent).to_string()),
            ("currency", amount.currency.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

impl Gateway for Bank {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        operation: Operation<'_>,
        payment: &PaymentIntent,
        _: Moment<'_>,
    ) -> Result<Call> {
        let currency = payment.amount.currency;
        let answer = match operation {
            Operation::Pay if !self.options.currencies.contains(&currency) => {
                return Err(Error::new(Code::GatewayCurrency)
                    .with("gateway", NAME)
                    .with("currency", currency));
            }
            Operation::Pay => Answer::Waiting {
                action: Action::instructions(self.instructions(payment)),
                reference: Some(transfer_reference(payment.id)),
            },
            Operation::Cancel => Answer::Payment(PaymentFact::plain(payment::Event::Cancel)),
            Operation::Refund(_) => Answer::Refund(RefundFact::plain(refund::Event::Accept)),
            Operation::Collect
            | Operation::Capture(_)
            | Operation::Query
            | Operation::QueryRefund(_) => {
                return Err(cannot(&self.facts, operation));
            }
        };
        Ok(Call::Answer(answer))
    }

    fn read(
        &self,
        _operation: Operation<'_>,
        _payment: &PaymentIntent,
        _response: &Response,
        _: Moment<'_>,
    ) -> Result<Answer> {
        Err(Error::new(Code::BadResponse).with("gateway", NAME).with("why", "nobody was asked"))
    }

    fn receive(&self, _: &Headers, _: &[u8], _: Moment<'_>) -> Result<Received> {
        Err(Error::new(Code::AuthNotConfigured).with("gateway", NAME))
    }

    fn transfer_references(&self, text: &str) -> Vec<String> {
        reference::readings(text)
    }
}

fn check_line(setting: &str, line: &str) -> Result<()> {
    if line.trim().is_empty() {
        return Err(missing(setting, "payers need it to make a transfer"));
    }
    if line.chars().any(char::is_control) || line.chars().count() > LINE_CHARACTERS_MAX {
        return Err(Error::new(Code::ConfigInvalid).with("setting", setting).with(
            "why",
            format_args!("one line of at most {LINE_CHARACTERS_MAX} characters is needed"),
        ));
    }
    Ok(())
}

fn missing(setting: &str, rule: &str) -> Error {
    Error::new(Code::ConfigMissing).with("setting", setting).with("rule", rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::gateway::{ActionKind, RefundIntent};
    use crate::id::{PaymentId, RefundId, SeededRandomness};
    use crate::money::Money;

    fn moment() -> Moment<'static> {
        Moment::at(Time::from_millis(1_760_000_000_000))
    }

    fn options() -> BankOptions {
        BankOptions {
            account_name: "示例商店 Ltd".into(),
            account_number: "GB33 BUKB 2020 1555 5555 55".into(),
            bank_name: "Example Bank".into(),
            currencies: vec![Currency::parse("CNY").unwrap(), Currency::parse("JPY").unwrap()],
        }
    }

    fn intent(minor: i64, currency: &str) -> PaymentIntent {
        let now = Time::from_millis(1_760_000_000_000);
        let id = PaymentId::new(now, &SeededRandomness::new(1)).unwrap();
        PaymentIntent {
            id,
            reference: id.to_string(),
            amount: Money { minor, currency: Currency::parse(currency).unwrap() },
            method: METHOD.into(),
            manual_capture: false,
            description: "order".into(),
            return_url: None,
            expires_at: now.plus_seconds(1800),
            transaction_id: None,
            created_at: now,
            presentation: Default::default(),
        }
    }

    fn answer(operation: Operation<'_>, payment: &PaymentIntent) -> Answer {
        match Bank::new(options()).unwrap().call(operation, payment, moment()).unwrap() {
            Call::Answer(answer) => answer,
            Call::Send(_) | Call::First(_) => panic!("a bank transfer sends nothing"),
        }
    }

    /// Protects: the payer learns where to, how much and under which reference.
    #[test]
    fn paying_gives_instructions() {
        let payment = intent(10_050, "CNY");
        let Answer::Waiting { action, reference } = answer(Operation::Pay, &payment) else {
            panic!("it waits")
        };
        assert_eq!(action.kind, ActionKind::Instructions);
        assert_eq!(action.parameters["amount"], "100.50");
        assert_eq!(action.parameters["currency"], "CNY");
        assert_eq!(action.parameters["account_number"], "GB33 BUKB 2020 1555 5555 55");
        assert_eq!(Some(&action.parameters["reference"]), reference.as_ref());
        let Answer::Waiting { action, .. } = answer(Operation::Pay, &intent(500, "JPY")) else {
            panic!("it waits")
        };
        assert_eq!(action.parameters["amount"], "500");
    }

    /// Protects: a refund stays pending until a person confirms it; cancelling needs nobody.
    #[test]
    fn refunds_and_cancellations_are_answered_here() {
        let payment = intent(10_000, "CNY");
        let id = RefundId::new(payment.created_at, &SeededRandomness::new(2)).unwrap();
        let refund = RefundIntent::new(id, payment.amount, "returned");
        let Answer::Refund(fact) = answer(Operation::Refund(&refund), &payment) else {
            panic!("about the refund")
        };
        assert_eq!(fact.event, refund::Event::Accept);
        let Answer::Payment(fact) = answer(Operation::Cancel, &payment) else {
            panic!("about the payment")
        };
        assert_eq!(fact.event, payment::Event::Cancel);
    }

    /// Protects: what a bank cannot do is refused by name before anything happens.
    #[test]
    fn the_rest_is_refused() {
        let bank = Bank::new(options()).unwrap();
        let payment = intent(10_000, "CNY");
        for operation in [Operation::Query, Operation::Capture(payment.amount)] {
            let error = bank.call(operation, &payment, moment()).unwrap_err();
            assert_eq!(error.code(), Code::GatewayCannot);
        }
        let dollars = bank.call(Operation::Pay, &intent(100, "USD"), moment()).unwrap_err();
        assert_eq!(dollars.code(), Code::GatewayCurrency);
    }

    /// Protects: no message ever confirms a bank transfer (THREATS H24).
    #[test]
    fn callbacks_are_never_believed() {
        let bank = Bank::new(options()).unwrap();
        let error = bank.receive(&Headers::default(), b"{}", moment()).unwrap_err();
        assert_eq!(error.code(), Code::AuthNotConfigured);
    }

    /// Protects: an account that payers could not use is refused when it is configured.
    #[test]
    fn useless_accounts_are_refused() {
        let with = |change: &dyn Fn(&mut BankOptions)| {
            let mut options = options();
            change(&mut options);
            Bank::new(options).map(|_| ()).unwrap_err().code()
        };
        assert_eq!(with(&|o| o.account_name = " ".into()), Code::ConfigMissing);
        assert_eq!(with(&|o| o.account_number = String::new()), Code::ConfigMissing);
        assert_eq!(with(&|o| o.currencies.clear()), Code::ConfigMissing);
        assert_eq!(with(&|o| o.bank_name = "A\r\nB".into()), Code::ConfigInvalid);
        assert_eq!(with(&|o| o.bank_name = "银".repeat(141)), Code::ConfigInvalid);
    }
}

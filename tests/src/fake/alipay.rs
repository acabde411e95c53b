//! A played Alipay: a book of trades behind the one address of the OpenAPI gateway, requests proved by the application's
//! key and answers signed over their raw member. It decides nothing about our payments. All its keys are throwaway ones.
//!
//! * A code that was made (`precreate`) is no trade: asked about it, or asked to close it, Alipay knows none until a
//!   payer has scanned it. The payers of [`Habits::scans_at_once`] scan before anybody can ask.
//! * A code is good until its `time_expire`. A trade that nobody paid stays as it is until it is closed.
//! * One trade for each `out_trade_no`, one refund for each `out_request_no`; who asks twice for a refund is told that no
//!   money moved (`fund_change` N), with the trade's total of refunds (`refund_fee`).

mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use paywright::api::types::{Alipay as Config, GatewayConfig};
use paywright::clock::{Clock as _, ManualClock, Time};
use paywright::sign::alipay::china_time;
use serde_json::{Value, json};

use super::server::{Answered, Received};
use super::trouble::{Fault, Spoiling};
use super::{PaymentOnBook, Provider, RefundOnBook, Standing};
use wire::{
    Refusal, Said, TRADE_NOT_EXIST, business, fen, method, parameters, private, succeeded, text,
    yuan,
};

/// The application.
pub const APP_ID: &str = "2021000000000001";
/// The merchant.
pub const SELLER_ID: &str = "2088000000000001";

/// How its payers and the merchant's account are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// A code is scanned as soon as it is made: there is a trade, and it waits.
    pub scans_at_once: bool,
    /// A refund waits because the merchant's account is empty: it is refused, and not kept.
    pub account_empties: bool,
    /// What troubles it is said in answers of its own, with the status of a success.
    pub tells_its_troubles: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Only a code.
    Shown,
    Waiting,
    Success,
    Closed,
}

#[derive(Clone, Debug)]
struct Refund {
    number: String,
    amount: i64,
    paid: bool,
}

#[derive(Clone, Debug)]
struct Trade {
    number: String,
    own_number: String,
    total: i64,
    until: Time,
    status: Status,
    was_paid: bool,
    refunds: Vec<Refund>,
}

/// The provider, on a clock that is set by hand.
#[derive(Clone, Debug)]
pub struct Alipay {
    clock: ManualClock,
    habits: Habits,
    trades: Vec<Trade>,
    refunds_wait: bool,
}

impl Alipay {
    /// One with an empty book.
    pub fn new(clock: &ManualClock, habits: Habits) -> Self {
        Alipay { clock: clock.clone(), habits, trades: Vec::new(), refunds_wait: false }
    }

    /// An account that talks to it, in public-key mode.
    pub fn account() -> GatewayConfig {
        Alipay::account_signing_with(wire::APP_KEY)
    }

    /// The same with somebody else's key.
    pub fn account_of_a_stranger() -> GatewayConfig {
        Alipay::account_signing_with(wire::ATTACKER_KEY)
    }

    fn account_signing_with(private_key: &str) -> GatewayConfig {
        let platform = private(wire::PLATFORM_KEY).public_key();
        GatewayConfig::Alipay(Config {
            app_id: APP_ID.to_owned(),
            seller_id: SELLER_ID.to_owned(),
            private_key: private_key.into(),
            callback_url: "https://shop.example/callbacks/alipay".to_owned(),
            alipay_public_keys: vec![STANDARD.encode(platform.as_pkcs1())],
            app_certificate: None,
            alipay_certificates: Vec::new(),
            root_certificates: None,
            sandbox: Some(true),
            name: None,
            base_url: None,
        })
    }

    fn act(&mut self, request: &Received) -> Said {
        let parameters = parameters(request)?;
        wire::judge(request, &parameters, self.clock.now())?;
        let asked: Value = serde_json::from_str(&parameters["biz_content"])
            .map_err(|_| Refusal("40002", "isv.invalid-json"))?;
        match method(request).as_str() {
            "alipay.trade.precreate" => self.precreate(&asked),
            "alipay.trade.query" => self.trade(&asked).map(|trade| trade.shown()),
            "alipay.trade.close" => self.trade(&asked)?.close(),
            "alipay.trade.refund" => self.refund(&asked),
            "alipay.trade.fastpay.refund.query" => {
                let number = text(&asked, "out_request_no");
                self.trade(&asked).map(|trade| trade.shown_refund(&number))
            }
            _ => Err(Refusal("40002", "isv.invalid-method")),
        }
    }

    /// The trade that is meant; its own number wins.
    fn trade(&mut self, asked: &Value) -> Result<&mut Trade, Refusal> {
        let (own, number) = (text(asked, "trade_no"), text(asked, "out_trade_no"));
        let is_meant = |trade: &&mut Trade| match own.is_empty() {
            true => trade.number == number,
            false => trade.own_number == own,
        };
        let exists = |trade: &&mut Trade| trade.status != Status::Shown;
        self.trades.iter_mut().filter(exists).find(is_meant).ok_or(TRADE_NOT_EXIST)
    }

    fn precreate(&mut self, asked: &Value) -> Said {
        let number = text(asked, "out_trade_no");
        let invalid = || business("ACQ.INVALID_PARAMETER");
        let total = fen(&text(asked, "total_amount")).ok_or_else(invalid)?;
        let until = china_time(&text(asked, "time_expire")).ok_or_else(invalid)?;
        if number.is_empty() || text(asked, "subject").is_empty() {
            return Err(invalid());
        }
        if until <= self.clock.now() {
            return Err(business("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR"));
        }
        match self.trades.iter().find(|trade| trade.number == number) {
            Some(known) => known.may_be_created_again(total)?,
            None => self.trades.push(Trade {
                number: number.clone(),
                own_number: format!("20260101220014{:014}", self.trades.len() + 1),
                total,
                until,
                status: if self.habits.scans_at_once { Status::Waiting } else { Status::Shown },
                was_paid: false,
                refunds: Vec::new(),
            }),
        }
        let code = format!("https://qr.alipay.com/throwaway{}", self.trades.len());
        Ok(succeeded(json!({"out_trade_no": number, "qr_code": code})))
    }

    fn refund(&mut self, asked: &Value) -> Said {
        let (waits, empty) = (self.refunds_wait, self.habits.account_empties);
        let number = text(asked, "out_request_no");
        let amount = fen(&text(asked, "refund_amount"));
        let amount = amount.ok_or(business("ACQ.INVALID_PARAMETER"))?;
        let trade = self.trade(asked)?;
        if let Some(known) = trade.refunds.iter().find(|refund| refund.number == number) {
            return match known.amount == amount {
                true => Ok(trade.refunded("N")),
                false => Err(business("ACQ.DISCORDANT_REPEAT_REQUEST")),
            };
        }
        trade.may_be_refunded(amount)?;
        if waits && empty {
            return Err(business("ACQ.SELLER_BALANCE_NOT_ENOUGH"));
        }
        trade.refunds.push(Refund { number, amount, paid: !waits });
        trade.close_when_empty();
        Ok(trade.refunded(if waits { "N" } else { "Y" }))
    }
}

impl Trade {
    fn may_be_created_again(&self, total: i64) -> Result<(), Refusal> {
        match self.status {
            Status::Success => Err(business("ACQ.TRADE_HAS_SUCCESS")),
            Status::Closed => Err(business("ACQ.TRADE_HAS_CLOSE")),
            _ if self.total != total => Err(business("ACQ.CONTEXT_INCONSISTENT")),
            Status::Shown | Status::Waiting => Ok(()),
        }
    }

    fn may_be_refunded(&self, amount: i64) -> Result<(), Refusal> {
        match self.status {
            Status::Closed => Err(business("ACQ.TRADE_HAS_CLOSE")),
            Status::Success if self.back() + amount <= self.total => Ok(()),
            Status::Success => Err(business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")),
            Status::Shown | Status::Waiting => Err(business("ACQ.TRADE_STATUS_ERROR")),
        }
    }

    fn back(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// A trade whose money has gone back in full is closed.
    fn close_when_empty(&mut self) {
        if self.was_paid && self.back() == self.total && self.refunds.iter().all(|r| r.paid) {
            self.status = Status::Closed;
        }
    }

    fn close(&mut self) -> Said {
        if self.status != Status::Waiting {
            return Err(business("ACQ.REASON_TRADE_STATUS_INVALID"));
        }
        self.status = Status::Closed;
        Ok(succeeded(json!({"out_trade_no": self.number, "trade_no": self.own_number})))
    }

    fn shown(&self) -> Value {
        let mut shown = json!({
            "out_trade_no": self.number, "trade_no": self.own_number,
            "total_amount": yuan(self.total), "receipt_amount": "0.00",
            "buyer_logon_id": "thr***@throwaway.example",
            "trade_status": match self.status {
                Status::Shown | Status::Waiting => "WAIT_BUYER_PAY",
                Status::Success => "TRADE_SUCCESS",
                Status::Closed => "TRADE_CLOSED",
            },
        });
        if self.was_paid {
            shown["send_pay_date"] = "2026-01-01 08:00:00".into();
        }
        succeeded(shown)
    }

    fn refunded(&self, fund_change: &str) -> Value {
        succeeded(json!({
            "out_trade_no": self.number, "trade_no": self.own_number,
            "fund_change": fund_change, "refund_fee": yuan(self.back()),
        }))
    }

    /// What is not paid yet is not told of at all.
    fn shown_refund(&self, number: &str) -> Value {
        match self.refunds.iter().find(|refund| refund.number == number && refund.paid) {
            None => succeeded(json!({})),
            Some(refund) => succeeded(json!({
                "out_trade_no": self.number, "trade_no": self.own_number,
                "out_request_no": number, "refund_status": "REFUND_SUCCESS",
                "total_amount": yuan(self.total), "refund_amount": yuan(refund.amount),
            })),
        }
    }
}

impl Provider for Alipay {
    fn verb(&self, request: &Received) -> &'static str {
        match method(request).as_str() {
            "alipay.trade.precreate" => "pay",
            "alipay.trade.query" => "query",
            "alipay.trade.close" => "cancel",
            "alipay.trade.refund" => "refund",
            "alipay.trade.fastpay.refund.query" => "query_refund",
            _ => "other",
        }
    }

    fn answer(&mut self, request: &Received) -> Answered {
        let said = self.act(request).unwrap_or_else(|refusal| refusal.shown());
        wire::signed(&method(request), &said)
    }

    fn not_found(&self, request: &Received) -> Answered {
        let said = match self.verb(request) {
            "query_refund" => succeeded(json!({})),
            _ => TRADE_NOT_EXIST.shown(),
        };
        wire::signed(&method(request), &said)
    }

    fn payments(&self) -> Vec<PaymentOnBook> {
        let on_book = |trade: &Trade| PaymentOnBook {
            intent: trade.number.clone(),
            standing: match trade.status {
                _ if trade.was_paid => Standing::Collected,
                Status::Closed => Standing::Over,
                _ => Standing::Open,
            },
            collected: if trade.was_paid { trade.total } else { 0 },
        };
        // A code alone is no payment: nobody can close it, and it ends by its time.
        self.trades.iter().filter(|trade| trade.status != Status::Shown).map(on_book).collect()
    }

    fn refunds(&self) -> Vec<RefundOnBook> {
        let on_book = |refund: &Refund| RefundOnBook {
            intent: refund.number.clone(),
            amount: refund.amount,
            paid: refund.paid,
        };
        self.trades.iter().flat_map(|trade| &trade.refunds).map(on_book).collect()
    }

    fn payer_pays(&mut self) {
        let now = self.clock.now();
        let is_open = |trade: &&mut Trade| {
            matches!(trade.status, Status::Shown | Status::Waiting) && now < trade.until
        };
        for trade in self.trades.iter_mut().filter(is_open) {
            (trade.status, trade.was_paid) = (Status::Success, true);
        }
    }

    fn refunds_wait(&mut self) {
        self.refunds_wait = true;
    }

    fn refunds_arrive(&mut self) {
        self.refunds_wait = false;
        for trade in &mut self.trades {
            trade.refunds.iter_mut().for_each(|refund| refund.paid = true);
            trade.close_when_empty();
        }
    }

    fn remembered(&self) -> Box<dyn Provider> {
        Box::new(self.clone())
    }

    fn trouble_said(&self, request: &Received, fault: Fault) -> Option<Answered> {
        let refusal = match fault {
            Fault::Busy => Refusal("40005", "isv.app-call-limited"),
            _ => Refusal("20000", "isp.unknow-error"),
        };
        let tells = self.habits.tells_its_troubles;
        tells.then(|| wire::signed(&method(request), &refusal.shown()))
    }

    fn spoilt(&self, answered: &Answered, how: Spoiling) -> Option<Answered> {
        wire::spoilt(answered, how)
    }
}

//! The played WeChat Pay as a [`Provider`]: what its paths are for, and its book.

use std::sync::{Mutex, PoisonError};

use paywright::http::Request;

use super::super::server::{Answered, Received};
use super::super::trouble::Spoiling;
use super::super::{PaymentOnBook, Provider, RefundOnBook, Standing};
use super::{Book, Fake, NO_ORDER, refusal};

/// The header with the signature of an answer.
const SIGNATURE: &str = "Wechatpay-Signature";
/// The headers that requests are judged by.
const HEADERS: [&str; 5] =
    ["Authorization", "Accept", "User-Agent", "Content-Type", "Wechatpay-Serial"];

impl Fake {
    fn own(&mut self) -> &mut Book {
        self.book.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

fn parts(request: &Received) -> Vec<&str> {
    request.path().trim_start_matches('/').split('/').collect()
}

impl Provider for Fake {
    fn verb(&self, request: &Received) -> &'static str {
        match (request.method.as_str(), parts(request).as_slice()) {
            ("POST", ["v3", "pay", "transactions", _]) => "pay",
            ("GET", ["v3", "pay", "transactions", "out-trade-no", _]) => "query",
            ("POST", ["v3", "pay", "transactions", "out-trade-no", _, "close"]) => "cancel",
            ("POST", ["v3", "refund", "domestic", "refunds"]) => "refund",
            ("GET", ["v3", "refund", "domestic", "refunds", _]) => "query_refund",
            _ => "other",
        }
    }

    fn answer(&mut self, request: &Received) -> Answered {
        let header = |name: &&'static str| {
            let value = request.header(&name.to_ascii_lowercase())?;
            Some((*name, value.to_owned()))
        };
        let response = Fake::answer(
            self,
            &Request {
                method: if request.method == "GET" { "GET" } else { "POST" },
                url: format!("https://played.invalid{}", request.target),
                headers: HEADERS.iter().filter_map(header).collect(),
                body: request.body.clone(),
            },
        );
        let own = self.own();
        if !own.refunds_wait {
            own.refunds.values_mut().for_each(|refund| refund.state = "SUCCESS".to_owned());
        }
        Answered { status: response.status, headers: response.headers, body: response.body }
    }

    fn not_found(&self, request: &Received) -> Answered {
        let (status, code) = match self.verb(request) {
            "query_refund" => (404, "RESOURCE_NOT_EXISTS"),
            _ => NO_ORDER,
        };
        let response = refusal(status, code);
        Answered { status, headers: response.headers, body: response.body }
    }

    fn payments(&self) -> Vec<PaymentOnBook> {
        let on_book = |(number, order): (&String, &super::Entry)| {
            let paid = matches!(order.state.as_str(), "SUCCESS" | "REFUND");
            let total = order.asked["amount"]["total"].as_i64().unwrap_or(0);
            PaymentOnBook {
                intent: number.clone(),
                standing: match order.state.as_str() {
                    "CLOSED" => Standing::Over,
                    _ if paid => Standing::Collected,
                    _ => Standing::Open,
                },
                collected: if paid { total } else { 0 },
            }
        };
        self.book().orders.iter().map(on_book).collect()
    }

    fn refunds(&self) -> Vec<RefundOnBook> {
        let on_book = |(number, refund): (&String, &super::Entry)| RefundOnBook {
            intent: number.clone(),
            amount: refund.asked["amount"]["refund"].as_i64().unwrap_or(0),
            paid: refund.state == "SUCCESS",
        };
        self.book().refunds.iter().map(on_book).collect()
    }

    fn payer_pays(&mut self) {
        let open = self.own().orders.values_mut().filter(|order| order.state == "NOTPAY");
        open.for_each(|order| order.state = "SUCCESS".to_owned());
    }

    fn refunds_wait(&mut self) {
        self.own().refunds_wait = true;
    }

    fn refunds_arrive(&mut self) {
        let own = self.own();
        own.refunds_wait = false;
        own.refunds.values_mut().for_each(|refund| refund.state = "SUCCESS".to_owned());
    }

    fn remembered(&self) -> Box<dyn Provider> {
        Box::new(Fake { clock: self.clock.clone(), book: Mutex::new(self.book().clone()) })
    }

    fn spoilt(&self, answered: &Answered, how: Spoiling) -> Option<Answered> {
        let signed = answered.headers.iter().find(|(name, _)| name == SIGNATURE)?.1.clone();
        let mut spoilt = answered.clone();
        spoilt.headers.retain(|(name, _)| name != SIGNATURE);
        match how {
            Spoiling::Missing => Some(spoilt),
            Spoiling::Wrong => {
                let wrong: String = signed.chars().rev().skip_while(|c| *c == '=').collect();
                Some(spoilt.with(SIGNATURE, &wrong))
            }
        }
    }
}

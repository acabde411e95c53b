//! The methods that drive the mock gateway: scripted outcomes, signed callbacks, the checkout page.

// The documentation of every method stands in the table.
#![allow(missing_docs)]

use super::types::{self, Delivery, Done, MockChoice, MockPage, arguments};
use super::{Paywright, guarded};
use crate::error::{Code, Error, Result};
use crate::gateway::PaymentIntent;
use crate::gateway::mock::page::{CONTENT_SECURITY_POLICY, Choice, Language};
use crate::gateway::mock::script::Script;
use crate::gateway::mock::{self, Mock};
use crate::gateway::mock::{Kind, Occasion};
use crate::id::{PaymentId, RefundId};

impl Paywright {
    fn mock(&self) -> Result<&Mock> {
        self.mock.as_deref().ok_or_else(|| {
            Error::new(Code::GatewayNotFound)
                .with("gateway", mock::NAME)
                .with("configured", self.engine.gateway_names().join(", "))
        })
    }

    pub fn mock_callbacks(&self, a: arguments::mock_callbacks) -> Result<Vec<Delivery>> {
        guarded(|| {
            let mock = self.mock()?;
            let kind = Kind::parse(&a.kind)?;
            let payment = self.engine.payment(PaymentId::parse(&a.payment_id)?)?;
            let mut occasion = Occasion::of(&PaymentIntent::of(&payment));
            if let Some(id) = &a.refund_id {
                let refund = self.engine.find_refund(RefundId::parse(id)?)?;
                occasion.refund = Some((refund.id, refund.money()));
            }
            let (now, randomness) = (self.engine.now(), self.engine.randomness());
            let deliveries = mock.server().callbacks(kind, &occasion, now, randomness)?;
            Ok(deliveries.into_iter().map(delivery).collect())
        })
    }

    pub fn mock_script(&self, a: arguments::mock_script) -> Result<Done> {
        guarded(|| {
            let words = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
            let (payments, refunds) = (words(&a.payments), words(&a.refunds));
            let payments: Vec<_> = payments.iter().map(String::as_str).collect();
            let refunds: Vec<_> = refunds.iter().map(String::as_str).collect();
            self.mock()?.server().extend_script(Script::parse(&payments, &refunds)?);
            Ok(Done { ok: true })
        })
    }

    pub fn mock_page(&self, a: arguments::mock_page) -> Result<MockPage> {
        guarded(|| {
            let language = Language::parse(a.language.as_deref().unwrap_or("en"))?;
            let page = self.mock()?.server().page(&a.token, language, self.engine.now())?;
            let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            Ok(MockPage {
                status: page.http_status.into(),
                headers: types::Map::from([
                    header("content-type", "text/html; charset=utf-8"),
                    header("content-security-policy", CONTENT_SECURITY_POLICY),
                    header("cache-control", "no-store"),
                ]),
                html: page.html,
            })
        })
    }

    pub fn mock_choose(&self, a: arguments::mock_choose) -> Result<MockChoice> {
        guarded(|| {
            let choice = Choice::parse(&a.choice)?;
            let (now, randomness) = (self.engine.now(), self.engine.randomness());
            let chosen = self.mock()?.server().choose(&a.token, choice, now, randomness)?;
            Ok(MockChoice {
                deliveries: chosen.deliveries.into_iter().map(delivery).collect(),
                return_url: chosen.return_url,
            })
        })
    }
}

fn delivery(delivery: mock::Delivery) -> Delivery {
    Delivery { headers: delivery.headers.into_iter().collect(), body: types::Bytes(delivery.body) }
}

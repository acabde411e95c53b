//! How the checkout page looks: its words in two languages, and the template that holds them. It never decides
//! what can be chosen, and shows nothing unescaped.

use minijinja::{Environment, Value, context};
use rust_decimal::Decimal;

use super::page::{Choice, Language, Page, return_url};
use super::wire::Terms;
use crate::currency::Currency;
use crate::error::{Error, Result};

/// What stands on the page.
pub(super) struct Sheet {
    amount: String,
    currency: String,
    description: String,
    payment: String,
    token: String,
    return_url: Option<String>,
    /// Which sentence stands instead of the buttons.
    closed: Option<&'static str>,
}

impl Sheet {
    pub(super) fn of(terms: &Terms, token: &str) -> Self {
        let exponent = Currency::parse(&terms.currency).map_or(0, Currency::exponent);
        Sheet {
            amount: grouped(&Decimal::new(terms.amount, u32::from(exponent)).to_string()),
            currency: terms.currency.clone(),
            description: terms.description.clone(),
            payment: terms.id.clone(),
            token: token.to_owned(),
            return_url: return_url(terms),
            closed: None,
        }
    }

    /// A page about no payment at all.
    pub(super) fn bare(closed: &'static str) -> Self {
        let none = String::new;
        Sheet {
            amount: none(),
            currency: none(),
            description: none(),
            payment: none(),
            token: none(),
            return_url: None,
            closed: Some(closed),
        }
    }

    /// The same page with a sentence instead of the buttons.
    pub(super) fn closed(self, closed: &'static str) -> Self {
        Sheet { closed: Some(closed), ..self }
    }

    pub(super) fn render(self, language: Language, http_status: u16) -> Result<Page> {
        let bug = |e: minijinja::Error| Error::bug(format_args!("the checkout page: {e}"));
        let mut environment = Environment::new();
        // The name's ending is what turns escaping on.
        environment.add_template("checkout.html", include_str!("checkout.html")).map_err(bug)?;
        let html = environment
            .get_template("checkout.html")
            .and_then(|template| {
                template.render(context! {
                    language => if language == Language::Zh { "zh-CN" } else { "en" },
                    language_code => language.as_str(),
                    other_language => if language == Language::Zh { "en" } else { "zh" },
                    text => texts(language),
                    trials => TRIALS.map(Choice::as_str),
                    amount => self.amount,
                    currency => self.currency,
                    description => self.description,
                    payment => self.payment,
                    token => self.token,
                    return_url => self.return_url,
                    closed => self.closed,
                })
            })
            .map_err(bug)?;
        Ok(Page { http_status, html })
    }
}

/// `1234567.00` as `1,234,567.00`: only on the page, where people read it.
fn grouped(decimal: &str) -> String {
    let (whole, rest) = decimal.split_at(decimal.find('.').unwrap_or(decimal.len()));
    let mut text = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// The choices that try out what a shop must survive, in the order of the page.
const TRIALS: [Choice; 6] = [
    Choice::PayLost,
    Choice::PayTwice,
    Choice::PayReordered,
    Choice::PayWrongAmount,
    Choice::Process,
    Choice::Forge,
];

fn texts(language: Language) -> Value {
    Value::from_pairs(
        TEXTS
            .iter()
            .map(|(name, en, zh)| (*name, if language == Language::Zh { *zh } else { *en })),
    )
}

/// Every word on the page: name, English, Chinese. A choice has two: what it does, and what comes of it.
#[rustfmt::skip]
pub(super) const TEXTS: &[(&str, &str, &str)] = &[
    ("title", "Mock checkout", "模拟收银台"),
    ("badge", "Test only – no money moves", "仅供测试 · 不产生真实扣款"),
    ("amount", "Amount due", "应付金额"),
    ("description", "For", "商品说明"),
    ("payment", "Payment", "支付单号"),
    ("pay", "Pay", "确认支付"),
    ("decline", "Decline", "模拟拒付"),
    ("cancel", "Cancel", "取消支付"),
    ("trials", "Try what can go wrong", "试试各种异常情况"),
    ("pay_lost", "Pay, lose the callback", "支付成功，但回调丢失"),
    ("pay_lost_note", "Only asking the gateway finds out.", "只有主动查询才能得知结果。"),
    ("pay_twice", "Pay, deliver the callback twice", "支付成功，回调重复送达"),
    ("pay_twice_note", "The second one must change nothing.", "第二次不得产生任何影响。"),
    ("pay_reordered", "Pay, deliver callbacks out of order", "支付成功，回调乱序送达"),
    ("pay_reordered_note", "Older news arrives last.", "较早的消息最后才到。"),
    ("pay_wrong_amount", "Pay a wrong amount", "支付错误的金额"),
    ("pay_wrong_amount_note", "Signed well, one minor unit off.", "签名正确，但相差最小单位。"),
    ("process", "Leave it processing", "保持处理中"),
    ("process_note", "The outcome takes a while.", "结果稍后才有。"),
    ("forge", "Forge a callback", "伪造一条回调"),
    ("forge_note", "Nothing is paid; it must be refused.", "并未付款，必须被拒绝。"),
    ("paid", "This payment has been made.", "该笔支付已完成。"),
    ("failed", "This payment was declined.", "该笔支付已被拒绝。"),
    ("cancelled", "This payment was cancelled.", "该笔支付已取消。"),
    ("expired", "The time for this payment is over. Please start again in the shop.", "该笔支付已超时，请返回商家重新发起。"),
    ("invalid", "This checkout link is not valid. Please start again in the shop.", "收银台链接无效，请返回商家重新发起。"),
    ("back", "Back to the shop", "返回商家"),
    ("language", "中文", "English"),
];

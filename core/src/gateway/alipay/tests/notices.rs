//! What is made of notices, beyond what the vectors judge.

use super::*;
use crate::gateway::{Fact, Notice, Subject};
use crate::payment::Event;

fn received(body: &[u8]) -> Result<Notice> {
    let received = account().receive(&Headers::default(), body, at())?;
    Ok(received.notice().unwrap())
}

fn told(changes: &[(&str, &str)]) -> Notice {
    received(&notice_by(PLATFORM_KEY, changes)).unwrap()
}

/// Protects: a notice is recognised by its id, in every delivery, and one without an id by what was signed.
#[test]
fn the_mark_is_the_id() {
    let notice = told(&[]);
    assert_eq!(notice.mark.id, "2026111801222202641000000000000001");
    let again = told(&[("notify_time", "2026-11-19 20:26:40")]);
    assert_eq!(again.mark, notice.mark);
    let nameless = told(&[("notify_id", "")]);
    assert_eq!(nameless.mark.id.len(), 64);
    assert!(matches!(nameless.fact, Fact::Unreadable(_)));
}

/// Protects: a notice about one of our refunds is a reason to ask, and one about another's is told by its total.
#[test]
fn refunds_are_hints() {
    let id = refund().id;
    let number = id.to_string();
    let back = [("refund_fee", "30.00"), ("out_biz_no", number.as_str())];
    let notice = told(&back);
    assert_eq!((notice.subject, notice.fact), (Subject::Refund(id), Fact::Hint));
    let outside = told(&[("refund_fee", "30.00"), ("out_biz_no", "console1")]);
    assert_eq!(outside.subject, Subject::PaymentReference(NUMBER.to_owned()));
    assert!(matches!(outside.fact, Fact::Refund(fact) if fact.total.is_some()));
    let nameless = told(&[("refund_fee", "30.00")]);
    assert!(matches!(nameless.fact, Fact::Unreadable(_)));
}

/// Protects: the end of the time for refunds, months later, is neither a payment nor a refund; a trade that was paid
/// and is closed without a refund is asked about.
#[test]
fn late_and_odd_states() {
    let over = told(&[("trade_status", "TRADE_FINISHED"), ("refund_fee", "30.00")]);
    assert!(matches!(over.fact, Fact::Unknown(_)));
    let odd = told(&[("trade_status", "TRADE_CLOSED")]);
    assert_eq!(odd.fact, Fact::Hint);
    let closed = told(&[("trade_status", "TRADE_CLOSED"), ("gmt_payment", "")]);
    assert!(matches!(closed.fact, Fact::Payment(fact) if fact.event == Event::Expire));
    let family = told(&[("notify_type", ""), ("msg_method", "alipay.trade.refund.depositback")]);
    assert_eq!(family.subject, Subject::Nothing);
    assert!(matches!(family.fact, Fact::Unknown(_)));
}

/// Protects: H59, what is missing or not written as agreed waits for a person, and is never taken for something else.
#[test]
fn unreadable_notices() {
    for (name, value) in [
        ("total_amount", ""),
        ("total_amount", "1e2"),
        ("total_amount", "100.000"),
        ("total_amount", "-100.00"),
        ("trade_no", ""),
        ("trade_no", "1&2"),
        ("out_trade_no", "a&b"),
        ("trade_status", ""),
        ("gmt_payment", "yesterday"),
        ("refund_fee", "all"),
    ] {
        let notice = told(&[(name, value)]);
        assert!(matches!(notice.fact, Fact::Unreadable(_)), "{name} {value}: {:?}", notice.fact);
    }
}

/// Protects: what is kept of a notice names the trade and not its payer.
#[test]
fn what_is_kept_names_nobody() {
    let kept = told(&[("buyer_id", "2088000000000777")]).redacted_body;
    assert!(kept.contains(NUMBER) && kept.contains(TRADE_NO), "{kept}");
    assert!(!kept.contains("example.com") && !kept.contains("0777"), "{kept}");
    assert!(serde_json::from_str::<serde_json::Value>(&kept).unwrap().is_object());
}

/// Protects: Alipay is content with these seven bytes only; every refusal reads the same.
#[test]
fn replies() {
    let account = account();
    let shown = |reply: Reply| (reply.status, reply.content_type, reply.body);
    assert_eq!(shown(account.acknowledge()), (200, "text/plain", b"success".to_vec()));
    assert_eq!(shown(account.refuse()), (403, "text/plain", b"fail".to_vec()));
    assert_eq!(shown(account.ask_again()), (503, "text/plain", b"fail".to_vec()));
    assert!(account.may_come_again(Code::AuthUnknownKey));
}

//! The mock gateway under test: checkout.

use super::*;

fn opened(payment: &PaymentIntent) -> (Mock, String) {
    let mock = mock();
    let token = checkout_token(ask(&mock, Operation::Pay, payment));
    (mock, token)
}

fn choose(mock: &Mock, token: &str, choice: Choice) -> Result<page::Chosen> {
    mock.server().choose(token, choice, NOW, &SeededRandomness::new(9))
}

/// Protects: amount, description and payment are on the page, in both languages, without scripts.
#[test]
fn the_page_says_what_is_paid() {
    let payment = PaymentIntent { amount: money(123_456_789), ..intent(1) };
    let (mock, token) = opened(&payment);
    for (language, word) in [(Language::En, "Amount due"), (Language::Zh, "应付金额")] {
        let page = mock.server().page(&token, language, NOW).unwrap();
        assert_eq!(page.http_status, 200);
        for part in [word, "1,234,567.89", "CNY", "ORD123456", &payment.id.to_string()] {
            assert!(page.html.contains(part), "{part}");
        }
        for part in ["<script", "http://", "src=", "@import", "url("] {
            assert!(!page.html.contains(part), "{part}");
        }
        for choice in Choice::ALL {
            assert!(page.html.contains(&format!("value=\"{choice}\"")), "{choice}");
        }
    }
}

/// Protects: every word on the page exists in both languages.
#[test]
fn both_languages_are_complete() {
    for (name, en, zh) in sheet::TEXTS {
        assert!(!en.is_empty() && !zh.is_empty(), "{name}");
    }
    let mut names: Vec<_> = sheet::TEXTS.iter().map(|(name, ..)| name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), sheet::TEXTS.len());
    assert!(Choice::ALL.iter().all(|choice| names.contains(&&choice.as_str())));
}

/// Protects: H61 hostile text is shown, never obeyed.
#[test]
fn h61_hostile_text_stays_text() {
    let hostile = r#"<script>alert(1)</script>"'><img src=x onerror=y>{{ token }}{% raw %}"#;
    for url in
        ["javascript:alert(1)", "https://a.example/\"onclick=x", "https://a\r\nSet-Cookie: b"]
    {
        let payment = PaymentIntent {
            description: hostile.into(),
            return_url: Some(url.into()),
            ..intent(1)
        };
        let (mock, token) = opened(&payment);
        let html = mock.server().page(&token, Language::En, NOW).unwrap().html;
        assert!(html.contains("&lt;script&gt;alert(1)"), "shown as text");
        for part in ["<script", "<img", "javascript:", "\"onclick", "Set-Cookie"] {
            assert!(!html.contains(part), "{part}");
        }
        let chosen = choose(&mock, &token, Choice::Pay).unwrap();
        assert!(chosen.return_url.is_none_or(|u| u.starts_with("https://a.example/")));
        let html = mock.server().page(&token, Language::En, NOW).unwrap().html;
        assert!(!html.contains("javascript:") && !html.contains("\"onclick"), "the way back");
    }
}

/// Protects: a tampered token opens nothing, and its page says so.
#[test]
fn tampered_tokens_are_refused() {
    let (mock, token) = opened(&intent(1));
    let (payload, signature) = token.split_once('.').unwrap();
    let other = opened(&PaymentIntent { amount: money(1), ..intent(1) }).1;
    let spliced = format!("{}.{signature}", other.split_once('.').unwrap().0);
    for bad in ["", ".", "abc", payload, &spliced, &format!("{token}A"), &"x".repeat(9000)] {
        let page = mock.server().page(bad, Language::En, NOW).unwrap();
        assert_eq!(page.http_status, 403, "{bad:.40}");
        assert!(page.html.contains("not valid") && !page.html.contains("name=\"outcome\""));
        let error = choose(&mock, bad, Choice::Pay).unwrap_err();
        assert!(matches!(error.code(), Code::AuthMismatch | Code::AuthMalformed | Code::TooLarge));
    }
    assert_eq!(choose(&mock, &spliced, Choice::Pay).unwrap_err().code(), Code::AuthMismatch);
}

/// Protects: nothing can be paid once its time is over.
#[test]
fn an_expired_token_is_closed() {
    let payment = intent(1);
    let (mock, token) = opened(&payment);
    let page = mock.server().page(&token, Language::Zh, payment.expires_at).unwrap();
    assert_eq!(page.http_status, 410);
    assert!(page.html.contains("已超时"));
    let error = mock
        .server()
        .choose(&token, Choice::Pay, payment.expires_at, &SeededRandomness::new(9))
        .unwrap_err();
    assert_eq!(error.code(), Code::Transition);
}

/// Protects: paying by click is the whole pipeline: book, signed callback, way back, and only once.
#[test]
fn paying_by_click() {
    let payment = intent(1);
    let (mock, token) = opened(&payment);
    let chosen = choose(&mock, &token, Choice::Pay).unwrap();
    assert!(receive(&mock, &chosen.deliveries[0], NOW).is_ok());
    let back = format!("https://shop.example/return?step=2&payment={}#top", payment.id);
    assert_eq!(chosen.return_url, Some(back));
    assert_eq!(payment_fact(ask(&mock, Operation::Query, &payment)).event, payment::Event::Succeed);
    assert_eq!(choose(&mock, &token, Choice::Pay).unwrap_err().code(), Code::Transition);
    let page = mock.server().page(&token, Language::En, NOW).unwrap();
    assert!(page.html.contains("has been made") && !page.html.contains("name=\"outcome\""));
}

/// Protects: each choice leaves the book where it says, with the callbacks it says.
#[test]
fn every_choice() {
    for choice in Choice::ALL.iter().copied() {
        let payment = intent(1);
        let (mock, token) = opened(&payment);
        let count = choose(&mock, &token, choice).unwrap().deliveries.len();
        let status = mock.server().standing(payment.id).unwrap().status;
        let expected = match choice {
            Choice::Pay | Choice::PayWrongAmount => (1, Status::Succeeded),
            Choice::PayLost => (0, Status::Succeeded),
            Choice::PayTwice | Choice::PayReordered => (2, Status::Succeeded),
            Choice::Decline => (1, Status::Failed),
            Choice::Cancel => (1, Status::Cancelled),
            Choice::Process => (1, Status::Processing),
            Choice::Forge => (1, Status::Open),
        };
        assert_eq!((count, status), expected, "{choice}");
    }
}

/// Protects: a click on a payment for manual capture holds the money.
#[test]
fn a_manual_capture_is_held_by_click() {
    let payment = PaymentIntent { manual_capture: true, ..intent(1) };
    let (mock, token) = opened(&payment);
    choose(&mock, &token, Choice::Pay).unwrap();
    assert_eq!(
        payment_fact(ask(&mock, Operation::Query, &payment)).event,
        payment::Event::Authorize
    );
}

/// Protects: a long description never makes an address that servers refuse.
#[test]
fn tokens_stay_short() {
    let payment = PaymentIntent {
        description: "描".repeat(5_000),
        return_url: Some(format!("https://shop.example/{}", "x".repeat(5_000))),
        ..intent(1)
    };
    let (mock, token) = opened(&payment);
    assert!(token.len() < 4 * 1024, "{}", token.len());
    assert_eq!(mock.server().page(&token, Language::En, NOW).unwrap().http_status, 200);
}

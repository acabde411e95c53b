//! Every operation on every gateway with every trouble on the way: in the end the books here are those of the provider, and
//! nothing was done twice. An account is a row; stories and faults are the same for all.

pub mod world;

use paywright::error::Code;
use paywright_tests::fake::alipay::{Alipay, Habits};
use paywright_tests::fake::paypal::PayPal;
use paywright_tests::fake::plain::{Manner, Plain};
use paywright_tests::fake::plain_gateway::PlainGateway;
use paywright_tests::fake::stripe::Stripe;
use paywright_tests::fake::trouble::Fault;
use paywright_tests::fake::wechatpay::Fake as WechatPay;

use world::{Account, Own, World};

/// A story around one verb, which goes wrong the first time.
struct Story {
    name: &'static str,
    /// The verb that meets the trouble, and others that it takes.
    verbs: &'static [&'static str],
    /// Tells it, up to the point where only time is left to do something.
    tell: fn(&World),
    /// How the payment ends where nothing goes wrong: where paying collects, and where the payer only agrees.
    ends: [&'static str; 2],
}

const STORIES: [Story; 15] = [
    Story {
        name: "pay",
        verbs: &["pay"],
        tell: |world| {
            world.pay();
            world.payer_pays();
        },
        ends: ["succeeded", "expired"],
    },
    Story {
        name: "pay, given up",
        verbs: &["pay"],
        tell: |world| world.pay(),
        ends: ["expired", "expired"],
    },
    Story {
        name: "ask",
        verbs: &["query"],
        tell: |world| {
            world.pay();
            world.remember();
            world.payer_pays();
            world.sync();
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "ask too early",
        verbs: &["query"],
        tell: |world| {
            world.pay();
            world.sync();
            world.payer_pays();
            world.sync();
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "collect",
        verbs: &["collect"],
        tell: |world| {
            world.pay();
            world.payer_pays();
            world.sync();
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "capture",
        verbs: &["capture"],
        tell: |world| {
            world.hold();
            world.payer_pays();
            world.sync();
            world.capture(None);
            world.settle();
            world.capture(None);
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "capture and wait",
        verbs: &["capture"],
        tell: |world| {
            world.hold();
            world.payer_pays();
            world.sync();
            world.capture(None);
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "capture less",
        verbs: &["capture"],
        tell: |world| {
            world.hold();
            world.payer_pays();
            world.sync();
            world.capture(Some("30.00"));
            world.settle();
            world.capture(Some("30.00"));
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "cancel",
        verbs: &["cancel"],
        tell: |world| {
            world.pay();
            world.cancel();
        },
        ends: ["cancelled", "cancelled"],
    },
    Story {
        name: "let go",
        verbs: &["cancel", "capture"],
        tell: |world| {
            world.hold();
            world.payer_pays();
            world.sync();
            world.cancel();
            world.settle();
            world.cancel();
        },
        ends: ["cancelled", "cancelled"],
    },
    Story {
        name: "cancel too late",
        verbs: &["cancel"],
        tell: |world| {
            world.pay();
            world.payer_pays();
            world.cancel();
        },
        ends: ["succeeded", "cancelled"],
    },
    Story {
        name: "refund",
        verbs: &["refund"],
        tell: |world| {
            world.pay();
            world.payer_pays();
            world.sync();
            world.refund();
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "ask about a refund",
        verbs: &["query_refund"],
        tell: |world| {
            world.pay();
            world.payer_pays();
            world.sync();
            world.refunds_wait();
            world.refund();
            world.remember();
            world.refunds_arrive();
            world.sync_refund();
        },
        ends: ["succeeded", "succeeded"],
    },
    Story {
        name: "expire while asking",
        verbs: &["query"],
        tell: |world| {
            world.pay();
            world.remember();
            world.payer_pays();
        },
        ends: ["succeeded", "expired"],
    },
    Story {
        name: "expire while closing",
        verbs: &["cancel"],
        tell: |world| world.pay(),
        ends: ["expired", "expired"],
    },
];

/// Tells every story that an account's verbs are enough for.
fn tell_all(account: &Account) {
    tell(account, |story| story.verbs.iter().all(|verb| account.verbs.contains(verb)));
}

/// Tells stories of an account with every fault. Fails with all that went wrong, not with the first.
fn tell(account: &Account, is_told: impl Fn(&Story) -> bool) {
    let mut wrong = Vec::new();
    for story in STORIES.iter().filter(|story| is_told(story)) {
        let ends = story.ends[usize::from(account.consent)];
        for (fault, times) in Fault::ALL {
            let world = World::open(account);
            world.trouble(story.verbs[0], fault, times);
            (story.tell)(&world);
            world.settle();
            let mut found = world.disagreements();
            if fault == Fault::None && world.state() != ends {
                found.push(format!("it ended {}, not {}", world.state(), ends));
            }
            if !world.has_struck() {
                found.push("the trouble met nobody".to_owned());
            }
            let where_ = format!("{}, {}, {fault:?} x {times}", account.name, story.name);
            wrong.extend(found.into_iter().map(|what| format!("{where_}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{} disagreements\n  {}", wrong.len(), wrong.join("\n  "));
}

/// The invented provider, with its gateway.
pub const PLAIN: Account = Account {
    name: "plain",
    own: Own::Written(|| vec![std::sync::Arc::new(PlainGateway::default())]),
    provider: |_| Box::new(Plain::new(Manner::Direct)),
    currency: "CNY",
    experience: None,
    consent: false,
    verbs: &["pay", "query", "capture", "cancel", "refund", "query_refund"],
};

/// Protects: S7, H49, H65, H66, H79, H80: one payment and one refund there for each here, with the same sums, whatever becomes of
/// requests and replies.
#[test]
fn a_gateway_of_the_hosts_own() {
    tell_all(&PLAIN);
}

/// Protects: the same where the payer only agrees and the money is taken by us.
#[test]
fn a_gateway_that_asks_for_consent() {
    tell_all(&Account {
        name: "plain with consent",
        provider: |_| Box::new(Plain::new(Manner::Consent)),
        consent: true,
        verbs: &["pay", "query", "collect", "cancel", "refund", "query_refund"],
        ..PLAIN
    });
}

/// Protects: the same where what was done already is refused the second time, instead of being told again.
#[test]
fn a_gateway_that_refuses_repetitions() {
    tell_all(&Account {
        name: "plain and strict",
        provider: |_| Box::new(Plain::new(Manner::Strict)),
        verbs: &["pay", "query", "capture", "cancel", "refund"],
        ..PLAIN
    });
}

/// Protects: callers do not wait for a gateway that is not there: after five exchanges that did not get through, the next
/// is refused at once and sends nothing, until half a minute is over; one answer closes the circuit.
#[test]
fn a_gateway_that_is_not_there() {
    let world = World::open(&PLAIN);
    world.pay();
    world.trouble("query", Fault::DroppedBefore, 6);
    for _ in 0..5 {
        world.try_sync().unwrap();
    }
    let asked = world.verbs().len();
    let refused = world.try_sync().unwrap_err();
    assert_eq!((refused.code(), world.verbs().len()), (Code::GatewayDown, asked));
    world.advance(30);
    world.try_sync().unwrap();
    assert_eq!(world.try_sync().unwrap_err().code(), Code::GatewayDown, "the trial failed");
    world.advance(30);
    world.try_sync().unwrap();
    world.try_sync().unwrap();
    assert_eq!(world.verbs().len(), asked + 3);
}

/// Protects: the same for WeChat Pay, whose answers are signed and whose refusals are not, and which refuses a number whose
/// payment was made.
#[test]
fn wechat_pay() {
    tell_all(&Account {
        name: "wechatpay",
        own: Own::Account(|| WechatPay::account(|_| ())),
        provider: |clock| Box::new(WechatPay::new(clock)),
        verbs: &["pay", "query", "cancel", "refund", "query_refund"],
        ..PLAIN
    });
}

/// Protects: the same for PayPal, whose payers only agree, and whose orders need no closing: only a hold has a request that
/// cancels it.
#[test]
fn paypal() {
    let account = Account {
        name: "paypal",
        own: Own::Configured(|| {
            serde_json::json!([{"paypal": {
                "client_id": "throwaway-client", "client_secret": "throwaway-client-secret",
                "webhook_id": "5GP028458E2496506", "sandbox": true,
            }}])
        }),
        provider: |_| Box::new(PayPal::default()),
        currency: "USD",
        experience: None,
        consent: true,
        verbs: &["pay", "query", "collect", "capture", "refund", "query_refund"],
    };
    tell_all(&account);
    tell(&account, |story| story.name == "let go");
}

/// Protects: the same for Stripe, whose keys bring back the first answer word for word, and which cannot be asked by our
/// number.
#[test]
fn stripe() {
    tell_all(&Account {
        name: "stripe",
        own: Own::Configured(|| {
            serde_json::json!([{"stripe": {
                "secret_key": "sk_test_throwaway", "webhook_secrets": ["whsec_dGhyb3dhd2F5LXRocm93YXdheQ=="],
            }}])
        }),
        provider: |clock| Box::new(Stripe::new(clock)),
        currency: "USD",
        ..PLAIN
    });
}

/// The account at Alipay: of its ways to pay, the code is the one that Alipay is asked for.
const ALIPAY: Account = Account {
    name: "alipay",
    own: Own::Account(Alipay::account),
    provider: |clock| Box::new(Alipay::new(clock, Habits::default())),
    experience: Some("qr_code"),
    verbs: &["pay", "query", "cancel", "refund", "query_refund"],
    ..PLAIN
};

/// Where the trade waits for its payer, a refund is refused as long as the merchant's account is empty, and Alipay's
/// troubles come as answers that look like any other.
const ALIPAY_IN_WORDS: Account = Account {
    name: "alipay, scanned at once",
    provider: |clock| {
        let habits =
            Habits { scans_at_once: true, account_empties: true, tells_its_troubles: true };
        Box::new(Alipay::new(clock, habits))
    },
    ..ALIPAY
};

/// Protects: the same for Alipay, which knows no trade before a payer has scanned, and does not tell of a refund before it
/// is paid.
#[test]
fn alipay() {
    tell_all(&ALIPAY);
}

/// Protects: the same where a trade waits, an account is empty and troubles are told, not shown.
#[test]
fn alipay_with_a_trade_that_waits() {
    tell_all(&ALIPAY_IN_WORDS);
}

/// Protects: a call limit that is told with the status of a success is waited for like any other: the refund is made.
#[test]
fn alipay_call_limit_ends_no_refund() {
    let world = World::open(&ALIPAY_IN_WORDS);
    world.pay();
    world.payer_pays();
    world.sync();
    world.trouble("refund", Fault::Busy, 1);
    world.refund();
    world.settle();
    assert_eq!((world.has_struck(), world.there()), (true, (1, 1)));
    assert_eq!(world.disagreements(), Vec::<String>::new());
}

/// Protects: the played Alipay proves requests: who signs with another key creates nothing there.
#[test]
fn alipay_refuses_a_stranger() {
    let own = Own::Account(Alipay::account_of_a_stranger);
    let world = World::open(&Account { own, ..ALIPAY });
    world.pay();
    world.payer_pays();
    world.sync();
    assert_eq!((world.payment().captured, world.there()), (0, (0, 0)));
}

/// Protects: H70, a code outlives the payment that was cancelled here, since nobody can close what no payer has scanned; money
/// that comes by it is found when it is asked for.
#[test]
fn alipay_code_that_outlives_its_payment() {
    // A busy machine may lose a reply: then it is asked once more.
    let until = |world: &World, state: &str, act: fn(&World)| {
        (0..5).for_each(|_| {
            if world.state() != state {
                act(world)
            }
        });
        assert_eq!(world.state(), state);
    };
    let world = World::open(&ALIPAY);
    world.pay();
    until(&world, "cancelled", World::cancel);
    world.payer_pays();
    until(&world, "succeeded", World::sync);
    assert_eq!(world.disagreements(), Vec::<String>::new());
}

//! Every request that the Stripe gateway builds, judged by Stripe's own mock server: it knows the interface's paths and
//! parameters by heart and nothing of what they do. It plays no part where that server cannot be had; then this suite is
//! skipped by name, and says so.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use paywright::clock::Time;
use paywright::currency::Currency;
use paywright::gateway::stripe::{Stripe, StripeOptions};
use paywright::gateway::{Call, Gateway, Moment, Operation, PaymentIntent, RefundIntent};
use paywright::http::{Request, Transport};
use paywright::id::{PaymentId, RefundId, SeededRandomness};
use paywright::money::Money;
use paywright::payment::{Experience, Item, Presentation};
use paywright::secret::Secret;
use paywright::transport::HttpTransport;

/// Where the program is; whoever runs the suite says so.
const PROGRAM: &str = "PAYWRIGHT_STRIPE_MOCK";
const NOW: Time = Time::from_millis(1_780_300_810_000);
/// The line in which the server says where it is.
const LISTENING: &str = "Listening for HTTP at address: ";

/// The server, ended with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Server {
        let program = std::env::var_os(PROGRAM).unwrap_or_else(|| panic!("{PROGRAM} is not set"));
        let mut process = Command::new(program)
            // It would otherwise listen to the whole network for HTTPS.
            .args(["-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| Some(line.ok()?.split_once(LISTENING)?.1.to_owned()));
        // Its log goes nowhere, but it must be able to write it.
        std::thread::spawn(move || lines.for_each(drop));
        Server { process, address: line.expect("an address") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn gateway(server: &Server, account: Option<&str>) -> Stripe {
    let secret = |text: &str| Secret::new("test", text).unwrap();
    Stripe::new(StripeOptions {
        secret_key: secret("sk_test_123"),
        webhook_secrets: vec![secret("whsec_throwaway")],
        publishable_key: None,
        account: account.map(str::to_owned),
        api_version: None,
        name: None,
        methods: Vec::new(),
        base_url: Some(format!("http://{}", server.address)),
    })
    .unwrap()
}

fn money(text: &str, code: &str) -> Money {
    Money::parse("amount", text, Currency::parse(code).unwrap()).unwrap()
}

fn payment(experience: Experience, manual_capture: bool, items: Vec<Item>) -> PaymentIntent {
    let id = PaymentId::new(NOW, &SeededRandomness::new(1)).unwrap();
    PaymentIntent {
        id,
        reference: "R-1001".into(),
        amount: money("20.00", "USD"),
        method: "card".into(),
        manual_capture,
        description: "Order 1001, ü & 100%".into(),
        return_url: Some("https://shop.example/done?id={CHECKOUT_SESSION_ID}".into()),
        expires_at: NOW.plus_seconds(1800),
        transaction_id: None,
        created_at: NOW,
        presentation: Presentation {
            experience: Some(experience),
            items,
            ..Presentation::default()
        },
    }
}

/// Everything that the gateway can ask for, with a word for each.
fn requests(stripe: &Stripe) -> Vec<(String, Request)> {
    let at = Moment { now: NOW, randomness: &SeededRandomness::new(3) };
    let item = |unit_amount| Item { description: "Mug".into(), quantity: 2, unit_amount };
    let embedded = payment(Experience::Embedded, false, Vec::new());
    let held = payment(Experience::Embedded, true, Vec::new());
    let hosted = payment(Experience::Hosted, false, Vec::new());
    let itemised = payment(Experience::Hosted, true, vec![item(700), item(300)]);
    let intent = PaymentIntent { reference: "pi_123".into(), ..embedded.clone() };
    let session = PaymentIntent { reference: "cs_test_123".into(), ..hosted.clone() };
    let id = RefundId::new(NOW, &SeededRandomness::new(2)).unwrap();
    let refund = RefundIntent::new(id, money("5.00", "USD"), "returned");
    let all = [
        ("embedded", Operation::Pay, &embedded),
        ("held", Operation::Pay, &held),
        ("hosted", Operation::Pay, &hosted),
        ("itemised and held", Operation::Pay, &itemised),
        ("replayed", Operation::Query, &embedded),
        ("intent", Operation::Query, &intent),
        ("session", Operation::Query, &session),
        ("intent", Operation::Capture(money("15.00", "USD")), &intent),
        ("intent", Operation::Cancel, &intent),
        ("session", Operation::Cancel, &session),
        ("intent", Operation::Refund(&refund), &intent),
        ("intent", Operation::QueryRefund(&refund), &intent),
    ];
    let built = all.into_iter().map(|(what, operation, payment)| {
        let Call::Send(request) = stripe.call(operation, payment, at).unwrap() else {
            panic!("{what}: nothing to send")
        };
        (format!("{} {what}", operation.as_str()), request)
    });
    let probe = stripe.probe(at).unwrap().expect("a probe");
    built.chain([("probe".to_owned(), probe)]).collect()
}

/// Protects: paths, parameters and their types, which only Stripe can judge: its own server takes every request that we
/// can build, and refuses one that is spelt wrong.
#[test]
#[ignore = "needs Stripe's mock server; `make test` installs it where Go is"]
fn stripe_mock_takes_every_request() {
    let server = Server::start();
    let transport = HttpTransport::default();
    let send = |request: &Request| {
        let response = transport.send(request).unwrap();
        (response.status, String::from_utf8_lossy(&response.body).into_owned())
    };
    for account in [None, Some("acct_123")] {
        let stripe = gateway(&server, account);
        for (what, request) in requests(&stripe) {
            let (status, body) = send(&request);
            assert_eq!(status, 200, "{what}: {request:?}: {body}");
        }
    }
    let mut wrong = requests(&gateway(&server, None)).remove(0).1;
    wrong.body.extend_from_slice(b"&colour=red");
    assert_eq!(send(&wrong).0, 400, "a judge that takes everything is none");
}

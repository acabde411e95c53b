//! Callbacks of the mock gateway on demand: straight to the store, and over HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use super::*;

/// What a server was sent: the request's head and its body.
type Heard = Vec<(String, String)>;

/// A server that answers this many requests with one reply, and tells what it heard.
fn server(replies: usize, reply: &'static str) -> (String, JoinHandle<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/callbacks/mock", listener.local_addr().unwrap());
    let heard = thread::spawn(move || (0..replies).map(|_| one(&listener, reply)).collect());
    (url, heard)
}

fn one(listener: &TcpListener, reply: &str) -> (String, String) {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(&stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap()];
    reader.read_exact(&mut body).unwrap();
    (&stream).write_all(reply.as_bytes()).unwrap();
    (head, String::from_utf8(body).unwrap())
}

const TAKEN: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\
    content-length: 18\r\n\r\n{\"code\":\"SUCCESS\"}";
const BROKEN: &str =
    "HTTP/1.1 500 Oh\r\nconnection: close\r\ncontent-length: 9\r\n\r\nno\x1b[31m\r\n";
const ELSEWHERE: &str = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\
    content-length: 0\r\n\r\n";

/// Protects: what is posted is what the gateway would post, byte for byte: the engine takes it.
#[test]
fn a_server_gets_signed_callbacks() {
    let shop = Shop::new();
    shop.clock.set(SystemClock.now());
    let payment = shop.payment(&shop.order(r#","amount":"100.00""#));
    let (url, heard) = server(2, TAKEN);
    let out = shop.run(&["trigger", &payment.id, "duplicate", "--url", &url]).fine();
    assert_eq!(out, "the server replied 200 {\"code\":\"SUCCESS\"}\n".repeat(2));
    for ((head, body), outcome) in heard.join().unwrap().into_iter().zip(["applied", "already"]) {
        assert!(head.starts_with("POST /callbacks/mock HTTP/1.1\r\n"), "{head}");
        let headers = head.lines().filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let taken = shop.pay.handle_callback(arguments::handle_callback {
            gateway: "mock".to_owned(),
            headers: Headers(headers),
            body: Bytes(body.into_bytes()),
        });
        assert_eq!(taken.unwrap().outcome.as_str(), outcome);
    }
    let (url, _) = server(1, TAKEN);
    let replies = shop.run(&["trigger", &payment.id, "success", "--url", &url, "--json"]).json();
    assert_eq!(
        (&replies[0]["status"], &replies[0]["body"]),
        (&200.into(), &"{\"code\":\"SUCCESS\"}".into())
    );
}

/// Protects: a server that says no makes the answer no; one that is not there is a failure of the network.
#[test]
fn a_server_may_say_no_or_nothing() {
    let shop = Shop::new();
    let payment = shop.payment(&shop.order(r#","amount":"100.00""#));
    let trigger = |url: &str| shop.run(&["trigger", &payment.id, "success", "--url", url]);
    let (url, _) = server(1, BROKEN);
    let said = trigger(&url);
    assert_eq!(
        (said.code, said.out.as_str()),
        (exit::NO, "the server replied 500 no\\u{1b}[31m\n")
    );
    let (url, _) = server(1, ELSEWHERE);
    let said = trigger(&url);
    assert_eq!((said.code, said.err.as_str()), (exit::NO, ""), "a redirect is not followed");
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = trigger(&format!("http://{gone}/"));
    assert_eq!(said.code, exit::GATEWAY);
    contains(&said.err, &["bad_response: ", "no usable answer came"]);
    let said = trigger("https://127.0.0.1/");
    assert_eq!(said.code, exit::REFUSED);
    contains(&said.err, &["argument_range: --url is https://127.0.0.1/", "has no TLS"]);
}

/// Protects: a shop can be moved along without any server, and sees what every kind of callback does.
#[test]
fn the_store_takes_callbacks() {
    let shop = Shop::new();
    shop.clock.set(SystemClock.now());
    let payment = shop.payment(&shop.order(r#","amount":"100.00""#));
    let said = shop.run(&["trigger", &payment.id, "forged", "--store"]);
    assert_eq!(said.code, exit::REFUSED);
    contains(&said.out, &["the callback was refused", "reply  4"]);
    contains(&said.err, &["auth_mismatch: "]);
    let out = shop.run(&["trigger", &payment.id, "success", "--store"]).fine();
    contains(&out, &["the callback was taken: applied", " succeeded\n", " paid\n", "reply    200"]);
    let taken = shop.run(&["trigger", &payment.id, "duplicate", "--store", "--json"]).json();
    assert_eq!((&taken[0]["outcome"], &taken[1]["duplicate"]), (&"already".into(), &true.into()));
    let said = shop.run(&["trigger", &payment.id, "refund_succeeded", "--store"]);
    contains(&said.err, &["argument_missing: refund is required"]);
    let said = shop.run(&["trigger", &payment.id, "wrong_amount", "--store"]);
    assert_eq!(said.code, exit::FINE, "{}", said.err);
}

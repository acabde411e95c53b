//! The built-in transport against servers that misbehave: what reached them is known, or known to be unknown.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use paywright::http::{NoResponse, RESPONSE_BYTES_MAX, Request, Response, Transport};
use paywright::transport::{Deadlines, HttpTransport};
use paywright_tests::fake::server::{Answered, Received, Server};

const SHORT: Deadlines =
    Deadlines { connect: Duration::from_millis(300), whole: Duration::from_millis(700) };

fn get(url: String) -> Request {
    Request { method: "GET", url, headers: Vec::new(), body: Vec::new() }
}

fn post(url: String, body: &str) -> Request {
    let headers = vec![("Content-Type", "application/json".to_owned())];
    Request { method: "POST", url, headers, body: body.into() }
}

fn send(request: &Request) -> Result<Response, NoResponse> {
    HttpTransport::new(SHORT).send(request)
}

/// A server that reads every request and then writes these bytes.
fn writing(bytes: impl Into<Vec<u8>>) -> Server {
    let bytes = bytes.into();
    Server::start(move |mut stream| {
        if Received::read(&stream).is_some() {
            drop(stream.write_all(&bytes));
        }
    })
}

#[track_caller]
fn unknown(came: Result<Response, NoResponse>) -> String {
    match came {
        Err(NoResponse::Unknown(why)) => why,
        other => panic!("{other:?} instead of an unknown outcome"),
    }
}

#[track_caller]
fn not_sent(came: Result<Response, NoResponse>) -> String {
    match came {
        Err(NoResponse::NotSent(why)) => why,
        other => panic!("{other:?} instead of a request that was not sent"),
    }
}

/// Protects: a request arrives as the gateway built it, and its answer as the provider gave it, once.
#[test]
fn a_request_goes_out_unchanged() {
    let (told, heard) = mpsc::channel();
    let server = Server::start(move |stream| {
        told.send(Received::read(&stream).unwrap()).unwrap();
        Answered::json(201, "{}").with("X-Sign", "a b").write(&stream);
    });
    let request = Request {
        headers: vec![("Authorization", "Bearer x".into()), ("User-Agent", "own".into())],
        ..post(server.url("/v3/pay?a=%20b"), r#"{"amount":1}"#)
    };
    let response = send(&request).unwrap();
    let received: Received = heard.recv().unwrap();
    assert_eq!((received.method.as_str(), received.target.as_str()), ("POST", "/v3/pay?a=%20b"));
    assert_eq!(received.body, br#"{"amount":1}"#);
    assert_eq!(received.header("authorization"), Some("Bearer x"));
    assert_eq!(received.header("user-agent"), Some("own"));
    assert_eq!(received.header("accept-encoding"), Some("identity"));
    assert_eq!(received.header("cookie"), None);
    assert_eq!((response.status, response.body.as_slice()), (201, b"{}".as_slice()));
    assert_eq!(response.one("x-sign").unwrap(), Some("a b"));
}

/// Protects: every method says how long its body is, so that no server waits for more; a method that usually has none
/// has one where the gateway gave it.
#[test]
fn bodies_have_a_length() {
    for (method, body, length) in [
        ("POST", "", Some("0")),
        ("GET", "", None),
        ("DELETE", "", None),
        ("PATCH", "[]", Some("2")),
    ] {
        let (told, heard) = mpsc::channel();
        let server = Server::start(move |stream| {
            told.send(Received::read(&stream).unwrap()).unwrap();
            Answered::json(200, "{}").write(&stream);
        });
        let request = Request { method, ..post(server.url("/"), body) };
        assert_eq!(send(&request).unwrap().status, 200, "{method}");
        let received: Received = heard.recv().unwrap();
        assert_eq!(received.header("content-length"), length, "{method}");
        assert_eq!(received.header("transfer-encoding"), None, "{method}");
    }
}

/// Protects: what a gateway refuses is its answer, not an error of ours; no status is tried again.
#[test]
fn every_status_is_a_response() {
    for status in [200, 204, 400, 401, 404, 409, 422, 429, 500, 502, 503, 599] {
        let server = writing(Answered::json(status, "").bytes());
        assert_eq!(send(&post(server.url("/"), "{}")).unwrap().status, status);
        assert_eq!(server.connections(), 1, "{status}");
    }
}

/// Protects: H65, a redirect is not followed, wherever it leads; it is handed to the gateway as it is.
#[test]
fn redirects_are_not_followed() {
    let other = writing(Answered::json(200, "{}").bytes());
    for status in [301, 302, 303, 307, 308] {
        let moved = Answered::json(status, "").with("Location", &other.url("/elsewhere"));
        let server = writing(moved.bytes());
        for request in [get(server.url("/")), post(server.url("/"), "{}")] {
            assert_eq!(send(&request).unwrap().status, status);
        }
    }
    assert_eq!(other.connections(), 0);
}

/// Protects: an answer as long as the limit is read, one byte more makes the outcome unknown.
#[test]
fn answers_have_a_limit() {
    for (length, fits) in [(RESPONSE_BYTES_MAX, true), (RESPONSE_BYTES_MAX + 1, false)] {
        let server = writing(Answered::json(200, vec![b' '; length]).bytes());
        let came = HttpTransport::default().send(&get(server.url("/")));
        match fits {
            true => assert_eq!(came.unwrap().body.len(), length),
            false => assert!(unknown(came).contains("longer")),
        }
    }
}

/// Protects: an answer without end is left after the limit: what the server can get rid of is what we hold.
#[test]
fn an_endless_answer_is_left() {
    let written = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&written);
    let server = Server::start(move |mut stream| {
        Received::read(&stream).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
        while stream.write_all(&chunk).is_ok() {
            counted.fetch_add(chunk.len(), Ordering::SeqCst);
        }
    });
    assert!(unknown(HttpTransport::default().send(&get(server.url("/")))).contains("longer"));
    sleep(Duration::from_millis(50));
    // Beside the four we keep, the system's buffers on both sides.
    assert!(written.load(Ordering::SeqCst) < 12 << 20, "{written:?}");
}

/// Protects: headers have a limit, in size and in number.
#[test]
fn headers_have_a_limit() {
    let many = (0..200).fold(Answered::json(200, "{}"), |a, n| a.with(&format!("X-{n}"), "1"));
    let large = Answered::json(200, "{}").with("X-Large", &"x".repeat(100_000));
    for answered in [many, large] {
        unknown(send(&get(writing(answered.bytes()).url("/"))));
    }
}

/// Protects: a server that drips keeps nobody past the deadline, whether it drips headers or body.
#[test]
fn a_slow_answer_ends_at_the_deadline() {
    let heads = ["HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1 200 OK\r\nX-Long: "];
    for head in heads {
        let server = Server::start(move |mut stream| {
            Received::read(&stream).unwrap();
            drop(stream.write_all(head.as_bytes()));
            while stream.write_all(b"x").is_ok() {
                sleep(Duration::from_millis(50));
            }
        });
        let begun = Instant::now();
        unknown(send(&post(server.url("/"), "{}")));
        assert!(begun.elapsed() < SHORT.whole * 3, "{:?}", begun.elapsed());
    }
}

/// Protects: silence past the deadline is an unknown outcome, since the request was read.
#[test]
fn no_answer_is_unknown() {
    let server = Server::start(|stream| {
        Received::read(&stream).unwrap();
        sleep(SHORT.whole * 2);
    });
    unknown(send(&post(server.url("/"), "{}")));
}

/// Protects: an answer that ends early is no answer: half a body, half a chunk, half a head, none at all.
#[test]
fn half_an_answer_is_unknown() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"paid\":true}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n{\"paid\":true}\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"paid\":true}",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "",
        "what?\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n",
    ] {
        let server = writing(bytes);
        unknown(send(&post(server.url("/"), "{}")));
        assert_eq!(server.connections(), 1, "never again by itself: {bytes:?}");
    }
}

/// Protects: a connection that is cut without a word may have carried the request.
#[test]
fn a_cut_connection_is_unknown() {
    for reads_first in [true, false] {
        let server = Server::start(move |stream| {
            if reads_first {
                Received::read(&stream);
            }
        });
        unknown(send(&post(server.url("/"), "{}")));
        assert_eq!(server.connections(), 1);
    }
}

/// Protects: packed data is never unpacked: a bomb stays as small as it came, and its outcome is unknown.
#[test]
fn packed_answers_are_refused() {
    // What ten megabytes of zeros look like in gzip begins so; not a byte of it is looked at.
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0_u8; 1000]].concat();
    for encoding in ["gzip", "br", "deflate", "identity, gzip"] {
        let packed = Answered::json(200, bomb.clone()).with("Content-Encoding", encoding);
        let why = unknown(send(&get(writing(packed.bytes()).url("/"))));
        assert!(why.contains("packed"), "{why}");
    }
    let plain = Answered::json(200, "{}").with("Content-Encoding", "identity");
    assert_eq!(send(&get(writing(plain.bytes()).url("/"))).unwrap().body, b"{}");
}

/// Protects: where nobody listens, nothing was sent: the payment may be tried again.
#[test]
fn a_closed_port_is_not_sent() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    not_sent(send(&post(format!("http://{address}/"), "{}")));
    not_sent(send(&post("https://no-such-host.invalid/".to_owned(), "{}")));
}

/// Protects: a peer that cannot prove who it is gets no request, whether it answers something else, hangs up or waits.
#[test]
fn a_failed_handshake_is_not_sent() {
    type Serve = fn(TcpStream);
    let peers: [Serve; 3] = [
        |mut stream| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
        drop,
        |stream| {
            sleep(SHORT.connect * 2);
            drop(stream);
        },
    ];
    for peer in peers {
        let server = Server::start(peer);
        let url = format!("https://{}/", server.authority());
        not_sent(send(&post(url, r#"{"secret":1}"#)));
    }
}

/// Protects: nothing leaves this machine unencrypted, and nothing goes to an address that is not plain.
#[test]
fn only_https_leaves_the_machine() {
    for url in [
        "http://example.com/",
        "http://192.0.2.1/",
        "http://localhost.example.com/",
        "http://127.0.0.1@example.com/",
        "ftp://127.0.0.1/",
        "https:///nowhere",
        "https://user:pass@example.com/",
    ] {
        assert!(not_sent(send(&get(url.to_owned()))).contains("https"), "{url}");
    }
    let bad_header = Request {
        headers: vec![("X-Split", "a\r\nX-Other: b".to_owned())],
        ..get("http://127.0.0.1:9/".to_owned())
    };
    not_sent(send(&bad_header));
}

/// Protects: a request that arrived never has a second copy: each has a connection of its own, closed after it.
#[test]
fn connections_are_not_kept() {
    let server = Server::start(|mut stream| {
        while Received::read(&stream).is_some() {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
        }
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    });
    let transport = HttpTransport::new(SHORT);
    for _ in 0..3 {
        assert_eq!(transport.send(&post(server.url("/"), "{}")).unwrap().status, 200);
    }
    assert_eq!(server.connections(), 3);
}

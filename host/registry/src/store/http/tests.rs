//! Servers that take their time, on this machine.

use super::{Http, Pace};
use crate::oci::Descriptor;
use crate::store::{Reference, Store};
use crate::{Digest, Location, PackageName, RegistryError};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::Duration;

const QUICK: Pace = Pace {
    grace: Duration::from_millis(40),
    least: 1 << 20,
};

/// A server that answers each request with a head, and then drips until nobody listens.
fn dripping(head: &'static str) -> Http {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                line.clear();
            }
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(b"a").is_ok() {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    let location = Location::parse(&format!("oci://127.0.0.1:{port}")).expect("a location");
    let Location::Server(server) = &location else {
        panic!("{location}");
    };
    Http::with_pace(server, &location, QUICK)
}

fn name() -> PackageName {
    PackageName::parse("lab/reach").expect("a name")
}

fn blob(size: u64) -> Descriptor {
    Descriptor {
        size,
        ..Descriptor::of("application/octet-stream", b"")
    }
}

fn said<T: std::fmt::Debug>(outcome: Result<T, RegistryError>) -> String {
    let text = outcome.expect_err("too slow").to_string();
    assert!(text.contains("registry oci://127.0.0.1:"), "{text}");
    text
}

#[test]
fn a_dripping_body_is_given_up() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
    let server = dripping(head);
    let outcomes = [
        said(server.blob(&name(), &blob(1_000_000))),
        said(server.manifest(&name(), Reference::Tag("1.0.0"))),
        said(server.tags(&name())),
        said(server.packages()),
    ];
    for text in outcomes {
        assert!(
            text.contains("too slow") && text.contains("bytes/s"),
            "{text}"
        );
        assert!(text.contains("at least 1048576 bytes/s"), "{text}");
    }
}

#[test]
fn a_body_without_a_length_is_given_up() {
    let server = dripping("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
    let text = said(server.blob(&name(), &blob(1_000_000)));
    assert!(text.contains("too slow"), "{text}");
}

#[test]
fn a_dripping_head_is_given_up() {
    let server = dripping("HTTP/1.1 200 OK\r\nx: ");
    let text = said(server.tags(&name()));
    assert!(text.contains("timeout"), "{text}");
}

#[test]
fn a_server_that_takes_no_upload_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept() {
            let mut first = [0; 16];
            let _ = stream.read(&mut first);
            let answer: &[u8] = match &first[..4] {
                b"HEAD" => b"HTTP/1.1 404 -\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                b"POST" => b"HTTP/1.1 202 -\r\nlocation: /up\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                _ => b"",
            };
            let _ = stream.write_all(answer);
            if answer.is_empty() {
                held.push(stream);
            }
        }
    });
    let location = Location::parse(&format!("oci://127.0.0.1:{port}")).expect("a location");
    let Location::Server(server) = &location else {
        panic!("{location}");
    };
    let server = Http::with_pace(server, &location, QUICK);
    let bytes = vec![0; 64 << 20];
    let digest = Digest::of(&bytes);
    let blob = Descriptor {
        digest,
        ..blob(bytes.len() as u64)
    };
    let text = said(server.put_blob(&name(), &blob, &bytes));
    assert!(text.contains("timeout"), "{text}");
}

//! Networks that fail in the middle: a listener that never answers, and a proxy that cuts the line.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use anyhow::Result;

/// A port that takes connections and says nothing. It lives as long as the process.
pub(super) fn silent() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            kept.push(stream);
        }
    });
    Ok(port)
}

/// A port that leads to `target` and cuts every connection after that many bytes of answers.
pub(super) fn cutting(target: u16, bytes: usize) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        while let Ok((client, _)) = listener.accept() {
            let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { continue };
            let (Ok(asking), Ok(asked)) = (client.try_clone(), server.try_clone()) else { continue };
            std::thread::spawn(move || pass(asking, asked, usize::MAX));
            std::thread::spawn(move || pass(server, client, bytes));
        }
    });
    Ok(port)
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut left: usize) {
    let mut buffer = [0; 512];
    while let Ok(read) = from.read(&mut buffer) {
        let passed = read.min(left);
        if read == 0 || to.write_all(&buffer[..passed]).is_err() || passed == left {
            break;
        }
        left -= passed;
    }
    // Both ends learn of it; whoever closed first no longer cares.
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}

//! Tells whether a pooler stands between this process and the server.
//!
//! A server opens a session by naming its own process id and a secret, for cancel requests; `pg_backend_pid()`
//! later gives the same id. A pooler has to make both up, because its client has no server process of its own
//! (seen with PgBouncer 1.18). The driver keeps the id to itself and shows it only in the cancel request it writes, so one
//! is written into memory and read; nothing is sent.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// The length of the request that asks for TLS; a cancel request is twice as long.
const TLS_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// The process id the other side named when the session began; none if the driver did not write what it should.
pub(super) async fn announced_process_id(token: &CancelToken) -> Option<i32> {
    let (ours, drivers) = tokio::io::duplex(64);
    let (written, read) = tokio::join!(token.cancel_query_raw(drivers, Untouched), read_request(ours));
    written.ok().and(read)
}

async fn read_request(mut stream: DuplexStream) -> Option<i32> {
    let mut head = [0; 8];
    stream.read_exact(&mut head).await.ok()?;
    if head == TLS_REQUEST {
        stream.write_all(b"S").await.ok()?;
        stream.read_exact(&mut head).await.ok()?;
    }
    stream.read_i32().await.ok()
}

/// Passes the stream on as it is: what is written stays in this process.
struct Untouched;

impl TlsConnect<DuplexStream> for Untouched {
    type Stream = InMemory;
    type Error = Infallible;
    type Future = Ready<Result<InMemory, Infallible>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        ready(Ok(InMemory(stream)))
    }
}

struct InMemory(DuplexStream);

impl TlsStream for InMemory {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for InMemory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for InMemory {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

use std::io;
use std::net::SocketAddrV6;

use ring::rand::SecureRandom;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};

use super::Interface;

/// Listens on the interface: on `port`, or with 0 on a random one of the dynamic range.
pub fn listen(
    interface: &Interface,
    port: u16,
    random: &dyn SecureRandom,
) -> io::Result<TcpListener> {
    if port != 0 {
        return bind(interface.socket(port));
    }
    let mut last = io::Error::other("no randomness for a port");
    for _ in 0..TRIES {
        let mut octets = [0; 2];
        random.fill(&mut octets).map_err(|_| io::Error::other("no randomness for a port"))?;
        match bind(interface.socket(DYNAMIC | u16::from_be_bytes(octets))) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
            other => return other,
        }
    }
    Err(last)
}

fn bind(address: SocketAddrV6) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV6, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Connects to a station; each message is to leave at once.
pub async fn connect(address: SocketAddrV6) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    Ok(socket)
}

/// First port of the dynamic range, 49152 to 65535.
const DYNAMIC: u16 = 0xC000;
const TRIES: usize = 32;
const BACKLOG: i32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_free_port_is_taken_from_the_dynamic_range() {
        let loopback = Interface::loopback().unwrap();
        let random = ring::rand::SystemRandom::new();
        for _ in 0..8 {
            let listener = listen(&loopback, 0, &random).unwrap();
            assert!(listener.local_addr().unwrap().port() >= DYNAMIC);
        }
    }
}

//! The UDP sockets by which sound comes and goes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::UdpSocket;

/// Each with the address to which it is bound.
pub type Sockets = Vec<(SocketAddr, Arc<UdpSocket>)>;

/// A socket on loopback and one on each address of the machine: browsers reach 127.0.0.1 only from
/// itself, and some not at all.
pub async fn bind() -> Result<Sockets, String> {
    let mut addresses = vec![IpAddr::from(Ipv4Addr::LOCALHOST)];
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    addresses.extend(
        interfaces
            .iter()
            .filter(|interface| !interface.is_loopback() && !interface.is_link_local())
            .map(|interface| interface.ip()),
    );
    let mut sockets = Vec::new();
    let mut port = 0;
    for address in addresses {
        // One port for all, where it is free everywhere.
        let socket = match UdpSocket::bind((address, port)).await {
            Err(_) if port != 0 => UdpSocket::bind((address, 0)).await,
            bound => bound,
        };
        let Ok(socket) = socket else { continue };
        let Ok(bound) = socket.local_addr() else {
            continue;
        };
        port = bound.port();
        sockets.push((bound, Arc::new(socket)));
    }
    if sockets.is_empty() {
        return Err("cannot open a UDP socket for calls".to_owned());
    }
    Ok(sockets)
}

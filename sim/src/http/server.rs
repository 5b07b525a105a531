//! The routes: the WebSocket, the two HTTP APIs and the static files.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::time::Instant;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use super::answer::Answer;
use super::{calls, control, faults, xswitch};
use crate::connection;
use crate::faults::{Admission, until};
use crate::sim::Sim;
use crate::tcp::{BreakableListener, TcpHandle};

/// From this size on the WebSocket library itself fails the connection. The limit of mod_verto
/// is smaller, and there the connection is closed with a close frame.
const LARGEST_MESSAGE: usize = 16 << 20;

/// The directories with the static files.
#[derive(Clone, Debug)]
pub struct Files {
    /// Served at `/`.
    pub www: PathBuf,
    /// Served at `/pkg`.
    pub pkg: PathBuf,
}

/// Serves until the listener fails.
pub async fn serve(listener: TcpListener, sim: Arc<Sim>, files: Files) -> std::io::Result<()> {
    let center = Arc::clone(&sim);
    tokio::spawn(async move { center.run_center().await });
    let app = router(sim, &files).into_make_service_with_connect_info::<TcpHandle>();
    axum::serve(BreakableListener(listener), app).await
}

fn router(sim: Arc<Sim>, files: &Files) -> Router {
    Router::new()
        .route("/ws", any(websocket))
        .merge(xswitch::routes())
        .merge(control::routes())
        .merge(calls::routes())
        .merge(faults::routes())
        .route("/api/{*path}", any(no_such_route))
        .route("/sim/{*path}", any(no_such_route))
        .nest_service("/pkg", ServeDir::new(&files.pkg))
        .fallback_service(ServeDir::new(&files.www))
        // Pages and packages are rebuilt while a browser is open.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-cache"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::CONTENT_TYPE,
            |response: &Response| {
                let given = response.headers().get(header::CONTENT_TYPE)?;
                // The library gives `.mjs` an older type than the one that is registered today.
                (given == "application/javascript")
                    .then(|| HeaderValue::from_static("text/javascript"))
            },
        ))
        .with_state(sim)
}

async fn websocket(
    upgrade: WebSocketUpgrade,
    headers: HeaderMap,
    ConnectInfo(tcp): ConnectInfo<TcpHandle>,
    State(sim): State<Arc<Sim>>,
) -> Response {
    let silent = match admission(&sim).await {
        Admission::Accepted => false,
        Admission::Silent => true,
        refused => {
            if refused == Admission::Cut {
                tcp.cut();
            }
            let message = "connections are refused on purpose".into();
            return Answer::Error(StatusCode::SERVICE_UNAVAILABLE, message).into_response();
        }
    };
    let offered = headers
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|offered| offered.to_str().ok())
        .unwrap_or_default();
    // The first subprotocol that is offered is accepted: a browser that offers one insists on an
    // answer.
    let first = offered.split(',').next().unwrap_or_default().trim();
    upgrade
        .protocols([first.to_owned()])
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
        .on_upgrade(move |socket| connection::run(socket, sim, tcp, silent))
}

/// Decides on a new connection. While a fault lets upgrades hang, this waits.
async fn admission(sim: &Sim) -> Admission {
    let mut faults = sim.update(|switch| switch.faults.watch());
    loop {
        let admission = sim.update(|switch| switch.faults.admit(Instant::now()));
        let Admission::Hang(number) = admission else {
            return admission;
        };
        while let Some(end) = sim.update(|switch| switch.faults.hangs(number, Instant::now())) {
            tokio::select! {
                _ = faults.changed() => {}
                () = until(end) => {}
            }
        }
    }
}

async fn no_such_route() -> Answer {
    Answer::Error(StatusCode::NOT_FOUND, "no such route".into())
}

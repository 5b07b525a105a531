//! The routes: the WebSocket, the two HTTP APIs and the static files.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::answer::Answer;
use crate::switch::Sim;
use crate::{connection, control, http_api};

/// What the WebSocket library refuses by itself; our own, smaller limit closes politely.
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
    let app = router(sim, &files).into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|stream| {
        // Small frames must not wait for each other's acknowledgement.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app).await
}

fn router(sim: Arc<Sim>, files: &Files) -> Router {
    Router::new()
        .route("/ws", any(websocket))
        .merge(http_api::routes())
        .merge(control::routes())
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
                // The registered type; the library knows an older one for `.mjs`.
                (given == "application/javascript")
                    .then(|| HeaderValue::from_static("text/javascript"))
            },
        ))
        .with_state(sim)
}

async fn websocket(
    upgrade: WebSocketUpgrade,
    headers: HeaderMap,
    ConnectInfo(remote): ConnectInfo<SocketAddr>,
    State(sim): State<Arc<Sim>>,
) -> Response {
    let offered = headers
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|offered| offered.to_str().ok())
        .unwrap_or_default();
    // Whatever subprotocol is offered is accepted; a browser insists on an answer.
    let first = offered.split(',').next().unwrap_or_default().trim();
    upgrade
        .protocols([first.to_owned()])
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
        .on_upgrade(move |socket| connection::run(socket, sim, remote))
}

async fn no_such_route() -> Answer {
    Answer::Error(StatusCode::NOT_FOUND, "no such route".into())
}

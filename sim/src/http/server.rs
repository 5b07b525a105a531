//! The routes: the WebSocket, the two HTTP APIs and the static files.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Extension, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::debug;

use super::answer::Answer;
use super::guard::{Guard, guard};
use super::{calls, control, faults, xswitch};
use crate::connection;
use crate::faults::{Admission, until};
use crate::limits::{LARGEST_BODY, MOST_CONNECTIONS};
use crate::sim::Sim;
use crate::supervise::keep_going;
use crate::tcp::{BreakableListener, BreakableStream, TcpHandle};

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

/// Serves for ever.
pub async fn serve(listener: TcpListener, sim: Arc<Sim>, files: &Files, guard: Guard) {
    let center = Arc::clone(&sim);
    let run_center = move || {
        let center = Arc::clone(&center);
        async move { center.run_center().await }
    };
    tokio::spawn(async move { keep_going("call centre", run_center).await });
    let mut listener = BreakableListener::new(listener, sim.write_timeout);
    let served = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let app = router(Arc::clone(&sim), files, guard);
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&served).acquire_owned().await {
        let (stream, tcp) = listener.accept().await;
        let (app, sim) = (app.clone(), Arc::clone(&sim));
        tokio::spawn(async move {
            serve_connection(stream, &tcp, app, &sim).await;
            drop(place);
        });
    }
}

/// Serves one TCP connection until it ends or has become a WebSocket.
async fn serve_connection(stream: BreakableStream, tcp: &TcpHandle, app: Router, sim: &Sim) {
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(tcp.clone());
        app.clone().oneshot(request.map(Body::new))
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(sim.request_timeout)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        debug!(remote = %tcp.remote, "the connection broke: {error}");
    }
}

fn router(sim: Arc<Sim>, files: &Files, who: Guard) -> Router {
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Router::new()
        .route("/ws", any(websocket))
        .merge(http_api())
        .route("/api/{*path}", any(no_such_route))
        .route("/sim/{*path}", any(no_such_route))
        .nest_service("/pkg", ServeDir::new(&files.pkg))
        .fallback_service(ServeDir::new(&files.www))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(RequestBodyTimeoutLayer::new(sim.request_timeout))
        .layer(from_fn_with_state(Arc::new(who), guard))
        .layer(CatchPanicLayer::new())
        // Pages and packages are rebuilt while a browser is open.
        .layer(fixed(header::CACHE_CONTROL, "no-cache"))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // A click on a page that another site frames invisibly is not what its user meant. A policy that is
        // written into a page can't forbid frames, so the server says it.
        .layer(fixed(
            header::CONTENT_SECURITY_POLICY,
            "frame-ancestors 'self'",
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

fn http_api() -> Router<Arc<Sim>> {
    Router::new()
        .merge(xswitch::routes())
        .merge(control::routes())
        .merge(calls::routes())
        .merge(faults::routes())
}

async fn websocket(
    upgrade: WebSocketUpgrade,
    headers: HeaderMap,
    Extension(tcp): Extension<TcpHandle>,
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

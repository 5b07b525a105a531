//! A client with a page, a clock and sockets that the test plays.

use js_sys::{Array, Promise, Reflect};
use verto_wasm::browser::{Client, Host};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

// The package's glue, which fake.js imports: wasm-bindgen copies the files that are named so.
macro_rules! glue {
    ($($path:literal: $name:ident,)*) => {
        $(#[wasm_bindgen(module = $path)]
        #[allow(dead_code)]
        extern "C" {
            fn $name();
        })*
    };
}

glue! {
    "/pkg-template/host/credentials.js": askCredentials,
    "/pkg-template/host/host.js": Host,
    "/pkg-template/host/page-code.js": safely,
    "/pkg-template/host/sockets.js": Sockets,
    "/pkg-template/sdk/check.js": isMissing,
    "/pkg-template/sdk/enums.js": enums,
    "/pkg-template/sdk/error.js": badArgument,
    "/pkg-template/sdk/options.js": config,
}

#[wasm_bindgen(module = "/tests/browser/fake.js")]
extern "C" {
    pub type World;
    #[wasm_bindgen(constructor)]
    fn new() -> World;
    #[wasm_bindgen(method)]
    fn end(this: &World);
    #[wasm_bindgen(method, js_name = useRealTime)]
    pub fn use_real_time(this: &World);
    #[wasm_bindgen(method)]
    pub fn advance(this: &World, ms: f64);
    #[wasm_bindgen(method)]
    pub fn sleep(this: &World, ms: f64);
    #[wasm_bindgen(method)]
    pub fn fire(this: &World);
    #[wasm_bindgen(method, getter)]
    pub fn timers(this: &World) -> usize;
    #[wasm_bindgen(method)]
    pub fn happen(this: &World, event: &str);
    #[wasm_bindgen(method, getter, js_name = wakeUps)]
    pub fn wake_ups(this: &World) -> usize;
    #[wasm_bindgen(method, getter)]
    pub fn live(this: &World) -> usize;
    #[wasm_bindgen(method, getter)]
    pub fn listening(this: &World) -> usize;
    #[wasm_bindgen(method, getter)]
    fn wrongs(this: &World) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    pub fn sockets(this: &World) -> Array;
    /// The socket with this number, counted from 0. -1 is the newest.
    #[wasm_bindgen(method)]
    pub fn socket(this: &World, index: i32) -> Socket;
    #[wasm_bindgen(method)]
    pub fn serve(this: &World) -> bool;
    #[wasm_bindgen(method, setter, js_name = refusal)]
    pub fn set_refusal(this: &World, thrown: &JsValue);
    #[wasm_bindgen(method, setter, js_name = answersInSend)]
    pub fn set_answers_in_send(this: &World, answers: bool);
    #[wasm_bindgen(method, setter, js_name = closesInClose)]
    pub fn set_closes_in_close(this: &World, closes: bool);

    pub type Socket;
    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Socket) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn sent(this: &Socket) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    pub fn closes(this: &Socket) -> Vec<u16>;
    #[wasm_bindgen(method, getter)]
    pub fn listening(this: &Socket) -> bool;
    #[wasm_bindgen(method, getter)]
    pub fn live(this: &Socket) -> bool;
    #[wasm_bindgen(method)]
    pub fn open(this: &Socket);
    #[wasm_bindgen(method, js_name = deliver)]
    pub fn text(this: &Socket, text: &str);
    #[wasm_bindgen(method, js_name = deliver)]
    pub fn binary(this: &Socket, bytes: &[u8]);
    #[wasm_bindgen(method)]
    pub fn closed(this: &Socket, code: u16);
    #[wasm_bindgen(method)]
    pub fn answer(this: &Socket) -> bool;
    /// The id of the oldest request without an answer. The fake server leaves it to the test to
    /// answer that one.
    #[wasm_bindgen(method)]
    pub fn skip(this: &Socket) -> u32;

    pub type Page;
    #[wasm_bindgen(constructor)]
    fn new() -> Page;
    #[wasm_bindgen(method, getter)]
    fn host(this: &Page) -> Host;
    #[wasm_bindgen(method, getter)]
    pub fn client(this: &Page) -> JsValue;
    #[wasm_bindgen(method, setter)]
    fn set_client(this: &Page, client: JsValue);
    #[wasm_bindgen(method, getter)]
    pub fn options(this: &Page) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub fn set_options(this: &Page, options: &JsValue);
    #[wasm_bindgen(method)]
    pub fn told(this: &Page) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    pub fn logs(this: &Page) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    pub fn everything(this: &Page) -> Vec<String>;
    #[wasm_bindgen(method, getter)]
    pub fn reports(this: &Page) -> Array;
    #[wasm_bindgen(method, getter)]
    pub fn holds(this: &Page) -> Array;
    #[wasm_bindgen(method, getter)]
    pub fn unsettled(this: &Page) -> usize;
    #[wasm_bindgen(method)]
    pub fn error(this: &Page, call: u32) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn call(this: &Page, method: &str) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn connect(this: &Page, options: &JsValue) -> u32;
    #[wasm_bindgen(method)]
    fn request(this: &Page, method: &JsValue, params: &JsValue, options: &JsValue) -> u32;
    #[wasm_bindgen(method)]
    pub fn subscribe(this: &Page, channel: &str, listener: u32) -> u32;
    #[wasm_bindgen(method)]
    pub fn unsubscribe(this: &Page, channel: &str, serno: u32);
    #[wasm_bindgen(method)]
    pub fn logout(this: &Page);
    #[wasm_bindgen(method)]
    pub fn thrown(this: &Page, method: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn free(this: &Page);
    #[wasm_bindgen(method)]
    fn task(this: &Page) -> Promise;
    #[wasm_bindgen(method)]
    pub fn inside(this: &Page, kind: &str, action: &JsValue, times: u32);
    #[wasm_bindgen(method)]
    pub fn hooked(this: &Page, kind: &str) -> u32;
    #[wasm_bindgen(method, js_name = newCall)]
    pub fn new_call(this: &Page) -> u32;

    #[wasm_bindgen(js_name = turn)]
    fn js_turn() -> Promise;
    #[wasm_bindgen(js_name = methodNames)]
    pub fn method_names() -> Vec<String>;
}

/// The value of a JavaScript expression.
pub fn js(expression: &str) -> JsValue {
    js_sys::eval(&["(", expression, ")"].concat()).unwrap()
}

/// Waits until every microtask that is due has run.
pub async fn turn() {
    JsFuture::from(js_turn()).await.unwrap();
}

/// The member `name` as a string.
pub fn text(object: &JsValue, name: &str) -> String {
    let value = Reflect::get(object, &name.into()).unwrap();
    value.as_string().unwrap_or_else(|| format!("{value:?}"))
}

/// One client with its page, in a world of its own.
pub struct Bench {
    pub world: World,
    pub page: Page,
}

impl Bench {
    pub fn new() -> Self {
        let world = World::new();
        let page = new_page();
        Bench { world, page }
    }

    /// A client that has logged in. What the page was told on the way is forgotten.
    pub async fn ready() -> Self {
        let bench = Self::new();
        bench.log_in().await;
        bench
    }

    pub async fn log_in(&self) {
        self.page.connect(&self.page.options());
        self.serve().await;
        assert_eq!(self.state(), "ready");
        self.page.told();
    }

    pub fn state(&self) -> String {
        text(&self.page.client(), "state")
    }

    pub fn sessid(&self) -> String {
        text(&self.page.client(), "sessid")
    }

    /// Makes a request. `params` is a JavaScript expression. Returns the number of the call.
    pub fn request(&self, method: &str, params: &str) -> u32 {
        let params = js(params);
        let method = method.into();
        self.page.request(&method, &params, &JsValue::UNDEFINED)
    }

    pub fn request_with(&self, method: &JsValue, params: &JsValue, options: &JsValue) -> u32 {
        self.page.request(method, params, options)
    }

    /// The newest socket.
    pub fn socket(&self) -> Socket {
        self.world.socket(-1)
    }

    /// The frames that were sent on the newest socket, without the first `count`.
    pub fn sent_since(&self, count: usize) -> Vec<String> {
        self.socket().sent().split_off(count)
    }

    /// Waits until every microtask that is due has run. `Page::told` then has the line "next
    /// task" after what was told in microtasks.
    pub async fn next_task(&self) {
        JsFuture::from(self.page.task()).await.unwrap();
    }

    /// The server opens sockets and answers requests until there is nothing left to answer.
    pub async fn serve(&self) {
        turn().await;
        while self.world.serve() {
            turn().await;
        }
    }

    /// Checks that nothing went wrong, and that nothing is left that would keep the page alive.
    pub async fn assert_ended(&self) {
        turn().await;
        self.assert_well();
        assert_eq!(self.world.live(), 0, "live sockets");
        assert_eq!(self.world.listening(), 0, "sockets with listeners");
        assert_eq!(self.world.timers(), 0, "timers");
        assert_eq!(self.world.wake_ups(), 0, "listeners for wake-ups");
        assert_eq!(self.page.unsettled(), 0, "calls that were never settled");
        assert_eq!(self.page.holds().at(-1), JsValue::FALSE, "held");
    }

    pub fn assert_well(&self) {
        assert_eq!(self.world.wrongs(), [""; 0]);
        assert!(self.world.live() <= 1, "several live sockets");
    }

    /// Checks that a whole session works, from `connect` to `logout`.
    pub async fn assert_usable(&self) {
        self.page.told();
        let secret = self.page.options();
        self.page.set_options(&js(OPTIONS));
        self.log_in().await;
        let serno = self.page.subscribe("vcc.usable", 77);
        let call = self.request("echo", "{a: 1}");
        self.serve().await;
        self.socket().text(&event("vcc.usable", 1));
        let told = self.page.told();
        let event = format!("event {serno} {}", params("vcc.usable", 1));
        for line in [
            format!("ready {serno} vcc.usable"),
            format!(r#"settle {call} {{"method":"echo"}}"#),
            event,
        ] {
            assert_eq!(
                told.iter().filter(|one| **one == line).count(),
                1,
                "{line} in {told:?}"
            );
        }
        self.page.logout();
        self.assert_ended().await;
        assert_eq!(self.state(), "closed");
        self.page.set_options(&secret);
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.world.end();
    }
}

fn random() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}

/// A page with a client, in the present world.
pub fn new_page() -> Page {
    let page = Page::new();
    page.set_client(Client::new(page.host(), random(), random()).into());
    page
}

/// The options of most tests. There are no pings, which only the tests in `waking.rs` want.
pub const OPTIONS: &str = "{socketUrl: 'wss://pbx.example/ws', login: '1001@xswitch.cn', \
     passwd: '1234', keepAlive: false}";

/// [`OPTIONS`] with some of them replaced.
pub fn options(others: &str) -> JsValue {
    js(&format!("Object.assign({OPTIONS}, {others})"))
}

/// The frame of an event on `channel`. `number` is its `data`.
pub fn event(channel: &str, number: u32) -> String {
    let params = params(channel, number);
    format!(r#"{{"jsonrpc":"2.0","id":9,"method":"verto.event","params":{params}}}"#)
}

/// The `params` of that event.
pub fn params(channel: &str, number: u32) -> String {
    format!(r#"{{"eventChannel":"{channel}","data":{number}}}"#)
}

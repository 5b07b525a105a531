//! What tells that the network is back, or that the page slept.

use std::rc::Weak;

use wasm_bindgen::prelude::*;
use web_sys::Event;

use super::shell::Shell;
use crate::core::session::Session;

/// On the window or the worker; `pageshow` comes from the back-forward cache too.
const GLOBAL: [&str; 2] = ["online", "pageshow"];
/// On the document, where there is one; `resume` follows the freezing of a tab.
const DOCUMENT: [&str; 2] = ["visibilitychange", "resume"];

#[wasm_bindgen]
extern "C" {
    type Global;
    #[wasm_bindgen(method, getter)]
    fn document(this: &Global) -> JsValue;

    type Target;
    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    fn add(this: &Target, event: &str, listener: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeEventListener)]
    fn remove(this: &Target, event: &str, listener: &JsValue) -> Result<(), JsValue>;

    type Page;
    #[wasm_bindgen(method, getter)]
    fn hidden(this: &Page) -> Option<bool>;
}

/// The listeners of one active session; dropping them takes them off.
#[must_use = "listening ends when this is dropped"]
pub struct WakeUps {
    listener: Closure<dyn Fn(Event)>,
}

impl WakeUps {
    /// Listens for `shell`.
    pub fn listen(shell: &Weak<Shell>) -> WakeUps {
        let shell = shell.clone();
        let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            let hidden = event
                .target()
                .is_some_and(|target| target.unchecked_ref::<Page>().hidden() == Some(true));
            if let Some(shell) = shell.upgrade().filter(|_| !hidden) {
                shell.happened(Session::woke);
            }
        });
        each(|target, event| target.add(event, listener.as_ref()));
        WakeUps { listener }
    }
}

impl Drop for WakeUps {
    fn drop(&mut self) {
        each(|target, event| target.remove(event, self.listener.as_ref()));
    }
}

fn each(act: impl Fn(&Target, &str) -> Result<(), JsValue>) {
    let global = js_sys::global();
    let document = global.unchecked_ref::<Global>().document();
    for (target, events) in [(global.as_ref(), GLOBAL), (&document, DOCUMENT)] {
        for event in events {
            // A place that hasn't got this event, or any, needs no listener.
            let _ = act(target.unchecked_ref(), event);
        }
    }
}

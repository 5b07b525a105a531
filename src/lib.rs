//! XSwitch's Verto and call-centre SDK for the browser.
//!
//! [`core`] is the protocol and knows no browser; `browser`, built for wasm32 alone, is
//! the shell around it, of which the JavaScript in `pkg-template/` makes the classes
//! `Verto` and `VertoCallcenter`.

#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod core;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

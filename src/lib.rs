//! verto-wasm

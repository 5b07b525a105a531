import { provide } from "./wasm.js";
// wasm2js made it of the wasm module.
import { instantiate } from "verto-wasm-as-script";
import "./globals.js";

provide(instantiate);

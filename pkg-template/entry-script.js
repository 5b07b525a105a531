import "./globals.js";
import { provide } from "./wasm.js";
import { instantiate } from "./inlined.js";

provide(instantiate);

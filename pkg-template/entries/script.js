import "./globals.js";
import { provide } from "../host/wasm.js";
import { instantiate } from "./inlined.js";

provide(instantiate);

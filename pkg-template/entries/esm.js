export * from "../sdk/index.js";
export { verto as default } from "../sdk/index.js";
import { provide } from "../host/wasm.js";
import { instantiate } from "./inlined.js";

provide(instantiate);

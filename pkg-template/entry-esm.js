export * from "./sdk.js";
export { verto as default } from "./sdk.js";
import { provide } from "./wasm.js";
import { instantiate } from "./inlined.js";

provide(instantiate);

// The same without telephone calls: `newCall()` throws `unsupported`, and there are no devices.
export * from "./index.js";
export { verto as default } from "./index.js";

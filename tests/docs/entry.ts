// What docs/api.md describes.
export * from "../../pkg-template/index.js";
export { default as init, type WasmSource } from "../../pkg-template/slim.js";

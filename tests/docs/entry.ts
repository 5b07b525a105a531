// What docs/api.md describes.
export * from "../../pkg-template/types/index.js";
export { default as init, type WasmSource } from "../../pkg-template/types/slim.js";

// The globals are those of verto-min.js; `newCall()` throws `unsupported`.
import type {} from "./verto-min.js";

export {};

// The globals are those of verto-min.js.
import type {} from "./verto-min.js";

export {};

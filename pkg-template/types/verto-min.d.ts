// The globals of a page with `<script src="verto-min.js">`. To have them in TypeScript:
// `import type {} from "verto-wasm/verto-min.js"`.
import type * as sdk from "./index.js";

declare global {
  var verto: sdk.Verto;
  var Verto: typeof sdk.Verto;
  var VertoCallcenter: typeof sdk.VertoCallcenter;
  var VertoError: typeof sdk.VertoError;
  interface Verto extends sdk.Verto {}
  interface VertoCallcenter extends sdk.VertoCallcenter {}
  type VertoError = sdk.VertoError;
}

export {};

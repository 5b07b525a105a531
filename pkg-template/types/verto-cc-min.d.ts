// The globals of a page with `<script src="verto-cc-min.js">`: those of verto-min.js, without
// telephone calls.
import type * as sdk from "./cc.js";

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

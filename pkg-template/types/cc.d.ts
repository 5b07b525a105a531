// The same without telephone calls: what makes and ends them is `never`, and there are no devices.
import * as sdk from "./index.js";

export * from "./index.js";

/** As in the other build, without telephone calls. */
export interface Verto extends sdk.Verto {
  /** This build makes no calls: it throws `unsupported`. */
  newCall: never;
  /** There is nothing to hang up. */
  hangup: never;
}
/** Its class. */
export const Verto: Omit<typeof sdk.Verto, "Dialog" | "resumeAudio" | "defaultIceServers" | "prototype"> & {
  new (...args: ConstructorParameters<typeof sdk.Verto>): Verto;
  readonly prototype: Verto;
};
/** The ready-made instance, also the default export. */
export const verto: Verto;
export default verto;

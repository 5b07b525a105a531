import { idleVerto } from "./verto.js";

export { Verto } from "./verto.js";
export { VertoCallcenter } from "./callcenter.js";
export { VertoError } from "./error.js";

export const verto = idleVerto();

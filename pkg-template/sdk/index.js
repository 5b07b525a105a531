// What the package exports, however a page takes it in: see entries/.
import { idleVerto } from "./verto.js";

export { Verto } from "./verto.js";
export { VertoCallcenter } from "./callcenter.js";
export { VertoError } from "./error.js";

export const verto = idleVerto();

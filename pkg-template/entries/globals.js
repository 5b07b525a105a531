import { verto, Verto, VertoCallcenter, VertoError } from "../sdk/index.js";

// Plain properties, so that a page's own `var verto = new Verto()` replaces ours.
Object.assign(globalThis, { verto, Verto, VertoCallcenter, VertoError });

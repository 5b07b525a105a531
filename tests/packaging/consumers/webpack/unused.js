import verto from "verto-wasm";

export const answer = 42;

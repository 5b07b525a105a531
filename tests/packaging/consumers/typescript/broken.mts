import { Verto } from "verto-wasm";

export const state: number = new Verto().state;

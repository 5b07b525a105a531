import { Verto } from "verto-wasm";

new Verto().subscribe(42);

import { Verto, VertoCallcenter, VertoError } from "./node_modules/verto-wasm/index.mjs";
import "./play.js";

onmessage = ({ data }) => play({ Verto, VertoCallcenter, VertoError }, data, postMessage);

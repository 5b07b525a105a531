"use client";

import { useEffect } from "react";
import verto, { Verto, VertoCallcenter, VertoError } from "verto-wasm";
import "../play.js";

export function Shift() {
  useEffect(() => play({ Verto, VertoCallcenter, VertoError }, socketUrl(), report), []);
  return <p id="client">{verto.state}</p>;
}

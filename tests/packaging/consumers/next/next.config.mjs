import { fileURLToPath } from "node:url";

// Next.js itself lies outside of this project. Of our package it is told nothing.
export default { turbopack: { root: fileURLToPath(new URL("../../../", import.meta.url)) } };

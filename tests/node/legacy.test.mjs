// What verto-legacy-min.js asks of a browser: no more than Chromium 73 has. That it then works is
// tested in e2e/legacy, on a page that has been rid of what is newer.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "acorn";

const script = readFileSync(new URL("../../pkg/verto-legacy-min.js", import.meta.url), "utf8");

/** What it takes from the browser. Where Chromium 73 lacks one, the script looks whether it is there. */
const GLOBALS = [
  "AbortController", "Array", "ArrayBuffer", "Audio", "Boolean", "CustomEvent", "DataView", "Date", "Error", "EventTarget", "FinalizationRegistry",
  "Float32Array", "Float64Array", "Function", "Int16Array", "Int32Array", "Int8Array", "JSON", "Math", "MediaStream", "NaN", "Number",
  "Object", "Promise", "Proxy", "RTCPeerConnection", "RangeError", "Reflect", "RegExp", "Set", "String", "Symbol",
  "TypeError", "URL", "Uint16Array", "Uint32Array", "Uint8Array", "WeakMap", "WeakSet", "WebAssembly",
  "arguments", "clearTimeout", "document", "global", "globalThis", "queueMicrotask", "reportError", "self",
  "window",
];

const tree = () => parse(script, { ecmaVersion: 2019, sourceType: "script" });

/** Each node below this one, with the node that holds it and how it is called there. */
function* nodes(node, parent, role) {
  if (Array.isArray(node)) {
    for (const each of node) yield* nodes(each, parent, role);
  } else if (typeof node?.type === "string") {
    yield { node, parent, role };
    for (const [key, value] of Object.entries(node)) yield* nodes(value, node, key);
  }
}

/** Whether an identifier is only the name of a member. */
const isMember = ({ parent, role }) =>
  !parent.computed && (role === "property" || (role === "key" && !(parent.shorthand && parent.value.name)));

/** Where identifiers are made. Scopes don't matter: minified names are no global's. */
const DECLARES = {
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id", "params"],
  FunctionExpression: ["id", "params"],
  ArrowFunctionExpression: ["params"],
  ClassDeclaration: ["id"],
  ClassExpression: ["id"],
  CatchClause: ["param"],
  LabeledStatement: ["label"],
  BreakStatement: ["label"],
  ContinueStatement: ["label"],
  ArrayPattern: ["elements"],
  ObjectPattern: ["properties"],
  RestElement: ["argument"],
  AssignmentPattern: ["left"],
};

test("its syntax is that of ES2019", () => {
  assert.equal(tree().type, "Program");
  assert.throws(() => parse("a?.b", { ecmaVersion: 2019 }), SyntaxError);
});

test("it takes from the browser what Chromium 73 has, or looks first", () => {
  const [declared, used] = [new Set(), new Set()];
  for (const found of nodes(tree(), null, "")) {
    const { node, parent, role } = found;
    if (node.type !== "Identifier" || isMember(found)) continue;
    const declares = DECLARES[parent.type]?.includes(role) || (parent.type === "Property" && role === "value");
    (declares ? declared : used).add(node.name);
  }
  const taken = [...used].filter((name) => !declared.has(name));
  assert.deepEqual(taken.sort(), GLOBALS.slice().sort());
});

test("it looks before it takes what is newer", () => {
  const looks = ["typeof FinalizationRegistry", "typeof reportError", "typeof WebAssembly", "globalThis.WeakRef", "Symbol.dispose&&", '"encodeInto"in', "typeof self", "typeof global?", "typeof window"];
  for (const look of looks) assert.ok(script.includes(look), look);
  // WebDriver needs it, so that the page of e2e/legacy has it.
  assert.ok(!script.includes(".hasOwn("));
});

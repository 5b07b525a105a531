// Pages that have replaced what the browser has built in, by a library of 2009 or by mistake. The
// outcome is a shift that works or an error that names what is missing, and never a loop without end.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "acorn";
import { LIBRARIES } from "./lib/libraries.mjs";
import { WHOLE, inRealm, play } from "./lib/realm.mjs";

const SCRIPTS = ["verto-min.js", "verto-cc-min.js", "verto-legacy-min.js"].map((name) => {
  const source = readFileSync(new URL(`../../pkg/${name}`, import.meta.url), "utf8");
  return { name, source, names: namesIn(source) };
});

/** Every name in a script, of a variable or of a member. */
function namesIn(source) {
  const found = new Set();
  const walk = (node) => {
    if (node?.type === "Identifier") found.add(node.name);
    if (node && typeof node === "object") Object.values(node).forEach(walk);
  };
  walk(parse(source, { ecmaVersion: 2022 }));
  return [...found];
}

/** Plays a shift with each script, on a page that runs `source` before or after it. */
function everywhere(source, judge) {
  for (const script of SCRIPTS) {
    for (const when of ["before", "after"]) {
      const seen = play(script.source, { [when]: source });
      judge(seen, `${script.name}, ${when}`);
    }
  }
}

const works = ({ done, errors }, where) => assert.deepEqual({ done, errors }, { done: WHOLE, errors: "" }, where);

test("a page that replaces nothing", () => everywhere("", works));

describe("a shift beside", () => {
  for (const [name, library] of LIBRARIES) test(name, () => everywhere(library, works));
});

test("a bundler whose loose mode takes whatever is spread or looped over for an array", () => {
  for (const { name, source } of SCRIPTS) {
    const edits = [];
    const walk = (node, parent) => {
      const isList = node?.type === "SpreadElement" && parent.type !== "ObjectExpression";
      if (isList) edits.push([node.argument, node.argument.name === "arguments" ? "[].slice.call" : "[].concat"]);
      if (node?.type === "ForOfStatement") edits.push([node.right, "[].slice.call"]);
      if (node && typeof node === "object") {
        for (const child of Object.values(node).flat()) walk(child, node.type ? node : parent);
      }
    };
    walk(parse(source, { ecmaVersion: 2022 }));
    // From the end, so that the places before stay where they are.
    const at = edits.flatMap(([{ start, end }, loose]) => [[start, `${loose}(`], [end, ")"]]).sort((a, b) => b[0] - a[0]);
    let loose = source;
    for (const [place, text] of at) loose = loose.slice(0, place) + text + loose.slice(place);
    works(play(loose), name);
  }
});

// Each froze the page, or broke something that looked as if it worked.
const REPLACED = {
  "an Array.from without a second argument": "Array.from = (list) => [].slice.call(list);",
  "an Array.from of an array alone": "Array.from = (list) => list;",
  "a hash table called Map": "function Map() { this.put = this.get = this.remove = () => {}; }",
  "a Map that throws": "Map = function () { throw new Error('not this one'); };",
  "an Array.prototype.find by value": "Array.prototype.find = function (value) { return this.indexOf(value); };",
  "a Uint8Array.from that gives an array": "Uint8Array.from = (list) => [].slice.call(list);",
  "an Array.prototype.flat that gives the array": "Array.prototype.flat = function () { return this; };",
  "iterators that give nothing": "Set.prototype.values = Map.prototype.values = () => [][Symbol.iterator]();",
  "a crypto without getRandomValues": "crypto = {};",
  "a getRandomValues that returns nothing": "crypto.getRandomValues = () => {};",
  "a getRandomValues that throws": "crypto.getRandomValues = () => { throw new Error('no entropy'); };",
  "a getRandomValues that returns an array": "crypto.getRandomValues = (numbers) => [].slice.call(numbers);",
  "no crypto": "crypto = undefined;",
};
for (const [what, source] of Object.entries(REPLACED)) test(what, () => everywhere(source, works));

test("without TextDecoder and TextEncoder (jsdom) it loads, and using it says what is missing", () => {
  for (const missing of ["TextDecoder", "TextEncoder"]) {
    for (const { name, source } of SCRIPTS) {
      const { done, errors } = play(source, { before: `delete globalThis.${missing};`, after: "page.step('loaded');" });
      assert.match(done, /^loaded/, name);
      // As JavaScript the core needs no TextEncoder for what is ASCII.
      if (done === `loaded, ${WHOLE}`) continue;
      assert.match(errors, /wasm-unavailable .*no TextDecoder or TextEncoder: the page must have both/, name);
    }
  }
});

test("a script between others of which none ends its last statement", () => {
  for (const { name, source } of SCRIPTS) {
    const around = `page.step("before")\n${source}\n(() => page.step("after"))()`;
    const { done, errors } = play(around);
    assert.deepEqual([done, errors], [`before, after, ${WHOLE}`, ""], name);
  }
});

test("without WebAssembly the error names verto-legacy-min.js, which goes without", () => {
  for (const { name, source } of SCRIPTS) {
    const seen = play(source, { before: "delete globalThis.WebAssembly;" });
    if (name === "verto-legacy-min.js") works(seen);
    else assert.match(seen.errors, /wasm-unavailable .*this browser has none.*use verto-legacy-min\.js/);
  }
});

test("UUIDs differ where getRandomValues does nothing", () => {
  const seen = play(SCRIPTS[1].source, {
    before: "crypto.getRandomValues = () => {};",
    after: "if (page.global.Verto.genUUID() === page.global.Verto.genUUID()) throw new Error('twice the same');",
  });
  works(seen);
});

describe("a member of Object.prototype by any name that the script has", () => {
  // With these two the page's own promises and JSON are broken.
  const known = [...Object.getOwnPropertyNames(Object.prototype), "then", "toJSON"];
  for (const { name, source, names } of SCRIPTS) {
    test(name, () => {
      for (const member of names.filter((one) => !known.includes(one))) {
        for (const when of ["before", "after"]) {
          const seen = play(source, { [when]: `Object.prototype.${member} = function (one) { return one; };` });
          works(seen, `${member}, ${when}`);
        }
      }
    });
  }
});
/** What can be replaced of what a browser has built in. */
const BUILT_INS = inRealm(`
  const found = [];
  const look = (owner, object, at = owner + ".") => {
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, configurable } = Reflect.getOwnPropertyDescriptor(object, key);
      if (!configurable || typeof (get ?? value) !== "function" && Object(value) !== value) continue;
      const symbol = typeof key === "symbol" && key.description;
      found.push({ owner, key: symbol || JSON.stringify(key), name: symbol || key, path: at + (symbol ? "[" + symbol + "]" : key), symbol, get: !!get });
    }
  };
  const lookAll = (owner, value) => {
    if (Object(value) !== value) return;
    look(owner, value);
    if (typeof value === "function" && value.prototype) look(owner + ".prototype", value.prototype);
  };
  look("globalThis", globalThis, "");
  for (const { name } of [...found]) if (!/^(globalThis|console|page)$/.test(name)) lookAll(name, globalThis[name]);
  for (const name of Object.getOwnPropertyNames(WebAssembly)) lookAll("WebAssembly." + name, WebAssembly[name]);
  lookAll("Object.getPrototypeOf(Int8Array)", Object.getPrototypeOf(Int8Array));
  for (const one of ["[]", "new Map()", "new Set()", "''"]) {
    const iterator = one + "[Symbol.iterator]()";
    look("Object.getPrototypeOf(" + iterator + ")", Object.getPrototypeOf(eval(iterator)));
  }
  found;
`);

/** The source that puts something in the place of a built-in that throws when it is called, made or read. */
function throwing({ owner, key, path, get }) {
  const what = get ? "get: thrower" : "value: thrower, writable: true";
  return `{
    const RealError = Error;
    const thrower = function () { throw new RealError(${JSON.stringify(`the page replaced ${path}`)}); };
    Object.defineProperty(${owner}, ${key}, { ${what}, configurable: true });
  }`;
}

describe("every built-in that the script mentions, replaced by what throws: it works, or an error names it", () => {
  for (const { name, source, names } of SCRIPTS) {
    // Symbols are what iterating and spreading use without naming it. Without globalThis nobody finds
    // anything.
    const mentioned = BUILT_INS.filter(({ name, symbol }) => name !== "globalThis" && (symbol || names.includes(name)));
    test(name, () => {
      assert.ok(mentioned.length > 200, `${mentioned.length}`);
      for (const one of mentioned) {
        for (const when of ["before", "after"]) {
          const { done, errors } = play(source, { [when]: throwing(one) });
          assert.ok(done === WHOLE || errors.includes(one.name), `${one.path}, ${when}: ${done}\n${errors}`);
        }
      }
    });
  }
});

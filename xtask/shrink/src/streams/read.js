// Reads a WebAssembly module that stands in this script as text; read.rs puts it together.

// The characters of the text: not those that a string or an inline script could trip over.
const codes = () =>
  Array.from({ length: 95 }, (_, i) => 32 + i).filter((code) => ![34, 39, 60, 92, 96].includes(code));
// How many of them, which come first, begin a pair.
const PAIRS = 2;
// How many bytes are one character.
const SINGLES = 88;

// Where everything is in the memory of read.rs.
const MEMORY_AT = 65536;
const VALUES_AT = 64;
const TEXT_AT = VALUES_AT + 8192;
const MODULE_AT = TEXT_AT + 262144;

const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt());

/**
 * The module. `reader` is what read.rs is compiled to, each character a byte; `starts` is where in
 * the `text` each stream starts, and where the last ends; `singles` are the bytes that are one
 * character each, by its code.
 */
function read(reader, text, starts, singles) {
  const { memory, read } = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(reader))).exports;
  const bytes = new Uint8Array(memory.buffer, MEMORY_AT);
  new Uint32Array(memory.buffer, MEMORY_AT).set(starts);
  writeValues(bytes.subarray(VALUES_AT), bytesOf(singles));
  new TextEncoder().encodeInto(text, bytes.subarray(TEXT_AT));
  return bytes.subarray(MODULE_AT, MODULE_AT + read(MEMORY_AT));
}

// The bytes by the character's code; and, for each of those that begin a pair, by the second one's.
function writeValues(values, singles) {
  const all = codes();
  // After the single ones those of the pairs.
  const table = [...new Set([...singles, ...Array(256).keys()])];
  all.forEach((code, place) => {
    values[code] = table[place - PAIRS];
    values[all[0] * 128 + code] = table[SINGLES + place];
    values[all[1] * 128 + code] = table[SINGLES + all.length + place];
  });
}

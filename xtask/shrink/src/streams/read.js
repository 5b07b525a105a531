// Reads a WebAssembly module that stands in this script as text; read.rs puts it together.

// A page may have replaced any function that the browser has, by something that does less. So here are plain
// loops, which end whatever else goes wrong, as those of read.rs do.

// How many of the text's characters, which come first, begin a pair.
const PAIRS = 2;
// How many bytes are one character.
const SINGLES = 88;
// How many characters the text may have.
const CHARACTERS = 90;

// Where everything is in the memory of read.rs.
const MEMORY_AT = 65536;
const VALUES_AT = 64;
const TEXT_AT = VALUES_AT + 8192;
const MODULE_AT = TEXT_AT + 262144;

function bytesOf(text) {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * The module. `reader` is what read.rs is compiled to, each character a byte; `starts` is where in
 * the `text` each stream starts, and where the last ends; `singles` are the bytes that are one
 * character each, by its code.
 */
function read(reader, text, starts, singles) {
  const { memory, read } = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(reader))).exports;
  const at = (offset, length) => new Uint8Array(memory.buffer, MEMORY_AT + offset, length);
  const streams = new Uint32Array(memory.buffer, MEMORY_AT);
  for (let stream = 0; stream < starts.length; stream++) streams[stream] = starts[stream];
  writeValues(at(VALUES_AT), bytesOf(singles));
  new TextEncoder().encodeInto(text, at(TEXT_AT));
  return at(MODULE_AT, read(MEMORY_AT));
}

// The bytes by the character's code; and, for each of those that begin a pair, by the second one's.
function writeValues(values, singles) {
  // After the single ones those of the pairs.
  const table = new Uint8Array(256);
  const isKnown = new Uint8Array(256);
  let place = 0;
  for (let at = 0; at < SINGLES + 256; at++) {
    const byte = at < SINGLES ? singles[at] : at - SINGLES;
    if (isKnown[byte]++) continue;
    table[place++] = byte;
  }
  place = 0;
  for (let code = 32; code < 127; code++) {
    // Not those that a string or an inline script could trip over: " ' < \ `
    if (code === 34 || code === 39 || code === 60 || code === 92 || code === 96) continue;
    values[code] = table[place - PAIRS];
    values[32 * 128 + code] = table[SINGLES + place];
    values[33 * 128 + code] = table[SINGLES + CHARACTERS + place];
    place++;
  }
}

// A wasm module as text inside a script: printable ASCII of which gzip makes as little as it
// can. Unlike base64, in which a repeated sequence of bytes looks different each time, a byte is
// one character, a rare one two. And like stands beside like: there is a stream of the opcodes
// of all functions, one of the locals that they name, and so on. After gzip that is a tenth less
// than the module itself, and three tenths less than its base64. xtask/pack.mjs writes it, and
// xtask/unpack puts it together.

/** The codes of the characters: not those that a string or an inline script could trip over. */
export const codes = () =>
  Array.from({ length: 95 }, (_, i) => 32 + i).filter((code) => ![34, 39, 60, 92, 96].includes(code));
/** How many of them, which come first, begin a pair. */
export const PAIRS = 2;
/** How many bytes are one character. */
export const SINGLES = 88;

// The streams, in the order that gzip liked best. The first and the last part of the module,
// which are as they were, come last. xtask/unpack, which reads them, has these numbers too.
export const CODE = 2;
export const BLOCKS = 3;
export const DECLARATIONS = 4;
export const OFFSETS = 6;
export const OTHERS = 8;
export const HEAD = 9;
export const TAIL = 10;
export const STREAMS = 11;
export const END = 0x0b;
/** Instead of a stream: an opcode has no operand. This stream is empty. */
export const NONE = 0;
/** Instead of a stream: an opcode has other than one. OTHERS says how many, and has them. */
export const SEVERAL = TAIL;
/**
 * By the opcode: the stream that its operand is in (1 locals, 5 calls, 7 constants), NONE, or `:`,
 * which is SEVERAL. From 0x45 on they have none, from 0xd0 on several.
 */
const OPERANDS = "00333030000088:05:0000000000:00011188880666666666666666666666668878::";

const bytesOf = (text, zero = 0) => Uint8Array.from(text, (character) => character.charCodeAt() - zero);

/** The stream of each opcode's operand, up to 0x44. */
export const operands = () => bytesOf(OPERANDS, 48);

// Where everything is in the memory of xtask/unpack.
/** How long the text, and the module, may be, in bytes. */
export const MAX_LENGTH = 65536;
const MEMORY_AT = 65536;
const OPERANDS_AT = 32;
const VALUES_AT = OPERANDS_AT + 256;
const TEXT_AT = VALUES_AT + MAX_LENGTH;
const MODULE_AT = TEXT_AT + MAX_LENGTH;

/**
 * The module. `unpacker` is what xtask/unpack is compiled to, each character a byte; `starts` is
 * where in the `text` each stream starts, and where the last ends; `singles` are the bytes that
 * are one character each, by its code.
 */
export function unpack({ unpacker, text, starts, singles }) {
  const { memory, unpack } = new WebAssembly.Instance(new WebAssembly.Module(bytesOf(unpacker))).exports;
  const bytes = new Uint8Array(memory.buffer, MEMORY_AT);
  new Uint16Array(memory.buffer, MEMORY_AT).set(starts);
  bytes.set(operands(), OPERANDS_AT);
  writeValues(bytes.subarray(VALUES_AT), tableOf(bytesOf(singles)));
  new TextEncoder().encodeInto(text, bytes.subarray(TEXT_AT));
  return bytes.subarray(MODULE_AT, MODULE_AT + unpack(MEMORY_AT));
}

/** All bytes: after the single ones those of the pairs. */
export const tableOf = (singles) => [...new Set([...singles, ...Array(256).keys()])];

// The bytes by the character's code; and, for each of those that begin a pair, by the second one's.
function writeValues(values, table) {
  const all = codes();
  all.forEach((code, place) => {
    values[code] = table[place - PAIRS];
    values[all[0] * 128 + code] = table[SINGLES + place];
    values[all[1] * 128 + code] = table[SINGLES + all.length + place];
  });
}

// A wasm module as text inside a script: printable ASCII of which gzip makes as little as it
// can. Unlike base64, in which a repeated sequence of bytes looks different each time, a byte is
// one character, a rare one two. And like stands beside like: there is a stream of the opcodes
// of all functions, one of the locals that they name, and so on. After gzip that is a tenth less
// than the module itself, and three tenths less than its base64. xtask/pack.mjs writes it.

// Not in it: what a string or an inline script could trip over. Those that begin a pair come
// first, then in the order of their frequency in the script around the text, so that the
// Huffman codes of the one suit the other: 0.2 KB.
export const ALPHABET =
  " !etnr,()sioa$.=luc{}fhdgb;:pmw?vy>0_[]z&k+21#A|-ESCjPxD6UW8LOTFMRVI34*5GBq7NHZK/JY9QX@^%~";
/** How many characters begin a pair. */
export const PAIRS = 2;
const FIRST = ALPHABET.charCodeAt(0);
const LEADS = FIRST + PAIRS - 1;
/** How many bytes are one character. The text begins with them in hex, most frequent first. */
export const SINGLES = ALPHABET.length - PAIRS;

// The streams, in the order that gzip liked best. The first and the last part of the module,
// which are as they were, come last.
export const CODE = 1;
export const BLOCKS = 2;
export const DECLARATIONS = 3;
export const OFFSETS = 5;
export const OTHERS = 7;
export const HEAD = 8;
export const TAIL = 9;
export const STREAMS = 10;
/** Behind the singles in hex: how long each stream is, in characters, four digits each. */
export const HEADER = 2 * SINGLES + 4 * STREAMS;
export const END = 0x0b;
/** Instead of a stream: an opcode has no operand. */
export const NONE = TAIL;
/**
 * By the opcode: the stream that its operand is in (0 locals, 4 calls, 6 constants), NONE, or
 * `:`, which is STREAMS, where there are other than one: then OTHERS says how many, and has them.
 */
const OPERANDS = "99222929999977:94:9999999999:99900077779555555555555555555555557767::";

/** The stream of each opcode's operand. */
export const operands = () =>
  Uint8Array.from(OPERANDS.padEnd(0xd0, "9").padEnd(256, ":"), (digit) => digit.charCodeAt() - 48);

// It runs once, cold, most of it in the interpreter, so that each turn of a loop counts: the text
// is read where it is needed, not made into bytes first, and the reads are written out, since
// what a closure holds is slower to reach.
export function unpack(text) {
  const codes = new TextEncoder().encode(text);
  const hex = (from, digits) => parseInt(text.slice(from, from + digits), 16);
  const values = valuesOf(tableOf(Array.from({ length: SINGLES }, (_, i) => hex(2 * i, 2))));
  const at = [];
  let end = HEADER;
  for (let i = 0; i < STREAMS; i++) {
    at.push(end);
    end += hex(2 * SINGLES + 4 * i, 4);
  }
  const streams = operands();
  const codeEnd = at[BLOCKS];
  // No character makes more than two bytes.
  const module = new Uint8Array(2 * end);
  let length = 0;
  let value;
  for (let from = at[HEAD]; from < at[TAIL]; ) {
    value = codes[from++];
    module[length++] = values[value > LEADS ? value : value * 128 + codes[from++]];
  }
  for (let code = at[CODE]; code < codeEnd; ) {
    const start = length;
    length += 2;
    let stream = DECLARATIONS;
    // The groups of locals, each a number and a type, behind their number
    let count = 1;
    let depth = 0;
    do {
      if (count) {
        let from = at[stream];
        do {
          value = codes[from++];
          value = values[value > LEADS ? value : value * 128 + codes[from++]];
          module[length++] = value;
          // A number in LEB128 goes on where its first bit is set
          if (value < 128) count--;
        } while (count);
        at[stream] = from;
        if (!depth) {
          depth = 1;
          if ((count = 2 * value)) continue;
        }
      }
      value = codes[code++];
      value = values[value > LEADS ? value : value * 128 + codes[code++]];
      module[length++] = value;
      stream = streams[value];
      count = 1;
      if (stream < HEAD) {
        if (stream === BLOCKS) depth++;
        // The alignment is always 0: a hint, which engines don't need.
        else if (stream === OFFSETS) length++;
      } else if (stream === NONE) {
        count = 0;
        if (value === END) depth--;
      } else {
        stream = OTHERS;
        value = codes[at[OTHERS]++];
        count = values[value > LEADS ? value : value * 128 + codes[at[OTHERS]++]];
      }
    } while (depth);
    const size = length - start - 2;
    module[start] = size | 128;
    module[start + 1] = size >> 7;
  }
  for (let from = at[TAIL]; from < end; ) {
    value = codes[from++];
    module[length++] = values[value > LEADS ? value : value * 128 + codes[from++]];
  }
  return module.subarray(0, length);
}

/** All bytes in the order of their characters: after the singles those of the pairs. */
export function tableOf(singles) {
  const table = singles.slice();
  for (let byte = 0; byte < 256; byte++) if (!singles.includes(byte)) table.push(byte);
  return table;
}

// The bytes by the character; and, for each of those that begin a pair, by the second one.
function valuesOf(table) {
  const values = new Uint8Array(128 * (LEADS + 1));
  for (let i = 0; i < ALPHABET.length; i++) {
    const code = ALPHABET.charCodeAt(i);
    values[code] = table[i - PAIRS];
    for (let pair = 0; pair < PAIRS; pair++) {
      values[(FIRST + pair) * 128 + code] = table[SINGLES + pair * ALPHABET.length + i];
    }
  }
  return values;
}

// Writes a wasm module as pkg-template/packed.js reads it.

import {
  BLOCKS,
  CODE,
  DECLARATIONS,
  END,
  HEAD,
  MAX_LENGTH,
  NONE,
  OFFSETS,
  OTHERS,
  PAIRS,
  SEVERAL,
  SINGLES,
  STREAMS,
  TAIL,
  codes,
  operands as operandsOf,
  tableOf,
  unpack,
} from "../pkg-template/packed.js";

// The characters that aren't the first of a pair, in the order of their frequency in the script
// around the text, so that the Huffman codes of the one suit the other: 0.2 KB.
const BY_FREQUENCY =
  "etnr,()sioa.=lucf{}0hdgb:xp;m1wvy?>2_&A[]k#j5437|$6S-+89PCEOWFMULTVDR/JqIzNHG@BX*KQZY^%~";

const CODE_SECTION = 10;
const table = operandsOf();
const streamOf = (opcode) => (opcode < 0xd0 ? (table[opcode] ?? NONE) : SEVERAL);

// How many operands an opcode has that has other than one, where the first of them is `first`.
function operands(opcode, first) {
  if (opcode === 0x0e) return first + 2; // br_table
  if (opcode === 0x11) return 2; // call_indirect
  if (opcode === 0x1c) return first + 1; // select
  if (opcode === 0xfc && first < 8) return 1; // saturating conversions
  if (opcode === 0xfc && first === 10) return 3; // memory.copy
  if (opcode === 0xfc && (first === 11 || first > 14)) return 2; // memory.fill, tables
  if (opcode === 0xd0 || opcode === 0xd2) return 1; // ref.null, ref.func
  if (opcode === 0xd1) return 0; // ref.is_null
  throw new Error(`opcode 0x${opcode.toString(16)} ${first} is not known here`);
}

/** What `unpack` takes; `unpacker` is the module of xtask/unpack. */
export function pack(wasm, unpacker) {
  const { streams, module } = split(wasm);
  const packed = { unpacker: Buffer.from(unpacker).toString("latin1"), ...encode(streams) };
  if (packed.text.length > MAX_LENGTH || module.length > MAX_LENGTH) {
    throw new Error("the module is too large for xtask/unpack: indices of 16 bits");
  }
  if (Buffer.compare(Buffer.from(unpack(packed)), Buffer.from(module)) !== 0) {
    throw new Error("the packed module does not read back as it was");
  }
  return packed;
}

/**
 * The module in streams, and what they shall come to: the module, but that alignments are 0 and
 * each function's size has two bytes.
 */
function split(wasm) {
  const streams = Array.from({ length: STREAMS }, () => []);
  const reader = new Reader(wasm);
  reader.at = 8;
  let section;
  let size;
  for (;;) {
    section = reader.at;
    const id = reader.byte();
    size = reader.number();
    if (id === CODE_SECTION) break;
    reader.at += size;
  }
  const end = reader.at + size;
  const count = reader.bytesOf(() => reader.number());
  const code = [...count];
  while (reader.at < end) {
    reader.number();
    const body = functionBody(reader, streams);
    if (body.length >= 1 << 14) throw new Error("a function's size has more than two bytes");
    code.push(body.length & 127 | 128, body.length >> 7, ...body);
  }
  const head = [...wasm.subarray(0, section), CODE_SECTION, ...leb(code.length)];
  streams[HEAD].push(...head, ...count);
  streams[TAIL].push(...wasm.subarray(end));
  return { streams, module: [...head, ...code, ...streams[TAIL]] };
}

function functionBody(reader, streams) {
  const body = [];
  const operand = (stream) => {
    const bytes = reader.bytesOf(() => reader.number());
    streams[stream].push(...bytes);
    body.push(...bytes);
  };
  const groups = reader.number();
  if (groups > 127) throw new Error("a function has locals of more kinds than fit a byte");
  reader.at--;
  for (let i = 0; i <= 2 * groups; i++) operand(DECLARATIONS);
  for (let depth = 1; depth; ) {
    const opcode = reader.byte();
    streams[CODE].push(opcode);
    body.push(opcode);
    const stream = streamOf(opcode);
    if (opcode === END) depth--;
    if (stream === BLOCKS) depth++;
    if (stream === OFFSETS) {
      reader.number();
      body.push(0);
    }
    if (stream === SEVERAL) {
      const floats = { 0x43: 4, 0x44: 8 }[opcode];
      const first = reader.at;
      const count = floats ? reader.numbersIn(floats) : operands(opcode, reader.number());
      reader.at = first;
      streams[OTHERS].push(count);
      for (let i = 0; i < count; i++) operand(OTHERS);
    } else if (stream !== NONE) {
      operand(stream);
    }
  }
  return body;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** A number in LEB128; negative ones are only skipped. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** As how many numbers the next `length` bytes may be copied. */
  numbersIn(length) {
    const bytes = this.bytes.subarray(this.at, this.at + length);
    if (bytes.at(-1) > 127) throw new Error("a float ends in a high byte");
    return bytes.filter((byte) => byte < 128).length;
  }

  bytesOf(read) {
    const start = this.at;
    read();
    return this.bytes.subarray(start, this.at);
  }
}

function leb(number) {
  const bytes = [];
  for (; number > 127; number >>= 7) bytes.push((number & 127) | 128);
  return [...bytes, number];
}

function encode(streams) {
  const count = new Array(256).fill(0);
  for (const byte of streams.flat()) count[byte]++;
  const all = codes().map((code) => String.fromCharCode(code));
  const frequent = count.map((_, byte) => byte).sort((a, b) => count[b] - count[a] || a - b);
  const singles = new Array(SINGLES);
  for (let i = 0; i < SINGLES; i++) singles[all.indexOf(BY_FREQUENCY[i]) - PAIRS] = frequent[i];
  const characters = [];
  tableOf(singles).forEach((byte, place) => {
    const rest = place - SINGLES;
    characters[byte] =
      rest < 0 ? all[PAIRS + place] : all[Math.floor(rest / all.length)] + all[rest % all.length];
  });
  const starts = [0];
  let text = "";
  for (const stream of streams) {
    text += stream.map((byte) => characters[byte]).join("");
    starts.push(text.length);
  }
  return { text, starts, singles: String.fromCharCode(...singles) };
}

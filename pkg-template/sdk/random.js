const HEX = "0123456789abcdef";

/** Fills a typed array with random numbers. */
export function randomize(numbers) {
  try {
    globalThis.crypto.getRandomValues(numbers);
  } catch {
    // It is missing. Sessids are distinct all the same, and that is all that they must be.
  }
  // One that does nothing leaves zeros, which are no less random for what is added here.
  for (let at = 0; at < numbers.length; at++) numbers[at] ^= Math.random() * 2 ** 32;
  return numbers;
}

/** A random UUID, version 4. */
export function uuid() {
  const bytes = randomize(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  let text = "";
  for (let at = 0; at < 16; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) text += "-";
    text += HEX[bytes[at] >> 4] + HEX[bytes[at] & 15];
  }
  return text;
}

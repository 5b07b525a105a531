/** Fills a typed array with random numbers. */
export function randomize(numbers) {
  // Where `crypto` is missing or incomplete, sessids are still distinct, and that is all that they
  // must be.
  return globalThis.crypto?.getRandomValues?.(numbers) ?? numbers.map(() => Math.random() * 2 ** 32);
}

/** A random UUID, version 4. */
export function uuid() {
  const bytes = randomize(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

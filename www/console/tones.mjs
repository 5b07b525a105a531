// The page's own sounds, made when it loads: the ring of a call that comes in, and a test tone.

const RATE = 8000;
const VOLUME = 0.35;

/**
 * The address of a sound of `seconds`: the sum of these frequencies in Hz, silent where `isOn(second)`
 * is false.
 */
function sound(seconds, frequencies, isOn) {
  const count = seconds * RATE;
  const wave = new DataView(new ArrayBuffer(44 + count));
  const text = (at, letters) => [...letters].forEach((letter, index) => wave.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  wave.setUint32(4, 36 + count, true);
  text(8, "WAVEfmt ");
  wave.setUint32(16, 16, true);
  wave.setUint16(20, 1, true); // PCM
  wave.setUint16(22, 1, true); // mono
  wave.setUint32(24, RATE, true);
  wave.setUint32(28, RATE, true);
  wave.setUint16(32, 1, true);
  wave.setUint16(34, 8, true); // bits
  text(36, "data");
  wave.setUint32(40, count, true);
  for (let index = 0; index < count; index++) {
    const at = index / RATE;
    const sum = frequencies.reduce((level, frequency) => level + Math.sin(2 * Math.PI * frequency * at), 0);
    wave.setUint8(44 + index, 128 + (isOn(at) ? (127 * VOLUME * sum) / frequencies.length : 0));
  }
  return URL.createObjectURL(new Blob([wave], { type: "audio/wav" }));
}

/** As telephones ring in China: 450 Hz, one second of five, here as two short ones. */
export const RINGING = sound(4, [450, 480], (at) => at < 0.4 || (at > 0.6 && at < 1));

/** Two seconds to hear whether the loudspeaker is the right one. */
export const TEST_TONE = sound(2, [440, 554, 659], () => true);

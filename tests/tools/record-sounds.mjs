// Records the simulator's sounds, sim/sounds.bin: no Opus encoder is small enough to be
// worth a dependency, and every Chromium has one. Run it only to change the sounds:
//
//     node tests/tools/record-sounds.mjs
//
// The file is a list of clips; a clip is the number of its frames (one byte), then each frame of
// 20 ms with its length (one byte) before it. First the tone, a second of ring tone, then the notes.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startBrowser } from "../e2e/lib/browser.mjs";

const FILE = fileURLToPath(new URL("../../sim/sounds.bin", import.meta.url));
// Two octaves of a pentatonic scale, in which any order of notes is a melody.
const NOTES = [262, 294, 330, 392, 440, 523, 587, 659, 784, 880];

/** In the page: the frames of a clip, each as an array of bytes. */
function record({ frequencies, frames, skipped, fades }) {
  const RATE = 48_000;
  const samples = 960;
  return new Promise((resolve, reject) => {
    const recorded = [];
    const encoder = new AudioEncoder({
      error: reject,
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        recorded.push([...bytes]);
      },
    });
    encoder.configure({
      codec: "opus",
      sampleRate: RATE,
      numberOfChannels: 1,
      bitrate: 24_000,
      opus: { frameDuration: 20_000 },
    });
    const length = (frames + skipped) * samples;
    for (let start = 0; start < length; start += samples) {
      const data = new Float32Array(samples);
      for (let i = 0; i < samples; i++) {
        const at = start + i;
        const wave = frequencies.reduce((sum, f) => sum + Math.sin((2 * Math.PI * f * at) / RATE), 0) / frequencies.length;
        // A note begins and ends in silence.
        const envelope = fades ? Math.min(1, at / 480, Math.max(0, (length - samples - at) / 4800)) : 1;
        data[i] = 0.4 * envelope * wave;
      }
      encoder.encode(
        new AudioData({
          format: "f32",
          sampleRate: RATE,
          numberOfFrames: samples,
          numberOfChannels: 1,
          timestamp: (start / RATE) * 1e6,
          data,
        }),
      );
    }
    encoder.flush().then(() => resolve(recorded.slice(skipped, skipped + frames)), reject);
  });
}

const driver = await startBrowser();
try {
  // WebCodecs needs a secure context.
  await driver.get("chrome://version");
  const clips = [
    { frequencies: [600], frames: 50, skipped: 10 },
    { frequencies: [440, 480], frames: 50, skipped: 10 },
    ...NOTES.map((note) => ({ frequencies: [note], frames: 12, skipped: 0, fades: true })),
  ];
  const bytes = [];
  for (const clip of clips) {
    const frames = await driver.executeAsyncScript(
      `const done = arguments[1]; (${record})(arguments[0]).then(done, (error) => done(String(error)));`,
      clip,
    );
    if (!Array.isArray(frames) || frames.length !== clip.frames) throw new Error(String(frames));
    bytes.push(frames.length, ...frames.flatMap((frame) => [frame.length, ...frame]));
  }
  await writeFile(FILE, Uint8Array.from(bytes));
  console.log(`${FILE}: ${clips.length} clips, ${bytes.length} bytes`);
} finally {
  await driver.quit();
}

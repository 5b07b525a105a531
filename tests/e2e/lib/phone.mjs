// The console as the agent's phone: its lines, and what is heard on them.
import { By } from "selenium-webdriver";
import { Console } from "./console.mjs";
import { until } from "./wait.mjs";

export class Phone extends Console {
  /** Signs in with this browser as the phone, and goes ready. */
  async startShift(number) {
    await this.signIn(number);
    await this.shows("#agent-state", { state: "LOGIN" });
    await this.click("cc-ready");
    await this.shows("#agent-state", { state: "READY" });
  }

  /** The lines, from the oldest: `{line, state, muted, queue, who, about, time}`. */
  lines() {
    return this.driver.executeScript(() =>
      [...document.querySelectorAll("#lines li")].map((node) => ({
        ...node.dataset,
        who: node.querySelector("b").textContent,
        about: node.querySelector(".who span").textContent,
        time: node.querySelector("time").textContent,
      })),
    );
  }

  /** Waits until the lines have these states. */
  async states(...expected) {
    let lines;
    await until(
      () => `lines ${expected.join(", ")}, but ${JSON.stringify(lines)}`,
      async () => {
        lines = await this.lines();
        return lines.map(({ state }) => state).join() === expected.join();
      },
    );
    return lines;
  }

  /** Waits for a line's text. */
  async lineSays(index, text) {
    let line;
    await until(
      () => `line ${index} with ${text}, but ${JSON.stringify(line)}`,
      async () => {
        line = (await this.lines())[index];
        return line && Object.values(line).join(" ").includes(text);
      },
    );
    return line;
  }

  /** Clicks a button of a line. */
  async press(action, index = 0) {
    await this.driver.findElement(By.css(`#lines li:nth-child(${index + 1}) [data-action=${action}]`)).click();
  }

  /**
   * What has come and gone on a line since its connection was made, by getStats: packets, and the
   * energy of the sound, which is 0 for silence.
   */
  sound(index = 0) {
    return this.driver.executeAsyncScript(
      (index, done) =>
        import("./console/phone.mjs").then(async ({ lines }) => {
          const sound = { received: 0, sent: 0, heard: 0, spoken: 0, samples: 0, concealed: 0 };
          const { peer } = [...lines.values()][index]?.dialog ?? {};
          for (const report of (await peer?.getStats())?.values() ?? []) {
            if (report.type === "inbound-rtp") {
              sound.received = report.packetsReceived;
              sound.heard = report.totalAudioEnergy;
              sound.samples = report.totalSamplesReceived;
              sound.concealed = report.concealedSamples - (report.silentConcealedSamples ?? 0);
            }
            if (report.type === "outbound-rtp") sound.sent = report.packetsSent;
            if (report.type === "media-source") sound.spoken = report.totalAudioEnergy;
          }
          done(sound);
        }, (error) => done({ error: String(error) })),
      index,
    );
  }

  /** Waits until something is heard and said on a line, in packets and in energy. */
  async talks(index = 0) {
    const before = await this.sound(index);
    let now;
    const more = (name, least) => now[name] - before[name] > least;
    await until(
      () => `sound on line ${index}: ${JSON.stringify(before)}, then ${JSON.stringify(now)}`,
      async () => {
        now = await this.sound(index);
        // The numbers of another connection begin anew.
        if (now.received < before.received) Object.assign(before, now);
        return more("received", 20) && more("sent", 20) && more("heard", 1e-4) && more("spoken", 1e-6);
      },
    );
    return now;
  }
}

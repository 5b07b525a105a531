// Where the figures come from.
import os from "node:os";

/** What a reader must know of the machine. */
export function machine() {
  const [{ model }] = os.cpus();
  return {
    processor: model.trim(),
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release().split("-")[0]}`,
    /** Processes that ran or wanted to, over the last minute: above 1 others disturb. */
    load: os.loadavg()[0],
  };
}

/** Name and version. */
export async function browser(driver) {
  const capabilities = await driver.getCapabilities();
  return `${capabilities.getBrowserName()} ${capabilities.getBrowserVersion()}`;
}

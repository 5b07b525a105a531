// A request to its result, with the socket stubbed.
import { inPage } from "../lib/browser.mjs";

const clients = ["plain", "ours", "ours, promise", "ours, legacy", "jquery.verto", "vertojs", "signalwire"];
const cannot = { telnyx: "speaks telnyx_rtc.*, another protocol" };

const CASES = [
  { name: "1 in flight", inFlight: 1 },
  { name: "1,000 in flight", inFlight: 1000 },
];

export async function* run({ driver, server, quick, wants }) {
  await driver.get(`${server.url}host.html`);
  for (const { name, inFlight } of CASES) {
    if (!wants(name)) continue;
    const samples = await inPage(driver, (run) => host.run(run), {
      clients,
      scripts: ["stub.js", "requests.js"],
      workload: "requests",
      spec: { inFlight },
      size: 500,
      warmUp: 12,
      rounds: quick ? 15 : 51,
    });
    yield { name, unit: "ns", clients, base: "plain", samples, cannot };
  }
}

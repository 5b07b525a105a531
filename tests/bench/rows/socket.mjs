// Events through a real local socket.
import { inPage } from "../lib/browser.mjs";

// Plain a second time shows what is noise.
const clients = ["plain", "plain, again", "ours", "jquery.verto", "signalwire"];
const cannot = { vertojs: "has no subscriptions", telnyx: "speaks telnyx_rtc.*, another protocol" };

const CASES = [
  // Many short rounds: the browser's delivery varies more than the libraries differ.
  { name: "300 B, 1 connection", connections: 1, size: 2000, rounds: 51 },
  { name: "300 B, 100 connections in a page", connections: 100, size: 4000, rounds: 15 },
];

export async function* run({ driver, server, quick, wants }) {
  await driver.get(`${server.url}host.html`);
  for (const { name, connections, size, rounds } of CASES) {
    if (!wants(name)) continue;
    const samples = await inPage(driver, (run) => host.run(run), {
      clients,
      scripts: ["socket.js"],
      workload: "socket",
      spec: { socketUrl: server.socketUrl, connections },
      size,
      warmUp: 3,
      rounds: quick ? 5 : rounds,
    });
    yield { name, unit: "ns", clients, base: "plain", samples, cannot };
  }
}

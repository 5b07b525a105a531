// Events through a real local socket.
import { inPage } from "../lib/browser.mjs";

const clients = ["plain", "ours", "jquery.verto", "signalwire"];
const cannot = { vertojs: "has no subscriptions", telnyx: "speaks telnyx_rtc.*, another protocol" };

const CASES = [
  { name: "300 B, 1 connection", connections: 1 },
  { name: "300 B, 100 connections in a page", connections: 100 },
];

export async function* run({ driver, server, quick, wants }) {
  await driver.get(`${server.url}host.html`);
  for (const { name, connections } of CASES) {
    if (!wants(name)) continue;
    const samples = await inPage(driver, (run) => host.run(run), {
      clients,
      scripts: ["socket.js"],
      workload: "socket",
      spec: { socketUrl: server.socketUrl, connections },
      size: 4000,
      warmUp: 3,
      rounds: quick ? 5 : 15,
    });
    yield { name, unit: "ns", clients, base: "plain", samples, cannot };
  }
}

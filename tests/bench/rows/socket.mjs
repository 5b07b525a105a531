// Events through a real local socket.
import { inPage } from "../lib/browser.mjs";

const cannot = { vertojs: "has no subscriptions", telnyx: "speaks telnyx_rtc.*, another protocol" };

const CASES = [
  {
    name: "300 B, 1 connection",
    // Plain a second time shows what is noise.
    clients: ["plain", "plain, again", "ours", "jquery.verto", "signalwire"],
    connections: 1,
    // Many short rounds: the browser's delivery varies more than the libraries differ.
    size: 2000,
    rounds: 51,
    cannot,
  },
  {
    name: "300 B, 100 connections in a page",
    clients: ["plain", "ours", "jquery.verto"],
    connections: 100,
    // Connecting takes longer than the events.
    size: 8000,
    rounds: 7,
    cannot: { ...cannot, signalwire: "is left out with 100 connections, to save time" },
  },
];

export async function* run({ driver, server, quick, wants }) {
  await driver.get(`${server.url}host.html`);
  for (const { name, clients, connections, size, rounds, cannot } of CASES) {
    if (!wants(name)) continue;
    const samples = await inPage(driver, (run) => host.run(run), {
      clients,
      scripts: ["socket.js"],
      workload: "socket",
      spec: { socketUrl: server.socketUrl, connections },
      size,
      warmUp: 2,
      rounds: quick ? 5 : rounds,
    });
    yield { name, unit: "ns", clients, base: "plain", samples, cannot };
  }
}

// One event to its handlers, with the socket stubbed.
import { inPage } from "../lib/browser.mjs";

const SMALL = 300;
const LARGE = 4096;

const ALL = ["plain", "ours", "jquery.verto", "signalwire"];
const WITH_LEGACY = [...ALL, "ours, legacy"];
const WITHOUT = { vertojs: "has no subscriptions", telnyx: "speaks telnyx_rtc.*, another protocol" };
const ONE_HANDLER = { ...WITHOUT, signalwire: "drops a channel's second handler" };

const one = { size: SMALL, handlers: 1, subscriptions: 1, channels: "exact" };

const CASES = [
  { name: "300 B, 1 handler", spec: one, all: WITH_LEGACY },
  { name: "300 B, 10 handlers", spec: { ...one, handlers: 10 }, cannot: ONE_HANDLER },
  { name: "4 KB, 1 handler", spec: { ...one, size: LARGE }, all: WITH_LEGACY },
  { name: "4 KB, 10 handlers", spec: { ...one, size: LARGE, handlers: 10 }, cannot: ONE_HANDLER },
  { name: "300 B, 100 subscriptions", spec: { ...one, subscriptions: 100 } },
  { name: "300 B, 10,000 subscriptions", spec: { ...one, subscriptions: 10_000 }, all: WITH_LEGACY },
  { name: "300 B, no subscribedChannel", spec: { ...one, channels: "unnamed" }, plain: "plain, levels" },
  ...[1, 100, 10_000].map((subscriptions) => ({
    name: `on a.b.c, subscribed to a, ${subscriptions.toLocaleString("en")} such`,
    spec: { ...one, subscriptions, channels: "first" },
    plain: "plain, levels",
  })),
  ...[1, 100, 10_000].map((subscriptions) => ({
    name: `on a.b.c, subscribed to a.b, ${subscriptions.toLocaleString("en")} such`,
    spec: { ...one, subscriptions, channels: "parent" },
    plain: "plain, levels",
    cannot: { ...WITHOUT, "jquery.verto": "knows a and a.b.c only", signalwire: "knows a and a.b.c only" },
  })),
];

export async function* run({ driver, server, quick, wants }) {
  await driver.get(`${server.url}host.html`);
  for (const { name, spec, all = ALL, plain = "plain", cannot = WITHOUT } of CASES) {
    if (!wants(name)) continue;
    const clients = all.filter((client) => !cannot[client]);
    const samples = await inPage(driver, (run) => host.run(run), {
      clients: clients.map((client) => (client === "plain" ? plain : client)),
      scripts: ["stub.js", "events.js"],
      workload: "events",
      spec,
      // Short, so that many a sample has the machine for itself.
      size: spec.size === LARGE ? 250 : 1000,
      warmUp: 12,
      rounds: quick ? 15 : 51,
    });
    samples.plain = samples[plain];
    yield { name, unit: "ns", clients, base: "plain", samples, cannot };
  }
}

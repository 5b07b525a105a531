// From a lost socket to logged in and subscribed again, the server being there all the time.
import { inPage } from "../lib/browser.mjs";

const clients = ["ours", "jquery.verto", "signalwire", "vertojs"];
const cannot = { plain: "doesn't reconnect", telnyx: "speaks telnyx_rtc.*, another protocol" };
const NAME = "dropped to subscribed (vertojs: logged in)";

export async function* run({ driver, server, quick, wants }) {
  if (!wants(NAME)) return;
  await driver.get(`${server.url}host.html`);
  const samples = await inPage(driver, (run) => host.run(run), {
    clients,
    scripts: ["reconnect.js"],
    workload: "reconnect",
    spec: { socketUrl: server.socketUrl },
    // The drops cost nearly no time of the processor, so that they may be at once.
    atOnce: true,
    warmUp: 1,
    rounds: quick ? 7 : 25,
  });
  yield { name: NAME, unit: "ms", clients, base: "jquery.verto", samples, cannot };
}

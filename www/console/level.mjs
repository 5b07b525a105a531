// The microphone's level while one speaks.
import { element } from "./dom.mjs";
import { currentLine, onPhone } from "./phone.mjs";

const EVERY_MS = 150;
let timer;

async function measure() {
  const line = currentLine();
  const reports = (await line?.dialog.peer?.getStats())?.values() ?? [];
  const source = [...reports].find(({ type, kind }) => type === "media-source" && kind === "audio");
  element("level").value = line?.muted ? 0 : Math.sqrt(source?.audioLevel ?? 0);
}

onPhone(() => {
  const talks = currentLine()?.state === "active";
  element("signs").classList.toggle("absent", !talks);
  if (talks) timer ??= setInterval(() => document.hidden || measure().catch(() => {}), EVERY_MS);
  else timer = clearInterval(timer);
});

// Descriptions of media (SDP), which would hide the rest of a frame: they are folded away.
import { element, setText } from "./dom.mjs";
import { t } from "./i18n.mjs";

const isSdp = (name, value) => name === "sdp" && typeof value === "string";

/** A frame's JSON with its descriptions folded, and these: `{text, sdps}`. */
export function fold(json) {
  const sdps = [];
  const text = JSON.stringify(
    json,
    (name, value) => {
      if (!isSdp(name, value)) return value;
      sdps.push(value);
      return t("sdpFolded", { bytes: value.length });
    },
    2,
  );
  return { text, sdps };
}

function summary(sdp) {
  const lines = sdp.trim().split(/\r?\n/);
  const codecs = [...new Set([...sdp.matchAll(/^a=rtpmap:\d+ ([\w-]+)/gm)].map(([, codec]) => codec))];
  const candidates = lines.filter((line) => line.startsWith("a=candidate:")).length;
  return t("sdpSummary", { kind: "SDP", lines: lines.length, codecs: codecs.slice(0, 4).join(", "), candidates });
}

/** Shows a frame's descriptions beneath it, folded. */
export function showSdp(sdps) {
  element("frame-sdp").hidden = sdps.length === 0;
  setText(element("sdp-summary"), sdps.map(summary).join("; "));
  setText(element("sdp-text"), sdps.join("\n\n").replaceAll("\r\n", "\n"));
}

importScripts("node_modules/verto-wasm/verto-min.js", "play.js");

onmessage = function (event) {
  play(self, event.data, postMessage);
};

module.exports = { resolve: { alias: { "@xswitch/rtc": "verto-wasm" } } };

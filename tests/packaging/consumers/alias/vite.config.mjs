export default { resolve: { alias: { "@xswitch/rtc": "verto-wasm" } } };

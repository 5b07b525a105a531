import init, { Verto, verto, VertoCallcenter, VertoError } from "verto-wasm/slim";

async function start() {
  const nothing: void = await init();
  await init("/verto_bg.wasm");
  await init(new URL("https://a.test/verto_bg.wasm"));
  await init(fetch("/verto_bg.wasm"));
  await init(new Uint8Array(8));
  // @ts-expect-error: no source
  await init(42);
  return [nothing, new Verto().state, verto.state, VertoCallcenter, VertoError];
}
void start;

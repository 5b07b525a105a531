// Counts what the page holds of the browser. Loaded before the SDK, so that nothing is missed.
(function () {
  "use strict";

  const sockets = new Set();
  const timers = new Set();
  /** By target, type and phase: the functions that listen. */
  const listeners = new Map();
  const instances = [];
  const errors = [];
  /** How many there have been: what is counted as gone must have been seen. */
  const made = { sockets: 0, timers: 0, listeners: 0 };

  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const listen = (target, type, heard) => addEventListener.call(target, type, heard);

  listen(window, "error", ({ message }) => errors.push(message));
  listen(window, "unhandledrejection", ({ reason }) => errors.push(`unhandled rejection: ${reason}`));

  window.WebSocket = new Proxy(WebSocket, {
    construct(...args) {
      const socket = Reflect.construct(...args);
      made.sockets++;
      sockets.add(socket);
      listen(socket, "close", () => sockets.delete(socket));
      return socket;
    },
  });

  const { setTimeout, setInterval, clearTimeout } = window;
  window.setTimeout = function (callback, delay, ...args) {
    const timer = setTimeout(() => {
      timers.delete(timer);
      callback(...args);
    }, delay);
    made.timers++;
    timers.add(timer);
    return timer;
  };
  window.setInterval = function (...args) {
    const timer = setInterval(...args);
    made.timers++;
    timers.add(timer);
    return timer;
  };
  // Either function clears timers of both kinds.
  window.clearTimeout = window.clearInterval = function (timer) {
    timers.delete(timer);
    clearTimeout(timer);
  };

  // One that its `once` or `signal` took off still counts, and would be seen as left behind.
  const place = (target, type, options) => {
    const name = target === window ? "window" : target === document ? "document" : null;
    const capture = typeof options === "object" ? !!options?.capture : !!options;
    return name && `${name} ${type}${capture ? " (capture)" : ""}`;
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const at = place(this ?? window, type, options);
    if (at && listener) {
      if (!listeners.has(at)) listeners.set(at, new Set());
      made.listeners += !listeners.get(at).has(listener);
      listeners.get(at).add(listener);
    }
    return addEventListener.call(this ?? window, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const at = place(this ?? window, type, options);
    if (at) listeners.get(at)?.delete(listener);
    return removeEventListener.call(this ?? window, type, listener, options);
  };

  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(...args) {
      const instance = Reflect.construct(...args);
      instances.push(instance);
      return instance;
    },
  });

  // verto-legacy-min.js has no such memory: when its own grows it is a new buffer.
  const WASM_PAGE_BYTES = 65_536;
  let legacyBytes = 0;
  window.ArrayBuffer = new Proxy(ArrayBuffer, {
    construct(...args) {
      const buffer = Reflect.construct(...args);
      const { byteLength } = buffer;
      if (byteLength >= WASM_PAGE_BYTES && byteLength % WASM_PAGE_BYTES === 0) legacyBytes = byteLength;
      return buffer;
    },
  });

  /** The sum over everything of this class that the wasm instances export. */
  function exported(kind, size) {
    const all = instances.flatMap(({ exports }) => Object.values(exports));
    return all.filter((one) => one instanceof kind).reduce((sum, one) => sum + size(one), 0);
  }

  // Each fetch would leave an entry there.
  performance.setResourceTimingBufferSize(0);

  window.counts = () => ({
    sockets: sockets.size,
    timers: timers.size,
    listeners: [...listeners].flatMap(([at, functions]) => Array.from(functions, () => at)).sort(),
    wasmBytes: exported(WebAssembly.Memory, (memory) => memory.buffer.byteLength) || legacyBytes,
    wasmTables: exported(WebAssembly.Table, (table) => table.length),
    errors: errors.slice(),
    made: { ...made },
  });
})();

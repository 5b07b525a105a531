// How a page of each library makes its first instance. Connecting comes to nothing.
(function () {
  "use strict";

  globalThis.WebSocket = class extends EventTarget {
    readyState = 0;
    send() {}
    close() {}
  };

  const options = { login: "1001@xswitch.cn", passwd: "1234", password: "1234" };
  const socketUrl = "ws://127.0.0.1/";
  const make = {
    nothing: () => ({}),
    ours: ({ Verto }) => new Verto(),
    // It has no instance that isn't connecting.
    "jquery.verto": ({ jQuery }) => new jQuery.verto({ ...options, socketUrl }),
    signalwire: ({ Verto }) => new Verto({ ...options, host: socketUrl }),
    telnyx: (module) => new (module.TelnyxWebRTC ?? module).TelnyxRTC(options),
    vertojs: (module) => {
      const { Verto } = module.Verto?.Verto ? module.Verto : module;
      return new Verto({ transportConfig: { ...options, socketUrl } });
    },
  };

  /** Makes it of the module, or of the page's globals, and notes the time since `began`. */
  globalThis.usable = (name, module, began) => {
    const made = make[name](module);
    globalThis.took = performance.now() - began;
    globalThis.made = made;
  };
})();

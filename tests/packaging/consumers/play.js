// What every consumer does: connects, subscribes, signs in, gets the event of that, logs out.
// Plain ES5, so that all of them can load it as it is.
(function (root) {
  "use strict";

  root.play = function (sdk, socketUrl, done) {
    var verto = new sdk.Verto();
    var vcc = new sdk.VertoCallcenter(verto);
    var seen = { login: null, channel: null, event: null, code: null, closed: null };

    function failed(error) {
      seen.error = error instanceof sdk.VertoError ? error.toJSON() : String(error);
      verto.logout();
    }

    function next() {
      if (seen.code && seen.event) verto.logout();
    }

    verto.connect(
      { login: "1001@xswitch.cn", passwd: "1234", socketUrl: socketUrl },
      {
        onWSLogin: function (v, success) {
          seen.login = success;
          v.subscribe(vcc.channel("1001"), {
            handler: function (v, event) {
              seen.event = seen.event || event.eventType;
              next();
            },
            readyHandler: function (v, channel) {
              seen.channel = channel;
              vcc.ccLogin("test", "1001", "1001", function (result) {
                seen.code = result.code;
                next();
              }, failed);
            },
          });
        },
        onWSClose: function (v, asked) {
          seen.closed = asked;
          done(seen);
        },
        onSubscribeError: function (v, channel, error) {
          failed(error);
        },
      }
    );
  };

  /** The address that the test gave this page. */
  root.socketUrl = function () {
    return decodeURIComponent(/[?&]socket=([^&]*)/.exec(location.search)[1]);
  };

  /** Where the test reads what came of it. */
  root.report = function (seen) {
    document.documentElement.setAttribute("data-seen", JSON.stringify(seen));
  };
})(typeof self === "undefined" ? globalThis : self);

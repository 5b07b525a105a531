jQuery(function ($) {
  var socketUrl = decodeURIComponent(/[?&]socket=([^&]*)/.exec(location.search)[1]);
  var options = { socketUrl: socketUrl, login: "1001@xswitch.cn", passwd: "1234" };
  window.unmount = mountPhone($("#app"), options, "vcc.default.1001");
});

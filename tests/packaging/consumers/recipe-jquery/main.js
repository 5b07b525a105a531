jQuery(function ($) {
  var socketUrl = decodeURIComponent(/[?&]socket=([^&]*)/.exec(location.search)[1]);
  var options = { socketUrl: socketUrl, login: "1001@xswitch.cn", passwd: "1234" };
  // Each part of the page shows this one.
  var phone = window.phone = openPhone(options, "vcc.default.1001");
  var unmount = mountPhone($("#app"), phone);
  window.unmount = function () {
    unmount();
    phone.verto.logout();
  };
});

/** The telephone of the whole page, with its state: each change triggers "phone" on the document. Plain ES5. */
function openPhone(options, channel) {
  var phone = { verto: new Verto(), event: "" };

  function changed() {
    $(document).trigger("phone", [phone]);
  }

  phone.verto.subscribe(channel, {
    handler: function (v, event) {
      phone.event = event.eventType;
      changed();
    }
  });
  phone.verto.connect(options, { onStateChange: changed, onDialogState: changed });
  return phone;
}

/** Shows it in an element; gives the function that ends that. Calls go on. */
function mountPhone($root, phone) {
  var verto = phone.verto;

  function draw() {
    var $calls = $root.find(".calls").empty();
    $root.find("#connection").text(verto.state);
    $root.find("#event").text(phone.event);
    $root.find("#call").prop("disabled", verto.state !== "ready");
    $.each(verto.dialogs, function (id, dialog) {
      if (dialog.state.name === "destroy") return;
      // The caller's name may hold anything: text() shows it as it is.
      var $call = $("<p class='call'>").text(dialog.cidString() + " ").appendTo($calls);
      $("<b>").text(dialog.state.name).appendTo($call);
      if (dialog.state.name === "ringing") $("<button class='answer'>").text("Answer").on("click", function () { dialog.answer(); }).appendTo($call);
      $("<button class='hangup'>").text("Hang up").on("click", function () { dialog.hangup(); }).appendTo($call);
    });
  }

  $(document).on("phone.phone", draw);
  $root.on("click.phone", "#call", function () { verto.newCall({ destination_number: "9196" }); });
  draw();

  return function unmount() {
    $(document).off("phone", draw);
    $root.off(".phone").empty();
  };
}

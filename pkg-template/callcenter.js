import { badArgument } from "./error.js";
import { Verto, callCore, coreOf } from "./verto.js";

const vertos = new WeakMap();
const groups = new WeakMap();

function vertoOf(vcc) {
  const verto = vertos.get(vcc);
  if (!verto) throw badArgument("vcc", "must be an instance of VertoCallcenter");
  return verto;
}

// Runs a command whose `count` arguments come before its callbacks. The last of them may
// be left out altogether, so that the callbacks move up, where it is optional.
function command(vcc, func, args, count, optional) {
  const values = optional && typeof args[count - 1] === "function" ? count - 1 : count;
  const list = Array.from({ length: values }, (_, index) => args[index]);
  return callCore(vertoOf(vcc), args[values], args[values + 1], (core, id) => {
    core.command(id, func, groups.get(vcc), list);
  });
}

export class VertoCallcenter {
  constructor(verto) {
    if (!(verto instanceof Verto)) throw badArgument("verto", "must be an instance of Verto");
    vertos.set(this, verto);
    groups.set(this, "default");
  }

  setGroup(group) {
    if (typeof group !== "string" || group === "") {
      throw badArgument("group", "must be a non-empty string");
    }
    groups.set(this, group);
  }

  ccLogin(...args) {
    return command(this, "ccLogin", args, 3);
  }

  ccLogout(...args) {
    return command(this, "ccLogout", args, 2);
  }

  ccGoReady(...args) {
    return command(this, "ccGoReady", args, 2);
  }

  ccGoBreak(...args) {
    return command(this, "ccGoBreak", args, 3, true);
  }

  ccDial(...args) {
    return command(this, "ccDial", args, 5, true);
  }

  ccCall(func, data, ok, failed) {
    return callCore(vertoOf(this), ok, failed, (core, id) => core.call(id, func, data));
  }

  channel(agent) {
    return coreOf(vertoOf(this)).channel(groups.get(this), agent);
  }

  subscribeAgent(agent, handler) {
    // Without an agent it would be the whole group's channel.
    if (agent === undefined || agent === null) throw badArgument("agent", "is missing");
    return vertoOf(this).subscribe(this.channel(agent), { handler });
  }

  subscribeGroup(handler) {
    return vertoOf(this).subscribe(this.channel(), { handler });
  }
}

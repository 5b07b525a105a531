// The class `VertoCallcenter`. types/index.d.ts says what each of its methods is for.
import { copy, fits, isMissing, json, text } from "./check.js";
import { badArgument } from "./error.js";
import { Private } from "./private.js";
import { callCore } from "./requests.js";
import { Verto } from "./verto.js";

const states = new Private();

function stateOf(vcc) {
  const state = states.get(vcc);
  if (!state) throw badArgument("vcc", "must be an instance of VertoCallcenter");
  return state;
}

// What a page gives as an argument of a command: a number means the same as its digits as a string,
// and a string of blanks the same as an empty one.
function argument(value) {
  if (Number.isFinite(value)) return String(value);
  return typeof value === "string" ? fits("argument", value.trim() && value) : value;
}

// Runs a command whose `count` arguments come before its callbacks. If the last of them is
// `optional`, the page may leave it out altogether, so that the callbacks take its place.
function command(vcc, func, args, count, optional) {
  const values = optional && typeof args[count - 1] === "function" ? count - 1 : count;
  const { verto, group } = stateOf(vcc);
  return callCore(verto, args[values], args[values + 1], args[values + 2], (core, id, timeout) => {
    const list = [];
    for (let index = 0; index < values; index++) list[index] = argument(args[index]);
    return core.command(id, func, group, list, timeout);
  });
}

export class VertoCallcenter {
  static get name() {
    return "VertoCallcenter";
  }

  constructor(verto) {
    if (!(verto instanceof Verto)) throw badArgument("verto", "must be an instance of Verto");
    states.set(this, { verto, group: "default" });
  }

  setGroup(group) {
    if (typeof group !== "string" || group === "") {
      throw badArgument("group", "must be a non-empty string");
    }
    stateOf(this).group = group;
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

  ccCall(func, data, ok, failed, options) {
    return callCore(stateOf(this).verto, ok, failed, options, (core, id, timeout) => {
      const name = text("func", func);
      return core.cc_call(id, json("data", data), name, timeout);
    });
  }

  channel(agent) {
    const group = `vcc.${stateOf(this).group}`;
    if (isMissing(agent)) return group;
    const name = argument(agent);
    // An agent with a dot has its group already, as in the commands (src/core/callcenter.rs).
    if (typeof name === "string" && name !== "") return name.includes(".") ? `vcc.${name}` : `${group}.${name}`;
    throw badArgument("agent", "must be a non-empty string (or a number)");
  }

  subscribeAgent(agent, handler, options) {
    // Without an agent, channel() would return the channel of the whole group.
    if (isMissing(agent)) throw badArgument("agent", "is missing");
    return stateOf(this).verto.subscribe(this.channel(agent), { ...copy("options", options), handler });
  }

  subscribeGroup(handler, options) {
    return stateOf(this).verto.subscribe(this.channel(), { ...copy("options", options), handler });
  }
}

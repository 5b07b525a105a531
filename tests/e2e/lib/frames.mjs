// The frames of the specification, as the simulator records them.

export const login = (sessid, login, loginParams = {}) => ({
  jsonrpc: "2.0",
  method: "login",
  params: { login, passwd: "***", loginParams, userVariables: {}, sessid },
});

export const subscribe = (sessid, eventChannel) => ({
  jsonrpc: "2.0",
  method: "verto.subscribe",
  params: { eventChannel, sessid },
});

export const ccc = (sessid, func, data) => ({
  jsonrpc: "2.0",
  method: "jsapi",
  params: { command: "lua", data: { method: "ccc", func, data }, sessid },
});

/** Frames without their ids, whose numbers depend on the pings in between. */
export const withoutIds = (frames) => frames.map(({ id, ...frame }) => frame);

/** Whether the ids are integers that rise from 1. */
export const idsRise = (frames) =>
  frames[0]?.id === 1 && frames.every(({ id }, i) => Number.isInteger(id) && (i === 0 || id > frames[i - 1].id));

// When a description is whole: the server takes no candidates that come later.

/** After the first usable candidate: how long the other addresses have, in ms. */
const OTHERS = 30;
/** The longest that gathering takes, in ms. */
const LONGEST = 4_000;

// The server uses UDP. Until the microphone is granted browsers hide addresses behind names that end in
// `.local`, which the server cannot resolve.
function isUsable(candidate) {
  const [, component, protocol, , address] = candidate.candidate.split(" ");
  return component === "1" && /^udp$/i.test(protocol) && !/\.local$/.test(address);
}

// Browsers write a port, and more, behind the address of a server that the page gave without.
const serverOf = (url) => /^\w+:(\[[^\]]*\]|[^:?]*)/.exec(url)?.[0];

/** Whether a description has an address that the server can use. */
export function isReachable(sdp) {
  return sdp.split("\r\n").some((line) => /^a=candidate:/.test(line) && isUsable({ candidate: line }));
}

/**
 * Waits until enough candidates are in the local description. That is as soon as one of these is true:
 * all of them are there; without STUN and TURN servers, 30 ms have passed since the first usable one;
 * with such servers, each has given a usable one, or `iceTimeout` ms have passed since the first usable
 * one; 4 s have passed. Closing the connection doesn't end the wait.
 */
export function gathered(connection, iceTimeout) {
  const servers = connection.getConfiguration().iceServers ?? [];
  const missing = new Set(servers.flatMap(({ urls }) => urls).map(serverOf));
  return new Promise((resolve) => {
    const timers = [];
    const after = (ms) => timers.push(setTimeout(end, ms));
    after(LONGEST);
    connection.addEventListener("icecandidate", heard);
    connection.addEventListener("icegatheringstatechange", heard);
    heard({});

    function heard({ candidate, url }) {
      if (connection.iceGatheringState === "complete") return end();
      if (!candidate?.candidate || !isUsable(candidate)) return;
      if (timers.length === 1) after(missing.size ? iceTimeout : OTHERS);
      if (missing.delete(serverOf(candidate.url ?? url)) && !missing.size) end();
    }

    function end() {
      timers.forEach(clearTimeout);
      connection.removeEventListener("icecandidate", heard);
      connection.removeEventListener("icegatheringstatechange", heard);
      resolve();
    }
  });
}

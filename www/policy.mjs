// The policy that is written into a page lets it connect to every WebSocket, since the user may
// enter any address. Once logged in, the page needs no other than that one.

let limit;

/** The origin of a socket's address, as a policy names it; undefined for what is no such address. */
function sourceOf(socketUrl) {
  if (!/^wss?:/i.test(socketUrl) || !URL.canParse(socketUrl)) return undefined;
  const { origin, hostname, protocol } = new URL(socketUrl);
  // A policy has no words for an IPv6 address.
  return hostname.startsWith("[") ? protocol : origin;
}

/** From now on the page can connect to its own server and to that of `socketUrl`, and nowhere else. */
export function connectOnlyTo(socketUrl) {
  if (limit) return;
  limit = sourceOf(socketUrl);
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = `connect-src 'self' ${limit}`;
  document.head.append(meta);
}

/**
 * The origin that the page is limited to, if that of `socketUrl` is another. Nothing lifts a
 * policy: the page must be loaded anew for another server.
 */
export function otherLimit(socketUrl) {
  const source = sourceOf(socketUrl);
  // An address that can't be used is refused by the SDK, which says why.
  return limit && source && source !== limit ? limit : undefined;
}

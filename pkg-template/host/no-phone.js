// The place of phone.js in the call centre's own build, whose core knows no calls.
export { Sockets as Phone } from "./sockets.js";

// The place of phone.js in the call centre's own build, whose core knows no calls.
export { Host as Phone } from "./host.js";

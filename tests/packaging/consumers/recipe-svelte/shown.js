import { readable } from "svelte/store";
import { phone } from "./phone.js";

/** What the telephone shows: `$shown` in components. */
export const shown = readable(phone.get(), (set) => {
  set(phone.get());
  return phone.subscribe(() => set(phone.get()));
});

import { useSyncExternalStore } from "react";
import { phone } from "./phone.js";

/** What the telephone shows, in as many components as you like. */
export const usePhone = () => useSyncExternalStore(phone.subscribe, phone.get, phone.get);

import { onScopeDispose, shallowRef } from "vue";
import { phone } from "./phone.js";

/** What the telephone shows; ends with the component, or the effect scope, that uses it. */
export function usePhone() {
  const shown = shallowRef(phone.get());
  onScopeDispose(phone.subscribe(() => (shown.value = phone.get())));
  return shown;
}

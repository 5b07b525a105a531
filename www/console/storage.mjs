// What the page remembers in this browser, or only in this tab. Where storage is forbidden it
// remembers nothing.

const PREFIX = "verto-console.";

function recallFrom(storage, name) {
  try {
    return JSON.parse(globalThis[storage].getItem(PREFIX + name)) ?? undefined;
  } catch {
    return undefined;
  }
}

function rememberIn(storage, name, value) {
  try {
    if (value === undefined) globalThis[storage].removeItem(PREFIX + name);
    else globalThis[storage].setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Then the user is asked again next time.
  }
}

export const recall = (name) => recallFrom("localStorage", name);
export const remember = (name, value) => rememberIn("localStorage", name, value);

/** What outlives a reload of this tab, and ends with the tab. An `undefined` value is forgotten. */
export const recallInTab = (name) => recallFrom("sessionStorage", name);
export const rememberInTab = (name, value) => rememberIn("sessionStorage", name, value);

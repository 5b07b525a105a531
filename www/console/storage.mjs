// What the page remembers in this browser. Where storage is forbidden it remembers nothing.

const PREFIX = "verto-console.";

export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Then the user is asked again next time.
  }
}

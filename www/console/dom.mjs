// Small helpers around the DOM.

export const element = (id) => document.getElementById(id);
export const value = (id) => element(id).value.trim();

/** Sets a text only if it differs, so that nothing is laid out or read aloud without need. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A new element with properties and `data-` attributes. */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  Object.assign(node.dataset, data);
  node.append(...children);
  return node;
}

/** Marks the chosen one of several toggle buttons. */
export function press(buttons, chosen) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
}

export function onClick(id, run) {
  element(id).addEventListener("click", run);
}

export function onSubmit(id, run) {
  element(id).addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
}

const isVisible = (node) => node.checkVisibility({ visibilityProperty: true });

/** If the element that had the focus is gone, the first of these that is visible gets it. */
export function keepFocus(...ids) {
  const { activeElement } = document;
  if (activeElement && activeElement !== document.body && isVisible(activeElement)) return;
  ids.map(element).find(isVisible)?.focus();
}

/** Lets a screen reader say this once, without interrupting what it is saying. */
export function announce(text) {
  setText(element("live"), text);
}

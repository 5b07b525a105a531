// Which of the two views is shown: the agent's or the supervisor's.
import { onConnection, connection } from "./connection.mjs";
import { element, onClick, press } from "./dom.mjs";

const VIEWS = ["agent", "supervisor"];
const listeners = new Set();
let current = "agent";

/** Runs when a view is shown. */
export function onView(run) {
  listeners.add(run);
}

function show() {
  const connected = document.body.classList.contains("entered");
  for (const view of VIEWS) element(`${view}-view`).hidden = !connected || view !== current;
  press(VIEWS.map((view) => element(`view-${view}`)), element(`view-${current}`));
  document.body.dataset.view = current;
}

export function showView(view) {
  current = view;
  show();
  for (const run of listeners) run(view);
}

/** Begins to show the views. Call it after signin.mjs is loaded: that decides whether there are views at all. */
export function startViews() {
  for (const view of VIEWS) {
    onClick(`view-${view}`, () => {
      showView(view);
      // The other view was scrolled for its own content.
      scrollTo(0, 0);
    });
  }
  onConnection(() => {
    show();
    if (connection.state === "ready") for (const run of listeners) run(current);
  });
  show();
}

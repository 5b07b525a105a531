// The table of queues: how many callers wait, for how long, and how many agents are ready for them.
import { elapsed, serverNow } from "./clock.mjs";
import { element, make, setText } from "./dom.mjs";

/** The tile warns the supervisor when somebody waits longer than this. */
const LONG_WAIT_MS = 60_000;
const UNKNOWN = "–";
const CELLS = ["queue", "waiting", "longest", "ready", "answered", "abandoned"];

export class QueueTable {
  #center;
  /** By queue: `{node, cells}`. */
  #lines = new Map();

  constructor(center) {
    this.#center = center;
  }

  draw() {
    const { queues, rows } = this.#center;
    const ready = new Map();
    for (const { queue, status } of rows.values()) {
      if (status === "ready") ready.set(queue, (ready.get(queue) ?? 0) + 1);
    }
    for (const [id, line] of this.#lines) {
      if (queues.has(id)) continue;
      line.node.remove();
      this.#lines.delete(id);
    }
    let waiting = 0;
    for (const row of queues.values()) {
      const { node, cells } = this.#line(row.queue);
      node.dataset.waiting = row.waiting;
      setText(cells.waiting, String(row.waiting));
      setText(cells.ready, String(ready.get(row.queue) ?? 0));
      setText(cells.answered, String(row.answered ?? UNKNOWN));
      setText(cells.abandoned, String(row.abandoned ?? UNKNOWN));
      waiting += row.waiting;
    }
    setText(element("tile-waiting").querySelector("b"), queues.size > 0 ? String(waiting) : UNKNOWN);
    this.tick();
  }

  /** Called once a second: updates the waiting times. */
  tick() {
    let first;
    for (const { queue, firstSince } of this.#center.queues.values()) {
      const { cells } = this.#line(queue);
      setText(cells.longest, firstSince ? elapsed(firstSince) : UNKNOWN);
      if (firstSince && !(first < firstSince)) first = firstSince;
    }
    const tile = element("tile-longest");
    setText(tile.querySelector("b"), first ? elapsed(first) : UNKNOWN);
    tile.toggleAttribute("data-long", Boolean(first) && serverNow() - first > LONG_WAIT_MS);
  }

  #line(queue) {
    let line = this.#lines.get(queue);
    if (!line) {
      const cells = Object.fromEntries(CELLS.map((name) => [name, make("td", { className: name === "queue" ? "" : "number" })]));
      cells.queue.textContent = queue;
      const node = make("tr", { data: { queue } }, ...Object.values(cells));
      line = { node, cells };
      this.#lines.set(queue, line);
      element("queues").tBodies[0].append(node);
    }
    return line;
  }
}

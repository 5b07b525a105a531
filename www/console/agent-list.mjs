// The list of all agents. Each row's elements are made once and then only their texts change, so
// hundreds of events a second cost no more than the rows that they are about.
import { elapsed } from "./clock.mjs";
import { ON_CALL, STATUSES } from "./center.mjs";
import { element, make, press, setText, value } from "./dom.mjs";
import { t, word } from "./i18n.mjs";

const CELLS = ["agent", "queue", "status", "since", "reason", "call"];

const isOut = ({ status }) => status === "out";
const byKey = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
const ORDERS = {
  // In this order no line ever moves.
  agent: byKey,
  status: (a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) || a.since - b.since,
  since: (a, b) => isOut(a) - isOut(b) || a.since - b.since,
};

export class AgentList {
  #center;
  /** By key: `{node, cells, row}`. */
  #lines = new Map();
  #visible = new Set();
  #status = "";
  #shown = 0;
  #orderChanged = false;
  #changed = () => {};
  #observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "200px" });

  constructor(center) {
    this.#center = center;
    const tiles = [...document.querySelectorAll("#supervisor-view [data-status]")];
    for (const tile of tiles) {
      tile.addEventListener("click", () => {
        this.#status = this.#status === tile.dataset.status ? "" : tile.dataset.status;
        press(tiles, this.#status && tile);
        this.#filter();
      });
    }
    for (const id of ["filter-text", "filter-queue"]) element(id).addEventListener("input", () => this.#filter());
    element("sort").addEventListener("change", () => this.#order());
  }

  /** Runs `run` when the list has to be drawn because the user has changed the filter. */
  onChange(run) {
    this.#changed = run;
  }

  /** Brings the rows that have changed up to date. */
  draw() {
    const { rows } = this.#center;
    const changed = [...this.#center.changed];
    // Emptied first: a row that could not be drawn would otherwise stand in the way each time.
    this.#center.changed.clear();
    let added = false;
    for (const key of changed) {
      const row = rows.get(key);
      const line = this.#lines.get(key);
      if (!row) this.#remove(key, line);
      else if (line) this.#update(line, row);
      else added = this.#add(key, row);
    }
    if (added) {
      this.#offerQueues();
      this.#order();
    }
    this.#showCount();
  }

  /** Called once a second: updates the visible timers, and the order where it depends on the states. */
  tick() {
    for (const line of this.#visible) this.#showSince(line);
    if (this.#orderChanged) this.#order();
  }

  translate() {
    for (const line of this.#lines.values()) this.#show(line);
  }

  #add(key, row) {
    const cells = Object.fromEntries(CELLS.map((name) => [name, make("span", { role: "cell" })]));
    cells.since.className = "number";
    cells.status.append(make("i", {}));
    const node = make("div", { className: "row", role: "row", data: { agent: row.agent, queue: row.queue } }, ...Object.values(cells));
    const line = { node, cells, row };
    node.line = line;
    this.#lines.set(key, line);
    this.#show(line);
    this.#applyFilter(line);
    this.#observer.observe(node);
    return true;
  }

  #remove(key, line) {
    if (!line) return;
    this.#observer.unobserve(line.node);
    this.#visible.delete(line);
    this.#lines.delete(key);
    line.node.remove();
  }

  #update(line, row) {
    if (element("sort").value !== "agent") this.#orderChanged = true;
    line.row = row;
    this.#show(line);
    this.#applyFilter(line);
  }

  #show(line) {
    const { row, cells, node } = line;
    node.dataset.status = row.status;
    setText(cells.agent, row.name ? `${row.agent} ${row.name}` : row.agent);
    setText(cells.queue, row.status === "out" ? "" : row.queue);
    setText(cells.status.firstChild, t(row.status === "login" ? "notYetReady" : row.status));
    setText(cells.reason, row.reason ? word("reason", row.reason) : "");
    setText(cells.call, row.party ?? (ON_CALL.includes(row.status) ? t("callUnknownParty") : ""));
    this.#showSince(line);
  }

  #showSince({ row, cells }) {
    setText(cells.since, elapsed(row.since));
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) this.#visible.delete(target.line);
      else {
        this.#visible.add(target.line);
        this.#showSince(target.line);
      }
    }
  }

  #fits({ agent, name = "", queue, status, party = "" }) {
    const text = value("filter-text").toLowerCase();
    const shownStatus = status === "dialing" ? "talking" : status;
    return (
      (!this.#status || shownStatus === this.#status) &&
      (!value("filter-queue") || queue === value("filter-queue")) &&
      (!text || `${agent} ${name} ${party}`.toLowerCase().includes(text))
    );
  }

  #applyFilter(line) {
    const hidden = !this.#fits(line.row);
    if (line.node.hidden !== hidden) line.node.hidden = hidden;
  }

  #filter() {
    for (const line of this.#lines.values()) this.#applyFilter(line);
    this.#changed();
  }

  #showCount() {
    const all = this.#lines.size;
    const shown = element("rows").querySelectorAll(":scope > :not([hidden])").length;
    setText(element("shown"), t("shown", { shown, all }));
    element("no-agents").hidden = shown > 0;
  }

  /** Sorts the rows. Only those that are out of place are moved. */
  #order() {
    this.#orderChanged = false;
    const compare = ORDERS[element("sort").value];
    const sorted = [...this.#lines.values()].sort((a, b) => compare(a.row, b.row) || byKey(a.row, b.row));
    let at = element("rows").firstElementChild;
    for (const { node } of sorted) {
      if (node === at) at = at.nextElementSibling;
      else element("rows").insertBefore(node, at);
    }
  }

  #offerQueues() {
    const select = element("filter-queue");
    const known = new Set([...select.options].map((option) => option.value));
    for (const { row } of this.#lines.values()) {
      if (known.has(row.queue)) continue;
      known.add(row.queue);
      select.append(make("option", { value: row.queue, textContent: row.queue }));
    }
  }
}

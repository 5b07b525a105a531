// The tests' own eyes: whatever the engine, an error that the browser reports is seen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { consoleErrors, inPage, startBrowser } from "./lib/browser.mjs";
import { FIXTURES, startSim } from "./lib/sim.mjs";

let sim, driver;

before(async () => {
  sim = await startSim({ www: FIXTURES });
  driver = await startBrowser();
});

after(async () => {
  await driver?.quit();
  await sim?.stop();
});

const nextTask = "new Promise((resolve) => setTimeout(() => setTimeout(resolve)))";
const open = () => driver.get(`${sim.url}errors/index.html`);

/** Runs a script of the page's own: what WebDriver's scripts throw isn't reported. */
const play = (source) =>
  inPage(
    driver,
    (_, source, nextTask) => {
      document.head.append(Object.assign(document.createElement("script"), { textContent: source }));
      return eval(nextTask);
    },
    source,
    nextTask,
  );

test("errors while the page loads are seen, once", async () => {
  await open();
  const lines = await consoleErrors(driver);
  for (const words of [/Uncaught Error: while loading/, /Uncaught SyntaxError/, /Failed to load resource/]) {
    assert.equal(lines.filter((line) => words.test(line)).length, 1, `${words} in\n${lines.join("\n")}`);
  }
  assert.deepEqual(await consoleErrors(driver), []);
});

for (const [name, source, expected] of [
  ["an exception in a script", "throw new Error('E')", /Uncaught Error: E/],
  ["an exception in a timer", "setTimeout(() => { throw new TypeError('E') })", /Uncaught TypeError: E/],
  ["an exception that is no Error", "setTimeout(() => { throw 'E' })", /uncaught/i],
  ["an exception in an event's handler", "addEventListener('x', () => { throw new Error('E') }); dispatchEvent(new Event('x'))", /Uncaught Error: E/],
  ["reportError()", "reportError(new Error('E'))", /Uncaught Error: E/],
  ["an unhandled rejection", "Promise.reject(new Error('E'))", /Uncaught Error: E/],
  ["console.error()", "console.error('one', new Error('E'))", /one.*Error: E/],
]) {
  test(`${name} is seen`, async () => {
    await open();
    await consoleErrors(driver);
    await play(source);
    const lines = await consoleErrors(driver);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0], expected);
  });
}

test("what the page handles is no error", async () => {
  await open();
  await consoleErrors(driver);
  await play(`
    addEventListener("error", (event) => event.preventDefault());
    addEventListener("unhandledrejection", (event) => event.preventDefault());
    Promise.reject(new Error("E"));
    Promise.reject(new Error("E")).catch(() => {});
    console.warn("E");
    reportError(new Error("E"));
  `);
  assert.deepEqual(await consoleErrors(driver), []);
});

test("errors outlive the page's reload", async () => {
  await open();
  await consoleErrors(driver);
  await play("reportError(new Error('E'))");
  await driver.navigate().refresh();
  const lines = await consoleErrors(driver);
  assert.equal(lines.filter((line) => /Uncaught Error: E$/m.test(line)).length, 1, lines.join("\n"));
});

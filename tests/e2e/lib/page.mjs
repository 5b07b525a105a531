// What the tests do with the two pages: both use the same ids.
import { By } from "selenium-webdriver";
import { until } from "./wait.mjs";

export class Page {
  constructor(driver, url) {
    this.driver = driver;
    this.url = url;
  }

  open() {
    return this.driver.get(this.url);
  }

  async fill(values) {
    for (const [id, value] of Object.entries(values)) {
      const field = await this.driver.findElement(By.id(id));
      await field.clear();
      await field.sendKeys(value);
    }
  }

  async click(id) {
    await this.driver.findElement(By.id(id)).click();
  }

  /** The text that a user sees. WebKit's driver takes every text in `overflow: hidden` for unseen. */
  text(id) {
    return this.driver.executeScript((id) => {
      const node = document.getElementById(id);
      return node.checkVisibility({ visibilityProperty: true }) ? node.innerText.trim() : "";
    }, id);
  }

  /** The `data-` attributes of the first element that matches. */
  data(selector) {
    return this.driver.executeScript("return { ...document.querySelector(arguments[0])?.dataset }", selector);
  }

  /** The log's lines, in the order of the page. */
  log() {
    return this.driver.executeScript("return [...document.querySelectorAll('#log li')].map((each) => each.textContent)");
  }

  /** Waits for a line of the log that holds all of these texts. */
  async logged(...texts) {
    let lines = [];
    const what = () => `a log line with ${texts.join(", ")} in\n${lines.join("\n")}`;
    return until(what, async () => {
      lines = await this.log();
      return lines.find((line) => texts.every((text) => line.includes(text)));
    });
  }

  /** Waits until the element's `data-` attributes have these values. */
  shows(selector, expected) {
    let data;
    const what = () => `${selector} with ${JSON.stringify(expected)}, but ${JSON.stringify(data)}`;
    return until(what, async () => {
      data = await this.data(selector);
      return Object.entries(expected).every(([name, value]) => data[name] === value);
    });
  }
}

// What the page logs in with. The core asks for it anew before each login.
import { has } from "../sdk/check.js";
import { failure } from "../sdk/error.js";
import { loginText, secretsOf } from "../sdk/options.js";

/**
 * The login's parameters as JSON text, or a promise of it; an empty text where the page gives none. The
 * options `passwd` and `loginParams` may be functions, sync or async. This throws, and the promise
 * rejects with, nothing but a VertoError. What a function of the page's throws may contain a secret:
 * it goes to `report`, and into no error of ours. `keep` gets the secrets of the login, so that they
 * can be masked later.
 */
export function askCredentials(options, report, keep) {
  const failed = (name, thrown) => {
    report(thrown);
    return failure("auth", `the function given as ${name} failed`);
  };
  const given = (name) => {
    try {
      const value = has(options, name) ? options[name] : undefined;
      const answer = typeof value === "function" ? value.call(options) : value;
      return typeof answer?.then === "function" ? Promise.resolve(answer) : answer;
    } catch (thrown) {
      throw failed(name, thrown);
    }
  };
  const passwd = given("passwd");
  let loginParams;
  try {
    loginParams = given("loginParams");
  } catch (error) {
    // The password may be a promise, and that may reject too. Nobody waits for it any more.
    Promise.resolve(passwd).catch(() => {});
    throw error;
  }
  const later = passwd instanceof Promise || loginParams instanceof Promise;
  const login = ([passwd, loginParams]) => {
    keep(secretsOf(passwd, loginParams));
    return loginText(options, passwd, loginParams);
  };
  if (!later) return login([passwd, loginParams]);
  // Both are awaited at once. If they were awaited one after the other, the second might reject
  // while nobody listens to it yet, which the browser reports as an error of the page.
  return Promise.all([passwd, loginParams]).then(login, (thrown) => {
    throw failed("passwd or loginParams", thrown);
  });
}

/** What a server said, without the secrets that it echoes. */
export function masked(said, secrets) {
  const hide = (text) => secrets.reduce((hidden, secret) => hidden.split(secret).join("***"), text);
  if (typeof said === "string") return hide(said);
  const hideTexts = (_, value) => (typeof value === "string" ? hide(value) : value);
  return said === undefined ? said : JSON.parse(JSON.stringify(said), hideTexts);
}

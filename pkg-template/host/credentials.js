// What the page logs in with, asked anew for each login.
import { failure } from "../sdk/error.js";
import { loginText } from "../sdk/options.js";

/**
 * The login's parameters as JSON text, or a promise of it; `passwd` and `loginParams` may be
 * functions, sync or async. What a function of the page's throws may hold a secret: it goes to
 * `report`, and is in no error of ours.
 */
export function askCredentials(options, report) {
  const failed = (name, thrown) => {
    report(thrown);
    return failure("auth", `the function given as ${name} failed`);
  };
  const given = (name) => {
    try {
      const value = options[name];
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
    // The password may be a promise that rejects too.
    Promise.resolve(passwd).catch(() => {});
    throw error;
  }
  const later = passwd instanceof Promise || loginParams instanceof Promise;
  if (!later) return loginText(options, passwd, loginParams);
  // Both at once: a promise that rejects while the other is awaited must not be one that nobody
  // listens to.
  return Promise.all([passwd, loginParams]).then(
    ([passwd, loginParams]) => loginText(options, passwd, loginParams),
    (thrown) => {
      throw failed("passwd or loginParams", thrown);
    },
  );
}

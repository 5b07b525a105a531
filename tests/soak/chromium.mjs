// Chromium whose JS heap holds nothing but what the page made.
import { ENGINES } from "../e2e/lib/engines.mjs";

/**
 * V8 compiles a function again and again, and learns of its calls, as it gets hot: some 200 KB
 * of the heap in the first 1,000 cycles. Without that the heap is still after 50.
 */
const STEADY = "--js-flags=--no-opt --no-maglev --no-sparkplug --no-lazy-feedback-allocation";

export const startSteadyChromium = (options) => ENGINES.chromium({ ...options, flags: [STEADY] });

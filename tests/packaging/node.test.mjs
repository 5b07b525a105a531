// The packed package outside of browsers, where there is a WebSocket: a whole shift, after whose
// logout nothing keeps the process from ending.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSim } from "../e2e/lib/sim.mjs";
import { binary, newerNode } from "./lib/paths.mjs";
import { Project } from "./lib/project.mjs";
import { startRegistry } from "./lib/registry.mjs";
import { SHIFT, assertShift } from "./lib/shift.mjs";

const RUNTIMES = [
  ["Node.js 22 or newer", newerNode(), []],
  ["Deno", binary("@deno/linux-x64-glibc/deno"), ["run", "--allow-net", "--allow-read", "--no-lock"]],
  ["Bun", binary("@oven/bun-linux-x64-baseline/bin/bun"), []],
];

let registry, project, sim;

before(async () => {
  registry = await startRegistry();
  project = await Project.make("node", registry);
  sim = await startSim();
});

after(async () => {
  await sim?.stop();
  await registry?.close();
});

for (const [name, program, options] of RUNTIMES) {
  const skip = !program && `npm has none for ${process.platform}-${process.arch} that we install`;
  for (const script of ["main.mjs", "main.cjs"]) {
    test(`${name}: ${script}`, { skip }, async () => {
      await sim.reset();
      const printed = await project.run(program, ...options, script, sim.socketUrl);
      assert.deepEqual(JSON.parse(printed), SHIFT);
      await assertShift(sim);
    });
  }
}

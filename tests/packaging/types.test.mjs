// The packed package as TypeScript and the checkers of packages see it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { startSim } from "../e2e/lib/sim.mjs";
import { newerNode } from "./lib/paths.mjs";
import { Project } from "./lib/project.mjs";
import { pack, startRegistry } from "./lib/registry.mjs";
import { SHIFT } from "./lib/shift.mjs";

const STRICT = ["--strict", "--types", "", "--target", "es2022", "--lib", "es2022,dom"];

describe("TypeScript", () => {
  let registry, project, sim;

  before(async () => {
    registry = await startRegistry();
    project = await Project.make("typescript", registry);
    sim = await startSim();
  });

  after(async () => {
    await sim?.stop();
    await registry?.close();
  });

  const tsc = (...options) => project.tool("typescript/bin/tsc", ...STRICT, ...options);

  for (const mode of ["node16", "nodenext"]) {
    for (const script of ["main.mts", "main.cts"]) {
      test(`${mode}, ${script}: it compiles, and works`, async () => {
        await tsc("--module", mode, script);
        await sim.reset();
        const made = script.replace("ts", "js");
        assert.deepEqual(JSON.parse(await project.run(newerNode(), made, sim.socketUrl)), SHIFT);
      });
    }
    test(`${mode}: what is wrong is refused`, () => tsc("--module", mode, "--noEmit", "wrong.mts"));
  }

  test("the resolution of bundlers", () =>
    tsc("--module", "esnext", "--moduleResolution", "bundler", "--noEmit", "main.mts", "wrong.mts"));

  test("under the name @xswitch/rtc, by `paths`", () => project.tool("typescript/bin/tsc", "--project", "alias.json"));

  test("a wrong line is found", async () => {
    const error = await tsc("--module", "nodenext", "--noEmit", "broken.mts").catch((error) => error);
    assert.match(error.message, /broken\.mts\(\d+,\d+\): error TS2322/);
  });
});

/** What the checker takes for a mistake and is none. */
const MEANT = {
  "./slim": { CJSResolvesToESM: "there it is a module alone, whose init() is awaited" },
  "./verto-min.js": { CJSResolvesToESM: "a script tag's file; require() has the package itself" },
  "./verto-legacy-min.js": { CJSResolvesToESM: "a script tag's file, as the one above" },
  "./verto-cc-min.js": { CJSResolvesToESM: "a script tag's file, as the two above" },
  "./cc": { CJSResolvesToESM: "there it is a module alone: what is small is for bundlers and pages" },
  "./verto_bg.wasm": { NoResolution: "data, which has no types" },
};

describe("the tarball", () => {
  let packed;
  before(async () => (packed = await pack()));

  test("are the types wrong?", async () => {
    const bytes = new Uint8Array(await readFile(packed.tarball));
    const { problems, types } = await checkPackage(createPackageFromTarballData(bytes));
    assert.ok(types, "types were found");
    assert.deepEqual(problems.filter(({ entrypoint, kind }) => !MEANT[entrypoint]?.[kind]), []);
  });

  test("holds the README in both languages, and the licences", () => {
    const names = packed.info.files.map(({ path }) => path);
    const wanted = ["README.md", "README.zh.md", "LICENSE-MIT", "LICENSE-APACHE"];
    assert.deepEqual(wanted.filter((name) => !names.includes(name)), []);
  });

  test("publint", async () => {
    const tarball = new Uint8Array(await readFile(packed.tarball)).buffer;
    const { messages } = await publint({ pack: { tarball } });
    const problems = messages.filter(({ type }) => type !== "suggestion");
    assert.deepEqual(problems.map((message) => formatMessage(message, packed.manifest)), []);
  });
});

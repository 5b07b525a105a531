// Consumer projects: each a copy of its folder in consumers/, with the package installed from the
// registry as any package is, and the tools found in a `node_modules` above it.
import { execFile, spawn } from "node:child_process";
import { cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { CONSUMERS, NPM, TOOLS, WORK } from "./paths.mjs";

const LIMIT_MS = 180_000;

/** What tools are told: to stay quiet, and at home. */
const ENV = {
  ...process.env,
  CI: "1",
  NO_COLOR: "1",
  NEXT_TELEMETRY_DISABLED: "1",
  npm_config_update_notifier: "false",
};

export class Project {
  /** `dependencies` as in a package.json. */
  static async make(name, registry, dependencies = { [registry.name]: registry.version }) {
    const project = new Project(name);
    await mkdir(WORK, { recursive: true });
    // Relative, so that a checkout may be moved.
    await symlink(relative(WORK, TOOLS), join(WORK, "node_modules"), "junction").catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
    await rm(project.dir, { recursive: true, force: true });
    await cp(join(CONSUMERS, name), project.dir, { recursive: true });
    await cp(join(CONSUMERS, "play.js"), join(project.dir, "play.js"));
    const manifest = { name: `consumer-${name}`, version: "1.0.0", private: true, dependencies };
    await writeFile(join(project.dir, "package.json"), JSON.stringify(manifest));
    const cache = join(WORK, "packed", "npm-cache");
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--cache", cache, "--registry", registry.url];
    await project.run(NPM, "install", ...options);
    return project;
  }

  constructor(name) {
    this.dir = join(WORK, name);
  }

  path(...names) {
    return join(this.dir, ...names);
  }

  /** Runs a command in the project, and gives what it printed; a failure says what that was. */
  run(command, ...args) {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.dir, env: ENV, timeout: LIMIT_MS, maxBuffer: 1 << 24 };
      execFile(command, args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${[command, ...args].join(" ")}: ${error.code ?? error.signal}\n${stdout}${stderr}`));
        else resolve(stdout);
      });
    });
  }

  /** Runs a tool, with this Node.js. */
  tool(script, ...args) {
    return this.run(process.execPath, join(TOOLS, script), ...args);
  }

  /** Starts a tool that goes on; gives the address that it prints, and `stop()`. */
  async serve(script, ...args) {
    const child = spawn(process.execPath, [join(TOOLS, script), ...args], { cwd: this.dir, env: ENV, stdio: "pipe" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    let text = "";
    const url = await new Promise((resolve, reject) => {
      const read = (data) => {
        text += data;
        const found = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(text)?.[0];
        if (found) resolve(`${found}/`);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      ended.then((code) => reject(new Error(`${script} ended with ${code}:\n${text}`)));
    });
    return {
      url,
      stop: () => {
        child.kill();
        return ended;
      },
    };
  }
}

// An npm registry on 127.0.0.1 that has one package: ours, as `npm pack` makes it.
import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { NPM, PKG, WORK } from "./paths.mjs";

const run = promisify(execFile);

/** Packs `pkg/`; gives the tarball's path, its manifest and what npm says of it. */
export async function pack() {
  const to = join(WORK, "packed");
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", to];
  const packed = JSON.parse((await run(NPM, args, { cwd: PKG })).stdout);
  // An array, or with newer versions of npm an object by name.
  const [info] = Object.values(packed);
  const manifest = JSON.parse(await readFile(join(PKG, "package.json"), "utf8"));
  return { tarball: join(to, info.filename), manifest, info };
}

/** Serves the package; `close()` ends it. */
export async function startRegistry() {
  const { tarball, manifest, info } = await pack();
  const { name, version } = manifest;
  const bytes = await readFile(tarball);
  const path = `/${name}/-/${info.filename}`;
  const server = createServer((request, response) => {
    if (request.url === path) return response.end(bytes);
    if (decodeURIComponent(request.url) !== `/${name}`) {
      response.statusCode = 404;
      return response.end(JSON.stringify({ error: `this registry has ${name} alone, not ${request.url}` }));
    }
    const { shasum, integrity } = info;
    const dist = { tarball: `http://${request.headers.host}${path}`, shasum, integrity };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    name,
    version,
    manifest,
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

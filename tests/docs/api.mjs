// Makes docs/api.md from the package's declarations: node tests/docs/api.mjs
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Application } from "typedoc";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export const FILE = here("../../docs/api.md");

const PREFACE = `# API

Made from [\`pkg-template/index.d.ts\`](../pkg-template/index.d.ts) by
\`node tests/docs/api.mjs\`; change it there.

`;

/** The page as it should be. */
export async function makeApi() {
  const out = await mkdtemp(path.join(tmpdir(), "verto-api-"));
  try {
    const app = await Application.bootstrapWithPlugins({
      entryPoints: [here("entry.ts")],
      tsconfig: here("tsconfig.json"),
      plugin: ["typedoc-plugin-markdown"],
      outputs: [{ name: "markdown", path: out }],
      logLevel: "Warn",
      treatWarningsAsErrors: true,
      readme: "none",
      sort: ["source-order"],
      disableSources: true,
      entryFileName: "api.md",
      outputFileStrategy: "modules",
      hidePageHeader: true,
      hideBreadcrumbs: true,
      hidePageTitle: true,
      useCodeBlocks: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      propertiesFormat: "table",
      typeDeclarationFormat: "table",
    });
    const project = await app.convert();
    if (!project) throw new Error("the declarations could not be read");
    await app.generateOutputs(project);
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("see typedoc's messages");
    return PREFACE + (await readFile(path.join(out, "api.md"), "utf8"));
  } finally {
    await rm(out, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await writeFile(FILE, await makeApi());

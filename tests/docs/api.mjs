// Makes docs/api.md and docs/api.zh.md from the package's declarations: node tests/docs/api.mjs
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Application } from "typedoc";
import { translate } from "./translation.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export const FILE = here("../../docs/api.md");
export const FILE_ZH = here("../../docs/api.zh.md");
const TEXTS_ZH = here("api.zh.json");

const PREFACE = `# API

English | [中文](api.zh.md)

Made from [\`pkg-template/types/index.d.ts\`](../pkg-template/types/index.d.ts) by
\`node tests/docs/api.mjs\`; change it there.

`;

const PREFACE_ZH = `# API 参考

[English](api.md) | 中文

本页由 \`node tests/docs/api.mjs\` 根据 [\`pkg-template/types/index.d.ts\`](../pkg-template/types/index.d.ts) 和译文
[\`tests/docs/api.zh.json\`](../tests/docs/api.zh.json) 生成；要修改，请改这两个文件。

`;

// Where typedoc's own Chinese is missing or misleads.
const TERMS_ZH = {
  theme_returns: "返回值",
  tag_throws: "抛出的错误",
  theme_extends: "继承自",
  theme_extended_by: "派生类型",
};

/** The Chinese texts, by the English. */
export const textsZh = async () => JSON.parse(await readFile(TEXTS_ZH, "utf8"));

/** The English page as it should be. */
export const makeApi = async () => PREFACE + (await makePage("en"));

/** The Chinese page as it should be, with `texts`; see `translate`. */
export const makeApiZh = async (texts) => PREFACE_ZH + (await makePage("zh", texts));

async function makePage(lang, texts) {
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
      validation: { notDocumented: true },
      // Types of a constructor have no comment of their own.
      intentionallyNotDocumented: ["VertoError.__type", "VertoOptions.WebSocket.__type", "Verto.Dialog.__type"],
      packagesRequiringDocumentation: ["verto-wasm"],
      requiredToBeDocumented: [
        "Class",
        "Interface",
        "TypeAlias",
        "Variable",
        "Function",
        "Property",
        "Method",
        "Accessor",
        "Constructor",
      ],
      lang,
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
    app.validate(project);
    if (texts) translate(project, texts);
    app.internationalization.addTranslations("zh", TERMS_ZH);
    await app.generateOutputs(project);
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("see typedoc's messages");
    const page = await readFile(path.join(out, "api.md"), "utf8");
    // The static `Verto.Dialog` has the anchor #dialog, so typedoc links to the class as #dialog-1, an
    // anchor that it doesn't write.
    return page.replace(/^### Dialog$/m, '<a id="dialog-1"></a>\n\n$&');
  } finally {
    await rm(out, { recursive: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(FILE, await makeApi());
  await writeFile(FILE_ZH, await makeApiZh(await textsZh()));
}

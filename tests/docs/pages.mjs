// What the tests of the documents read in a page.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";

const root = fileURLToPath(new URL("../../", import.meta.url));
const markdown = new MarkdownIt({ html: true });

/** The paths of all pages below the project's root, `docs/migration.md` for one. */
export async function pagePaths() {
  const inFolder = async (folder) =>
    (await readdir(path.join(root, folder))).map((name) => path.join(folder, name));
  const names = (await Promise.all([".", "docs", "pkg-template", "sim", "xtask/shrink"].map(inFolder))).flat();
  return names.filter((name) => name.endsWith(".md"));
}

export const fileOf = (page) => path.join(root, page);
export const readPage = (page) => readFile(fileOf(page), "utf8");

/** A page's text without what a command writes into it. */
export const byHand = (text) => text.replace(/<!-- written by [^]*?<!-- end -->/g, "");

/** The anchors of a page: of its headings as GitHub makes them, and its own. */
export function anchors(text) {
  const slugger = new GithubSlugger();
  const headings = blocks(text).filter((_, i, all) => all[i - 1]?.type === "heading_open");
  const ids = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
  return [...headings.map((heading) => slugger.slug(plain(heading))), ...ids];
}

/** Where a page's links and pictures lead, in their order. */
export const links = (text) =>
  spans(text)
    .map((token) => (token.type === "link_open" ? token.attrGet("href") : token.type === "image" && token.attrGet("src")))
    .filter(Boolean)
    .map(decodeURI);

/**
 * What two languages of a page have in common: its headings' levels, list items, table cells in
 * each row, links, numbers, and the names and the blocks of code. `code` isn't yet comparable: see
 * `codeDiffers`.
 */
export function shape(text) {
  const all = blocks(text);
  const inText = spans(text);
  const named = inText.filter((token) => token.type === "code_inline");
  const prose = inText.filter((token) => token.type === "text").map((token) => token.content);
  return {
    headings: all.filter((token) => token.type === "heading_open").map((token) => token.tag),
    items: all.filter((token) => token.type === "list_item_open").length,
    rows: rows(all),
    links: links(text).map(anyLanguage).sort(),
    names: [...new Set(named.map((token) => anyPage(token.content)))].sort(),
    numbers: prose.flatMap((line) => line.match(/\d(?:[\d.,]*\d)?/g) ?? []).sort(),
    code: all.filter((token) => token.type === "fence").map(({ info, content }) => ({ info, content })),
  };
}

/** Whether two blocks of code differ in more than comments and strings in Chinese. */
export function codeDiffers(english, chinese) {
  const [one, other] = [english, chinese].map(taken);
  const strings = one.strings.every((text, i) => text === other.strings[i] || HAN.test(other.strings[i]));
  return english.info !== chinese.info || one.rest !== other.rest || !strings;
}

/**
 * What looks wrong in a Chinese page: emphasis that stayed asterisks, as happens beside Chinese
 * punctuation, and punctuation of half a character's width.
 */
export const slips = (text) =>
  spans(text)
    .filter((token) => token.type === "text" && (token.content.includes("*") || HALF_WIDTH.test(token.content)))
    .map((token) => token.content);

const HAN = /\p{Script=Han}/u;
const HALF_WIDTH = /(?<=\p{Script=Han})[,.:;()?!]|[,:;()?!](?=\p{Script=Han})/u;
const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/;
const COMMENT = /(?<!:)\/\/.*|\/\*[^]*?\*\/|<!--[^]*?-->|(?<=^|\s)# .*/;
const STRING_OR_COMMENT = new RegExp(`(${STRING.source})|${COMMENT.source}`, "gm");

// The strings of a block, and what it is without them and its comments.
function taken({ content }) {
  const strings = [];
  const rest = content.replace(STRING_OR_COMMENT, (_, string) => {
    if (string === undefined) return "";
    strings.push(string);
    return '""';
  });
  return { strings, rest: rest.replace(/\s+/g, " ").trim() };
}

const blocks = (text) => markdown.parse(text, {});
const spans = (text) => blocks(text).flatMap((token) => token.children ?? []);
const plain = ({ children }) => children.map((token) => token.content).join("");

function rows(tokens) {
  const cells = [];
  for (const { type } of tokens) {
    if (type === "tr_open") cells.push(0);
    if (type === "th_open" || type === "td_open") cells.push(cells.pop() + 1);
  }
  return cells;
}

// A link without what differs between languages. Other sites have pages of their own for each.
function anyLanguage(target) {
  if (/^[a-z]+:/.test(target)) return new URL(target).host;
  return anyPage(target).replace(/#.+/, "#");
}

const anyPage = (name) => name.replace(".zh.md", ".md");

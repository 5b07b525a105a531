// Puts the texts of another language into typedoc's comments, a paragraph at a time.

const LINK = /(\{@link [^}]+\})/;
const FENCE = /(```[^]*?```)/;
const REMARK = /^( *\/\/ )(.+)$/gm;

/**
 * Translates the comments of a typedoc project in place. `texts` maps each paragraph, without
 * its line breaks, and each remark in an example to its translation.
 *
 * Throws when a text has no translation, and when a translation has no text.
 */
export function translate(project, texts) {
  const missing = new Set();
  const unused = new Set(Object.keys(texts));
  const translated = (text) => {
    unused.delete(text);
    if (!Object.hasOwn(texts, text)) missing.add(text);
    return texts[text] ?? text;
  };
  const comments = Object.values(project.reflections).map(({ comment }) => comment);
  for (const comment of new Set(comments)) {
    if (!comment) continue;
    comment.summary = translateParts(comment.summary, translated);
    for (const tag of comment.blockTags) tag.content = translateParts(tag.content, translated);
  }
  const list = (what, set) => [...set].map((text) => `${what}: ${JSON.stringify(text)}\n`);
  const wrong = [...list("not translated", missing), ...list("a translation of nothing", unused)];
  if (wrong.length) throw new Error(wrong.join(""));
}

function translateParts(parts, translated) {
  const links = new Map();
  const source = parts.map((part) => {
    if (part.kind !== "inline-tag") return part.text;
    const link = `{@link ${part.text}}`;
    links.set(link, part);
    return link;
  });
  const blocks = source.join("").split(FENCE).flatMap((text) => {
    if (FENCE.test(text)) return text.replace(REMARK, (_, slashes, remark) => slashes + translated(remark));
    const paragraphs = text.split(/\n{2,}/).map((paragraph) => paragraph.replace(/\s+/g, " ").trim());
    return paragraphs.filter(Boolean).map(translated);
  });
  return blocks.join("\n\n").split(LINK).map((text) => links.get(text) ?? { kind: "text", text });
}

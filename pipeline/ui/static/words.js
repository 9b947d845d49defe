// The page's words in the reader's language. The server speaks English; labels are translated by gradio, and what is
// written into the page as HTML is translated here, from the same table (`easelTables`, by theme.py): whole texts, or
// patterns with {} in them.
const easelWords = (() => {
  const language = (navigator.language || "en").slice(0, 2).toLowerCase();
  const table = easelTables[language];
  if (!table) return (text) => text;

  const patterns = Object.entries(table)
    .filter(([english]) => english.includes("{}"))
    .map(([english, other]) => {
      const source = english.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      return [new RegExp(`^${source.join("([^]+?)")}$`), other];
    });
  const words = (text) => {
    const bare = text.trim();
    if (!bare) return text;
    if (Object.hasOwn(table, bare)) return text.replace(bare, () => table[bare]);
    for (const [pattern, other] of patterns) {
      const found = pattern.exec(bare);
      if (!found) continue;
      let next = 1;
      return text.replace(bare, () => other.replaceAll("{}", () => found[next++]));
    }
    const sentences = bare.split(/(?<=[.!?]) (?=\p{Lu})/u); // known one by one, if not as a whole
    const others = sentences.length > 1 ? sentences.map(words) : sentences;
    return others.every((other, number) => other !== sentences[number]) ? text.replace(bare, () => others.join(" ")) : text;
  };

  const OURS = ".html-container, .toast-body, #zoom";
  const NOT = "[translate='no'], textarea, input, dd, code, script, style";
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];
  const said = new WeakMap(); // text node -> what was written there, so that no translation is translated again
  const writeText = (node) => {
    if (said.get(node) === node.data || !node.parentElement?.closest(OURS) || node.parentElement.closest(NOT)) return;
    const other = words(node.data);
    said.set(node, other);
    if (other !== node.data) node.data = other;
  };
  const writeAttributes = (element) => {
    if (!element.closest(OURS) || element.closest("[translate='no']")) return;
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (value && words(value) !== value) element.setAttribute(name, words(value));
    }
  };
  const write = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return writeText(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    writeAttributes(node);
    for (const name of ATTRIBUTES) node.querySelectorAll(`[${name}]`).forEach(writeAttributes);
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) writeText(texts.currentNode);
  };
  document.documentElement.lang = language;
  write(document.body);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") writeText(change.target);
      else change.addedNodes.forEach(write);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  return words;
})();

// What the other scripts stand on: the page's words, storage that may be denied, and the line that is read aloud.
const tables = JSON.parse(document.getElementById("easel-words").textContent);
const language = [...(navigator.languages ?? []), navigator.language ?? "en"]
  .map((name) => name.slice(0, 2).toLowerCase())
  .find((name) => name in tables) ?? "en";
document.documentElement.lang = language;

// A browser may deny storage, in a cross-site frame or by its settings: then nothing is kept, and all else works.
const memory = new Map();
const storage = {
  get(key) {
    try {
      return window.localStorage.getItem(key);
    } catch {
      return memory.get(key) ?? null;
    }
  },
  // Whether it was kept: a full store keeps nothing.
  set(key, value) {
    try {
      window.localStorage.setItem(key, value);
    } catch (error) {
      if (error.name === "QuotaExceededError") return false;
      memory.set(key, value);
    }
    return true;
  },
};

const announcer = Object.assign(document.createElement("div"), { id: "announcer", className: "visually-hidden" });
announcer.setAttribute("role", "status");
document.body.append(announcer);

window.easel = {
  language,
  storage,
  // The text of a key, {placeholders} filled.
  t(key, values = {}) {
    return tables[language][key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  },
  say(words) {
    announcer.textContent = words;
  },
};

// The history: links of what was drawn here, kept in this browser alone (localStorage) and never sent anywhere.
const easel = window.easel;
const KEY = "easel-history";
const MOST = 200;
const SIDE = 64; // pixels of a thumbnail

const usable = (entry) =>
  entry && typeof entry.query === "string" && entry.query.startsWith("?") && typeof entry.prompt === "string";
const load = () => {
  try {
    const list = JSON.parse(easel.storage.get(KEY) || "[]");
    return Array.isArray(list) ? list.filter(usable) : [];
  } catch {
    return [];
  }
};
const save = (list) => {
  const kept = easel.storage.set(KEY, JSON.stringify(list.slice(0, MOST)));
  if (!kept) easel.storage.set(KEY, JSON.stringify(list.slice(0, MOST / 4))); // the browser's store is full
  show();
};

const thumbnail = (image) => {
  const small = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  small.getContext("2d").drawImage(image, 0, 0, SIDE, SIDE);
  return small.toDataURL("image/webp", 0.7);
};

function remember(figure) {
  const image = figure.querySelector("img");
  if (!image?.complete || !image.naturalWidth) return;
  const list = load();
  const query = figure.dataset.query;
  if (list.some((entry) => entry.query === query)) return;
  save([{ query, prompt: image.alt, time: Date.now(), thumbnail: thumbnail(image) }, ...list]);
}

function show() {
  const place = document.getElementById("history-list");
  if (!place) return;
  const wanted = (document.getElementById("history-search")?.value || "").trim().toLowerCase();
  const all = load();
  const list = all.filter((entry) => entry.prompt.toLowerCase().includes(wanted));
  place.replaceChildren(
    ...list.map((entry) => {
      const seed = new URLSearchParams(entry.query).get("seed") || "0";
      const link = Object.assign(document.createElement("a"), { href: location.pathname + entry.query });
      const image = Object.assign(document.createElement("img"), { alt: "", width: SIDE, height: SIDE });
      if (String(entry.thumbnail).startsWith("data:image/")) image.src = entry.thumbnail;
      const words = Object.assign(document.createElement("span"), { translate: false, textContent: entry.prompt });
      const when = new Date(Number(entry.time) || 0).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
      const facts = Object.assign(document.createElement("small"), { textContent: `${easel.t("facts.seed", { seed })} · ${when}` });
      words.append(facts);
      link.append(image, words);
      const forget = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      forget.title = easel.t("history.delete");
      forget.setAttribute("aria-label", `${forget.title}: ${entry.prompt}`);
      forget.dataset.query = entry.query;
      const item = document.createElement("li");
      item.append(link, forget);
      return item;
    }),
  );
  const none = all.length ? easel.t("history.nothing") : easel.t("history.empty");
  note(list.length ? "" : none);
}

function note(words) {
  document.getElementById("history-note").textContent = words;
}

function exportList() {
  if (!load().length) return note(easel.t("history.no_export"));
  const file = new Blob([JSON.stringify(load(), null, 1)], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file) });
  link.download = "easel-history.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function importList(file) {
  let given = [];
  try {
    given = JSON.parse(await file.text());
  } catch {
    // said below
  }
  const good = Array.isArray(given) ? given.filter(usable) : [];
  const known = new Set(load().map((entry) => entry.query));
  save([...good.filter((entry) => !known.has(entry.query)), ...load()]);
  note(good.length ? easel.t("history.read", { count: good.length }) : easel.t("history.no_history"));
}

document.addEventListener("input", (event) => event.target.id === "history-search" && show());
document.addEventListener("change", (event) => {
  if (event.target.id !== "history-import" || !event.target.files[0]) return;
  importList(event.target.files[0]).then(() => (event.target.value = "")); // the same file can be picked again
});
document.addEventListener("click", (event) => {
  if (event.target.id === "history-export") exportList();
  const query = event.target.closest?.("#history-list button")?.dataset.query;
  if (query) save(load().filter((entry) => entry.query !== query));
  if (event.target.id === "history-clear" && confirm(easel.t("history.ask_clear"))) save([]);
  if (event.target.closest?.('.tab-wrapper')) setTimeout(show, 100); // a tab, or its place in the menu of a phone
});
document.addEventListener(
  "load",
  (event) => {
    const figure = event.target.closest?.("#canvas [data-query]");
    if (figure) remember(figure);
  },
  true,
);

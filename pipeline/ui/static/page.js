// The little that has to happen in the browser: shortcuts, the theme, and what readers of the screen need.
const easel = window.easel;

easel.toggleTheme = () => {
  const dark = document.body.classList.toggle("dark");
  easel.storage.set("easel-theme", dark ? "dark" : "light");
};
easel.showCanvas = () => {
  const canvas = document.getElementById("canvas");
  if (canvas && canvas.getBoundingClientRect().top > window.innerHeight * 0.6) {
    canvas.scrollIntoView({ behavior: "smooth", block: "center" });
  }
};

const saved = easel.storage.get("easel-theme");
if (saved && !new URLSearchParams(location.search).has("__theme")) {
  document.body.classList.toggle("dark", saved === "dark");
}

document.addEventListener("keydown", (event) => {
  const press = (id) => {
    const button = document.getElementById(id);
    if (button && !button.disabled) button.click();
    return button;
  };
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (press("generate")) event.preventDefault();
  } else if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) {
    press("cancel");
  }
});

// Gradio's picker takes Tab for a letter typed into it, and opens again when the focus has left.
window.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Tab" && event.target.closest?.("[role='combobox']")) event.stopPropagation();
  },
  true,
);

// The tabs' status lines are announced when they change. They are replaced as a whole, so the announcer repeats them.
const LINES = "#status, #packs-status, #search-status, #verify-status";
const last = {};
new MutationObserver(() => {
  for (const line of document.querySelectorAll(`:is(${LINES}) .status`)) {
    const place = line.closest(LINES).id;
    const kind = line.textContent.replace(/\d+/g, ""); // counting steps aloud would drown everything else
    if (kind === (last[place] ?? "")) continue;
    last[place] = kind;
    easel.say(line.textContent);
  }
  // A long list of choices would take the focus when Tab leaves its field, and be gone with it.
  for (const list of document.querySelectorAll("ul[role='listbox']:not([tabindex])")) list.tabIndex = -1;
}).observe(document.body, { subtree: true, childList: true, characterData: true });

document.addEventListener("click", (event) => event.target.closest?.(".notes > button")?.parentElement.remove());

// "Did you mean: tower, Tokyo tower?": a click says it so in the prompt, and draws.
document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("#canvas [data-mean]");
  const field = document.querySelector("#prompt textarea");
  if (!choice || !field) return;
  const { said, mean } = choice.dataset;
  const letters = said.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"); // whole words: "car" stands in no "cartoon"
  const word = new RegExp(`(?<![\\p{L}\\p{N}])${letters}(?![\\p{L}\\p{N}])`, "iu");
  field.value = word.test(field.value) ? field.value.replace(word, () => mean) : mean;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => document.getElementById("generate")?.click());
});

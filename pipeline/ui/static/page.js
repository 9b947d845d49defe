// The little that has to happen in the browser: shortcuts, the clipboard, the theme, and names that readers of the
// screen need.
window.easel = {
  say(words) {
    const place = document.getElementById("announcer");
    if (place) place.textContent = words;
  },
  link() {
    const shown = document.querySelector("#canvas [data-query]");
    if (!shown) return null;
    return window.location.origin + window.location.pathname + shown.dataset.query;
  },
  // As a bare link, as Markdown, or as HTML. The picture in them is the server's /picture, which draws it anew when its
  // file is gone; one with reference pictures cannot be drawn from a link, so there the words stand alone.
  async copyLink(form = "link") {
    const link = this.link();
    const button = document.getElementById(form === "link" ? "copy-link" : `copy-${form}`);
    if (!link || !button) return;
    const query = new URL(link).search;
    const drawable = !new URLSearchParams(query).has("images");
    const picture = new URL(`picture${query}`, window.location.origin + window.location.pathname).href;
    const alt = document.querySelector("#canvas [data-query] img").alt.replace(/\s+/g, " ");
    let text = link;
    if (form === "markdown") {
      const words = alt.replace(/[\\[\]*_\x60<>]/g, "\\$&");
      const address = (url) => url.replace(/[()]/g, (bracket) => (bracket === "(" ? "%28" : "%29"));
      text = `[${drawable ? `![${words}](${address(picture)})` : words}](${address(link)})`;
    } else if (form === "html") {
      const safe = (words) => words.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
      const image = `<img src="${safe(picture)}" alt="${safe(alt)}" width="256" height="256">`;
      text = `<a href="${safe(link)}">${drawable ? image : safe(alt)}</a>`;
    }
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a secure connection browsers keep the clipboard closed; this older way still works.
      const box = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    window.easelLastLink = link;
    window.easelLastCopy = text;
    if (button.dataset.words) return; // it still says that it copied
    button.dataset.words = button.textContent;
    button.textContent = easelWords("Copied");
    this.say(easelWords("Copied"));
    setTimeout(() => {
      button.textContent = button.dataset.words;
      delete button.dataset.words;
    }, 1600);
  },
  toggleTheme() {
    const dark = document.body.classList.toggle("dark");
    localStorage.setItem("easel-theme", dark ? "dark" : "light");
  },
  showCanvas() {
    const canvas = document.getElementById("canvas");
    if (canvas && canvas.getBoundingClientRect().top > window.innerHeight * 0.6) {
      canvas.scrollIntoView({ behavior: "smooth", block: "center" });
    }
  },
};

document.addEventListener("keydown", (event) => {
  const press = (id) => {
    const button = document.getElementById(id);
    if (button && !button.disabled) button.click();
    return button;
  };
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (press("generate")) event.preventDefault();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
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

(() => {
  const announcer = Object.assign(document.createElement("div"), { id: "announcer", className: "visually-hidden" });
  announcer.setAttribute("role", "status");
  document.body.append(announcer);
  const saved = localStorage.getItem("easel-theme");
  if (saved && !new URLSearchParams(location.search).has("__theme")) {
    document.body.classList.toggle("dark", saved === "dark");
  }
  // The tabs' status lines are announced when they change. They are replaced as a whole, so the announcer repeats them.
  const last = {};
  new MutationObserver(() => {
    for (const line of document.querySelectorAll(":is(#status, #search-status, #verify-status) .status")) {
      const place = line.closest("#status, #search-status, #verify-status").id;
      const kind = line.textContent.replace(/\d+/g, ""); // counting steps aloud would drown everything else
      if (kind === (last[place] ?? "")) continue;
      last[place] = kind;
      announcer.textContent = line.textContent;
    }
    // A long list of choices would take the focus when Tab leaves its field, and be gone with it.
    for (const list of document.querySelectorAll("ul[role='listbox']:not([tabindex])")) list.tabIndex = -1;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})();

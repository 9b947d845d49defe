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
  async copyLink() {
    const link = this.link();
    const button = document.getElementById("copy-link");
    if (!link || !button) return;
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      // Without a secure connection browsers keep the clipboard closed; this older way still works.
      const box = Object.assign(document.createElement("textarea"), { value: link });
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    window.easelLastLink = link;
    const words = button.textContent;
    button.textContent = "Link copied";
    this.say("Link copied");
    setTimeout(() => (button.textContent = words), 1600);
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
  } else if (event.key === "Escape") {
    press("cancel");
  }
});

(() => {
  const announcer = Object.assign(document.createElement("div"), { id: "announcer", className: "visually-hidden" });
  announcer.setAttribute("role", "status");
  document.body.append(announcer);
  const saved = localStorage.getItem("easel-theme");
  if (saved && !new URLSearchParams(location.search).has("__theme")) {
    document.body.classList.toggle("dark", saved === "dark");
  }
  // The status line is announced when it changes. It is replaced as a whole, so the announcer repeats it.
  let last = "";
  new MutationObserver(() => {
    const line = document.querySelector("#status .status");
    const words = line ? line.textContent.replace(/, step .*/, "") : "";
    if (words === last) return;
    last = words;
    announcer.textContent = words;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
})();

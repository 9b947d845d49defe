// The link of the picture that is shown: copied in three forms, and kept in the address bar.
const easel = window.easel;
const here = () => window.location.origin + window.location.pathname;

function link() {
  const shown = document.querySelector("#canvas [data-query]");
  return shown ? here() + shown.dataset.query : null;
}

easel.link = link;

// As Markdown or as HTML. The picture in them is the server's /picture, which draws it anew when its file is gone; one
// with reference pictures cannot be drawn from a link, so there the words stand alone.
function textOf(form, link) {
  const query = new URL(link).search;
  const drawable = !new URLSearchParams(query).has("images");
  const picture = new URL(`picture${query}`, here()).href;
  const alt = document.querySelector("#canvas [data-query] img").alt.replace(/\s+/g, " ");
  if (form === "markdown") {
    const words = alt.replace(/[\\[\]*_\x60<>]/g, "\\$&");
    const address = (url) => url.replace(/[()]/g, (bracket) => (bracket === "(" ? "%28" : "%29"));
    return `[${drawable ? `![${words}](${address(picture)})` : words}](${address(link)})`;
  }
  if (form === "html") {
    const safe = (words) => words.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
    const image = `<img src="${safe(picture)}" alt="${safe(alt)}" width="256" height="256">`;
    return `<a href="${safe(link)}">${drawable ? image : safe(alt)}</a>`;
  }
  return link;
}

async function write(text) {
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
}

easel.copyLink = async (form = "link") => {
  const copied = link();
  const button = document.getElementById(form === "link" ? "copy-link" : `copy-${form}`);
  if (!copied || !button) return;
  const text = textOf(form, copied);
  await write(text);
  window.easelLastLink = copied;
  window.easelLastCopy = text;
  if (button.dataset.words) return; // it still says that it copied
  button.dataset.words = button.textContent;
  button.textContent = easel.t("keys.copied");
  easel.say(easel.t("keys.copied"));
  setTimeout(() => {
    button.textContent = button.dataset.words;
    delete button.dataset.words;
  }, 1600);
};

easel.copyPack = async () => {
  const pack = document.querySelector("#packs-grid [data-link]");
  if (!pack) return;
  const text = here() + pack.dataset.link;
  await write(text);
  window.easelLastCopy = text;
  easel.say(easel.t("keys.copied"));
};

// Who opens a link on a phone sees its picture first, and the form above it.
let arrived = /[?&](prompt|seed|images)=/.test(window.location.search) && matchMedia("(max-width: 760px)").matches;

// A finished picture's link is the page's address, so that a bookmark or a reload brings the picture back. Gradio reads
// the address once, at the start.
document.addEventListener(
  "load",
  (event) => {
    const figure = event.target.closest?.("#canvas figure.finished");
    if (!figure || document.querySelector("#canvas .pair")) return;
    if (arrived && window.scrollY < 80) figure.scrollIntoView({ block: "start" });
    arrived = false;
    const query = figure.dataset.query;
    if (window.location.search === query) return;
    try {
      window.history.replaceState(window.history.state, "", window.location.pathname + query + window.location.hash);
    } catch {
      // a frame may not change its address
    }
  },
  true,
);

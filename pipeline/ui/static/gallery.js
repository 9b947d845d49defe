// What happens to finished pictures in the browser: a closer look, and all of them in one file.
const easel = window.easel;
const SIDE = 256; // pixels of a picture
const MOST = 8; // times enlarged

function enlarge(image) {
  const dialog = Object.assign(document.createElement("dialog"), { id: "zoom" });
  dialog.setAttribute("aria-label", easel.t("zoom.label"));
  dialog.innerHTML = `<div class="zoom-keys"><button type="button" data-by="-1" aria-label="${easel.t("zoom.smaller")}">−</button>
    <output aria-live="polite"></output><button type="button" data-by="1" aria-label="${easel.t("zoom.larger")}">+</button>
    <button type="button" data-close autofocus>${easel.t("zoom.close")}</button></div>
    <div class="zoom-view" tabindex="0"><img></div>`;
  const shown = dialog.querySelector("img");
  shown.src = image.src;
  shown.alt = image.alt;
  const room = Math.min(window.innerWidth - 48, window.innerHeight - 120);
  let times = Math.max(1, Math.min(MOST, Math.floor(room / SIDE)));
  const resize = (by) => {
    times = Math.max(1, Math.min(MOST, times + by));
    shown.style.width = `${times * SIDE}px`;
    shown.classList.toggle("pixels", times > 3);
    dialog.querySelector("output").textContent = `${times}×`;
  };
  dialog.addEventListener("click", (event) => {
    const key = event.target.closest("button");
    if (key?.dataset.by) resize(Number(key.dataset.by));
    else if (key || event.target === dialog) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") resize(1);
    if (event.key === "-") resize(-1);
  });
  dialog.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    resize(event.deltaY < 0 ? 1 : -1);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  resize(0);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const figure = event.target.closest?.("#canvas figure.finished");
  const opens = figure?.dataset.scene ? ".enlarge" : "img, .enlarge"; // where things can be pointed at, a click does that
  if (figure && event.target.closest(opens)) enlarge(figure.querySelector("img"));
});

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});
const crc32 = (bytes) => ~bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), -1) >>> 0;

// A ZIP file of stored entries (PKWARE APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16): PNG does not shrink any further.
function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  const record = (signature, numbers) => {
    const bytes = new DataView(new ArrayBuffer(4 + numbers.reduce((sum, [, size]) => sum + size, 0)));
    bytes.setUint32(0, signature, true);
    let at = 4;
    for (const [value, size] of numbers) {
      size === 2 ? bytes.setUint16(at, value, true) : bytes.setUint32(at, value, true);
      at += size;
    }
    return bytes;
  };
  for (const { name, bytes } of files) {
    const title = new TextEncoder().encode(name);
    const about = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [0x21, 2], [crc32(bytes), 4], [bytes.length, 4]];
    about.push([bytes.length, 4], [title.length, 2], [0, 2]);
    parts.push(record(0x04034b50, about), title, bytes);
    const entry = [[20, 2], ...about, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]];
    directory.push(record(0x02014b50, entry), title);
    offset += 30 + title.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const count = files.length;
  const end = record(0x06054b50, [[0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

easel.downloadAll = async () => {
  const images = [...document.querySelectorAll("#shelf img")];
  const files = new Map();
  let missing = 0;
  for (const { src } of images) {
    const answer = await fetch(src);
    if (answer.ok) {
      const name = decodeURIComponent(new URL(src).pathname.split("/").pop());
      files.set(name, { name, bytes: new Uint8Array(await answer.arrayBuffer()) });
    } else missing += 1;
  }
  if (files.size) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(zip([...files.values()])) });
    link.download = "easel-pictures.zip";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
  const some = files.size ? easel.t("download.some") : easel.t("download.none");
  easel.say(missing ? some : easel.t("download.all"));
};

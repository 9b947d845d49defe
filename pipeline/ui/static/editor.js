// The finished picture as a canvas: point at a thing, drag it, size it, turn it; or do the same with keys.
//
// The server writes what stands where into the figure (data-scene), and a map of what is seen at each pixel (data-hits:
// a gray picture whose values are the things' numbers, 0 the ground). What is done here leaves as one operation, an
// "easel-edit" event that the canvas hands to the server, which answers with the next picture.
const easel = window.easel;
const IDLE = 300; // milliseconds after the last key until its effect is asked for
const STEP = 0.01; // of the picture, for an arrow key; Shift takes five
const GROW = 1.05;
const TURN = 5; // degrees
const PATIENCE = 15_000; // ms until a change counts as lost
const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "+", "=", "-", "[", "]", "m"]);

let chosen = null; // id of the thing that is selected; it stays so over a redraw
let stage = null; // of the figure on the page: {figure, scene, hits, frame, waiting, lifted}
let sent = 0; // when the change was sent that is under way
const line = []; // changes that were made before the last one came back
let focused = null; // where the focus was in the editor: a redraw brings new elements, and it goes on there

const round = (number) => Math.round(number * 10000) / 10000;
const thing = (id = chosen) => stage?.scene.things.find((each) => each.id === id);

const editor = () => document.querySelector("#canvas .editor");

// One after another: each is made to the picture that the one before it gave.
function send(operation) {
  const from = document.querySelector("#canvas figure.finished");
  if (from.getAttribute("aria-busy") === "true" && performance.now() - sent < PATIENCE) return line.push(operation);
  sent = performance.now();
  from.setAttribute("aria-busy", "true");
  from.dispatchEvent(new CustomEvent("easel-edit", { detail: operation, bubbles: true }));
}

function next() {
  if (line.length) send(line.shift());
}

function sendPlace() {
  const { id, x, y, side, turn, mirror } = thing();
  send({ do: "place", thing: id, place: [round(x), round(y), round(side)], turn: round(turn), mirror });
}

// The picture's own rectangle on the screen: a picture that is not square leaves edges of its frame free.
function area() {
  const frame = stage.figure.getBoundingClientRect();
  const { width, height } = stage.scene;
  const scale = Math.min(frame.width / width, frame.height / height);
  return {
    left: (frame.width - width * scale) / 2,
    top: (frame.height - height * scale) / 2,
    width: width * scale,
    height: height * scale,
    short: Math.min(width, height) * scale,
    originX: frame.left,
    originY: frame.top,
  };
}

// Where a pointer is, in shares of the picture's width and height.
function share(event) {
  const { left, top, width, height, originX, originY } = area();
  return [(event.clientX - originX - left) / width, (event.clientY - originY - top) / height];
}

function thingAt(event) {
  const [x, y] = share(event);
  if (!stage.hits || x < 0 || y < 0 || x >= 1 || y >= 1) return null;
  const { canvas } = stage.hits;
  const value = stage.hits.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data[0];
  return value ? stage.scene.things[value - 1] : null;
}

// The thing's own pixels, seen where it goes until the picture comes: {image, from}, from what it was.
function lift() {
  const number = stage.scene.things.findIndex((each) => each.id === chosen) + 1;
  const { width, height } = stage.hits.canvas;
  const scale = Math.max(1, Math.floor(512 / Math.max(width, height)));
  const image = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale });
  const pen = image.getContext("2d");
  const map = stage.hits.getImageData(0, 0, width, height).data;
  pen.beginPath();
  for (let at = 0; at < width * height; at++) {
    if (map[4 * at] === number) pen.rect((at % width) * scale, Math.floor(at / width) * scale, scale, scale);
  }
  pen.clip();
  pen.drawImage(stage.figure.querySelector("img"), 0, 0, image.width, image.height);
  image.className = "lifted";
  image.setAttribute("aria-hidden", "true");
  stage.frame.before(image);
  return { image, from: { ...thing() } };
}

function paintLifted(current) {
  const { image, from } = stage.lifted;
  const { left, top, width, height } = area();
  const way = [(current.x - from.x) * width, (current.y - from.y) * height];
  const grown = current.side / from.side;
  Object.assign(image.style, {
    left: `${left}px`,
    top: `${top}px`,
    width: `${width}px`,
    height: `${height}px`,
    transformOrigin: `${100 * from.x}% ${100 * from.y}%`,
    transform: `translate(${way[0]}px, ${way[1]}px) rotate(${current.turn - from.turn}deg) ` +
      `scale(${current.mirror === from.mirror ? grown : -grown}, ${grown})`,
  });
}

function paint() {
  const current = thing();
  for (const button of editor()?.querySelectorAll("[data-thing]") ?? []) {
    button.setAttribute("aria-pressed", String(button.dataset.thing === chosen));
  }
  editor()?.querySelector(".tools")?.toggleAttribute("hidden", !current);
  if (current && stage.lifted) paintLifted(current);
  stage.frame.hidden = !current;
  stage.figure.classList.toggle("editing", Boolean(current));
  if (!current) return;
  const { left, top, width, height, short } = area();
  const side = current.side * short;
  Object.assign(stage.frame.style, {
    left: `${left + current.x * width - side / 2}px`,
    top: `${top + current.y * height - side / 2}px`,
    width: `${side}px`,
    height: `${side}px`,
    transform: `rotate(${current.turn}deg)`,
  });
}

function choose(id) {
  if (chosen === id) return;
  chosen = id;
  paint();
  if (thing()) easel.say(thing().label);
  fill();
}

function fill() {
  const zones = editor()?.querySelector("[data-zones]");
  if (zones) zones.checked = document.documentElement.classList.contains("safe-zones");
  const tools = editor()?.querySelector(".tools");
  const current = thing();
  if (!tools || !current) return;
  tools.querySelector("input[data-do='colour']").value = current.colour ?? "#888888";
  tools.querySelector("select[data-do='colour']").value = current.named ?? "";
  tools.querySelector("[data-do='style']").value = current.style ?? "";
  tools.querySelector("[data-do='replace']").value = "";
}

// One drag, from where the pointer went down: of the thing, of a corner, or of the handle that turns.
function drag(event, how) {
  const current = thing();
  const start = { ...current };
  const [fromX, fromY] = share(event);
  const { left, top, width, height, originX, originY } = area();
  const centre = [originX + left + start.x * width, originY + top + start.y * height];
  const away = (at) => Math.hypot(at.clientX - centre[0], at.clientY - centre[1]);
  const angle = (at) => (Math.atan2(at.clientY - centre[1], at.clientX - centre[0]) * 180) / Math.PI;
  const first = { away: away(event), angle: angle(event) };
  let moved = false;
  const move = (at) => {
    if (at.pointerId !== event.pointerId) return;
    const [x, y] = share(at);
    moved ||= Math.abs(x - fromX) + Math.abs(y - fromY) > 0.006;
    if (!moved) return;
    if (stage.hits) stage.lifted ??= lift();
    if (how === "move") Object.assign(current, { x: clamp(start.x + x - fromX), y: clamp(start.y + y - fromY) });
    if (how === "size") current.side = Math.min(1.5, Math.max(0.05, (start.side * away(at)) / Math.max(1, first.away)));
    if (how === "turn") {
      const turn = start.turn + angle(at) - first.angle;
      current.turn = wrap(at.shiftKey ? Math.round(turn / 15) * 15 : turn);
    }
    paint();
  };
  const end = (at) => {
    if (at.pointerId !== event.pointerId) return;
    stop();
    if (at.type === "pointercancel") Object.assign(current, start);
    if (at.type === "pointercancel") drop();
    else if (moved) sendPlace();
    paint();
  };
  const stop = () => {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", end);
    window.removeEventListener("pointercancel", end);
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
  event.preventDefault();
}

function drop() {
  stage.lifted?.image.remove();
  stage.lifted = null;
}

const clamp = (number) => Math.min(1.2, Math.max(-0.2, number));
const wrap = (turn) => ((((turn + 180) % 360) + 360) % 360) - 180;

// What is picked with a pointer takes the keys, too: they would go on writing into the prompt.
function hold() {
  const button = editor()?.querySelector(`[data-thing="${CSS.escape(chosen)}"]`);
  button?.focus({ preventScroll: true, focusVisible: false });
}

function press(event) {
  if (event.button || event.target.closest("button")) return;
  if (stage.figure.classList.contains("picking")) return pickAt(event);
  const handle = event.target.closest("[data-handle]");
  if (handle) {
    hold();
    return drag(event, handle.dataset.handle);
  }
  const hit = thingAt(event);
  // A finger that touches the ground scrolls the page; one that touches the selected thing moves it.
  if (!hit && !event.target.closest(".selection")) return choose(null);
  if (hit) choose(hit.id);
  hold();
  drag(event, "move");
}

function nudge(key, event) {
  const current = thing();
  if (stage.hits) stage.lifted ??= lift();
  const step = STEP * (event.shiftKey ? 5 : 1);
  if (key === "ArrowLeft") current.x = clamp(current.x - step);
  if (key === "ArrowRight") current.x = clamp(current.x + step);
  if (key === "ArrowUp") current.y = clamp(current.y - step);
  if (key === "ArrowDown") current.y = clamp(current.y + step);
  if (key === "+" || key === "=") current.side = Math.min(1.5, current.side * GROW);
  if (key === "-") current.side = Math.max(0.05, current.side / GROW);
  if (key === "[") current.turn = wrap(current.turn - TURN);
  if (key === "]") current.turn = wrap(current.turn + TURN);
  if (key === "m") current.mirror = !current.mirror;
  paint();
  clearTimeout(stage.waiting);
  stage.waiting = setTimeout(sendPlace, IDLE);
}

function keydown(event) {
  const typing = event.target.closest("input, textarea, select");
  const here = event.target.closest("#canvas");
  if ((event.ctrlKey || event.metaKey) && !typing && ["z", "y"].includes(event.key.toLowerCase())) {
    event.preventDefault();
    const redo = event.key.toLowerCase() === "y" || event.shiftKey;
    document.querySelector(`#canvas .editor [data-do='${redo ? "redo" : "undo"}']:not([disabled])`)?.click();
    return;
  }
  if (event.key === "Escape" && stage?.figure.classList.contains("picking")) return picking(false);
  // Out of a field, too, and with the focus nowhere.
  if (event.key === "Escape" && thing() && (here || event.target === document.body)) {
    event.preventDefault();
    return choose(null);
  }
  if (!here || typing || !thing() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Delete" || event.key === "Backspace") send({ do: "remove", thing: chosen });
  else if (KEYS.has(event.key)) nudge(event.key, event);
  else return;
  event.preventDefault();
}

// A colour from the picture: the browser's own dropper, which reads the whole screen, or a click on the picture.
async function pick() {
  if (!("EyeDropper" in window)) return picking(true);
  try {
    const { sRGBHex } = await new window.EyeDropper().open();
    send({ do: "colour", thing: chosen, colour: sRGBHex });
  } catch {
    // it was closed without a choice
  }
}

function picking(on) {
  stage.figure.classList.toggle("picking", on);
  if (on) easel.say(easel.t("edit.picking"));
}

function pickAt(event) {
  event.preventDefault();
  picking(false);
  const [x, y] = share(event);
  if (x < 0 || y < 0 || x >= 1 || y >= 1) return;
  const image = stage.figure.querySelector("img");
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, -Math.floor(x * image.naturalWidth), -Math.floor(y * image.naturalHeight));
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  if (!alpha) return;
  const colour = "#" + [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
  send({ do: "colour", thing: chosen, colour });
}

// The fields beside the picture. Those of a thing say their value, buttons only what they do; those of the whole picture
// (data-op) are said together.
function use(event) {
  const group = event.target.closest?.("#canvas .editor [data-op]");
  if (group && event.type === "change") return useGroup(group);
  const field = event.target.closest?.("#canvas .editor [data-do]");
  if (!field) return;
  const what = field.dataset.do;
  if (event.type === "click" && field.tagName === "BUTTON") {
    const by = field.dataset.by ? { by: Number(field.dataset.by) } : {};
    if (what === "mirror") {
      thing().mirror = !thing().mirror;
      return sendPlace();
    }
    send({ do: what, ...(thing() && !["undo", "redo", "open"].includes(what) ? { thing: chosen } : {}), ...by });
  }
  if (event.type === "change" && (field.type === "color" || field.tagName === "SELECT")) {
    send({ do: what, thing: chosen, [what]: field.value || null });
  }
}

function useGroup(group) {
  const values = {};
  for (const field of group.querySelectorAll("[name]")) {
    values[field.name] = { checkbox: field.checked, range: Number(field.value) }[field.type] ?? field.value;
  }
  const letters = group.querySelector("textarea");
  if (values.ground === "" || (letters && !letters.value.trim() && !letters.defaultValue)) return;
  send({ do: group.dataset.op, ...values });
}

const WAYS = /^(please )?(redo|undo|revert|go back|never ?mind|take (that|it|this) back)( (that|this|it|((the|my) )?last( (change|step|edit|one|thing))?))?[.!]?$/i;

function submit(event) {
  const form = event.target.closest?.("#canvas .editor form");
  if (!form) return;
  event.preventDefault();
  const field = form.querySelector("input");
  if (!field.value.trim()) return;
  const way = field.dataset.do === "words" && WAYS.exec(field.value.trim());
  if (way) return document.querySelector(`#canvas .editor button[data-do="${/redo/i.test(way[0]) ? "redo" : "undo"}"]`)?.click();
  if (field.dataset.do === "replace") send({ do: "replace", thing: chosen, name: field.value.trim() });
  else send({ do: "words", text: field.value.trim(), ...(thing() ? { thing: chosen } : {}) });
}

// How to find a field again among new ones: by what it does.
function nameOf(field) {
  for (const name of ["thing", "do", "op", "upload", "pick", "zones"]) {
    const held = field.closest(`[data-${name}]`);
    if (!held) continue;
    const own = field.name && held !== field ? ` [name="${field.name}"]` : "";
    const by = held.dataset.by ? `[data-by="${held.dataset.by}"]` : "";
    return `#canvas .editor ${held.tagName}[data-${name}="${CSS.escape(held.dataset[name])}"]${by}${own}`;
  }
  return null;
}

function refocus() {
  if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
  document.querySelector(focused)?.focus({ preventScroll: true });
}

async function mount(figure) {
  const scene = JSON.parse(figure.dataset.scene);
  const frame = Object.assign(document.createElement("div"), { className: "selection", hidden: true });
  frame.innerHTML =
    ["nw", "ne", "sw", "se"].map((corner) => `<span data-handle="size" class="${corner}"></span>`).join("") +
    '<span data-handle="turn" class="turn"></span>';
  figure.append(frame);
  clearTimeout(stage?.waiting);
  stage = { figure, scene, frame, hits: null, waiting: 0, lifted: null };
  if (!thing()) chosen = null;
  paint();
  fill();
  refocus();
  const map = new Image();
  map.src = figure.dataset.hits;
  await map.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: map.width, height: map.height });
  const hits = canvas.getContext("2d", { willReadFrequently: true });
  hits.drawImage(map, 0, 0);
  if (stage.figure === figure) stage.hits = hits;
  figure.dataset.editable = "true";
  next();
}

// What was refused leaves the picture as it is: then a thing that was moved by hand goes back to where it stood.
function settle() {
  const figure = stage?.figure;
  if (!figure?.isConnected || figure.getAttribute("aria-busy") !== "true") return;
  if (!document.querySelector("#status .bad")) return;
  figure.removeAttribute("aria-busy");
  stage.scene = JSON.parse(figure.dataset.scene);
  drop();
  paint();
  next();
}

new MutationObserver(() => {
  const figure = document.querySelector("#canvas figure.finished[data-scene]");
  if (figure && !figure.querySelector(".selection")) mount(figure);
  else settle();
}).observe(document.body, { subtree: true, childList: true });
window.addEventListener("resize", () => stage?.figure.isConnected && paint());
document.addEventListener("pointerdown", (event) => {
  if (stage?.figure.isConnected && stage.figure.contains(event.target)) press(event);
});
document.addEventListener("keydown", keydown);
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#generate, #shelf")) line.length = 0; // what waits was meant for the picture before
  const button = event.target.closest?.("#canvas .editor button");
  if (button?.dataset.thing) choose(button.dataset.thing === chosen ? null : button.dataset.thing);
  else if (button && "pick" in button.dataset) pick();
  else if (button && "upload" in button.dataset) document.querySelector("#add-picture, :has(> #add-picture)")?.parentElement.querySelector("input[type='file']")?.click();
  else use(event);
});
document.addEventListener("focusin", (event) => {
  focused = event.target.closest?.("#canvas .editor") ? nameOf(event.target) : null;
});
// In the lettering Enter is done, and Shift+Enter a second line.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || !event.target.matches?.("#canvas .editor textarea")) return;
  event.preventDefault();
  useGroup(event.target.closest("[data-op]"));
});
document.addEventListener("change", (event) => {
  const zones = event.target.matches?.("#canvas .editor [data-zones]"); // only to look at: no change of the picture
  if (zones) document.documentElement.classList.toggle("safe-zones", event.target.checked);
  else use(event);
});
document.addEventListener("submit", submit);

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
const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "+", "=", "-", "[", "]", "m"]);

let chosen = null; // id of the thing that is selected; it stays so over a redraw
let stage = null; // of the figure on the page: {figure, scene, hits, frame, waiting}

const round = (number) => Math.round(number * 10000) / 10000;
const thing = (id = chosen) => stage?.scene.things.find((each) => each.id === id);

function send(operation) {
  const from = document.querySelector("#canvas figure.finished");
  from.dispatchEvent(new CustomEvent("easel-edit", { detail: operation, bubbles: true }));
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

function paint() {
  const current = thing();
  const editor = stage.figure.parentElement.querySelector(".editor");
  for (const button of editor?.querySelectorAll("[data-thing]") ?? []) {
    button.setAttribute("aria-pressed", String(button.dataset.thing === chosen));
  }
  const tools = editor?.querySelector(".tools");
  if (tools) tools.hidden = !current;
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
  const tools = stage.figure.parentElement.querySelector(".editor .tools");
  const current = thing();
  if (!tools || !current) return;
  tools.querySelector("[data-do='colour']").value = current.colour ?? "#888888";
  tools.querySelector("[data-do='style']").value = current.style ?? "";
  tools.querySelector("[data-do='replace']").value = "";
  easel.say(current.label);
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

const clamp = (number) => Math.min(1.2, Math.max(-0.2, number));
const wrap = (turn) => ((((turn + 180) % 360) + 360) % 360) - 180;

function press(event) {
  if (event.button || event.target.closest("button")) return;
  const handle = event.target.closest("[data-handle]");
  if (handle) return drag(event, handle.dataset.handle);
  const hit = thingAt(event);
  // A finger that touches the ground scrolls the page; one that touches the selected thing moves it.
  if (!hit && !event.target.closest(".selection")) return choose(null);
  if (hit) choose(hit.id);
  drag(event, "move");
}

function nudge(key, event) {
  const current = thing();
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
  if (!here || typing || !thing() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") choose(null);
  else if (event.key === "Delete" || event.key === "Backspace") send({ do: "remove", thing: chosen });
  else if (KEYS.has(event.key)) nudge(event.key, event);
  else return;
  event.preventDefault();
}

// The bar below the picture: its fields say their value, its buttons only what they do.
function use(event) {
  const field = event.target.closest?.("#canvas .editor [data-do]");
  if (!field) return;
  const what = field.dataset.do;
  const value = "value" in field && field.tagName !== "BUTTON" ? field.value.trim() : undefined;
  if (event.type === "click" && field.tagName === "BUTTON") {
    const by = field.dataset.by ? { by: Number(field.dataset.by) } : {};
    if (what === "mirror") {
      thing().mirror = !thing().mirror;
      return sendPlace();
    }
    if (what === "words" || what === "replace") return; // its form says it
    send({ do: what, ...(thing() && !["undo", "redo", "open"].includes(what) ? { thing: chosen } : {}), ...by });
  }
  if (event.type === "change" && (field.type === "color" || field.tagName === "SELECT")) {
    send({ do: what, thing: chosen, [what]: value || null });
  }
}

function submit(event) {
  const form = event.target.closest?.("#canvas .editor form");
  if (!form) return;
  event.preventDefault();
  const field = form.querySelector("input");
  if (!field.value.trim()) return;
  if (field.dataset.do === "replace") send({ do: "replace", thing: chosen, name: field.value.trim() });
  else send({ do: "words", text: field.value.trim(), ...(thing() ? { thing: chosen } : {}) });
}

async function mount(figure) {
  const scene = JSON.parse(figure.dataset.scene);
  const frame = Object.assign(document.createElement("div"), { className: "selection", hidden: true });
  frame.innerHTML =
    ["nw", "ne", "sw", "se"].map((corner) => `<span data-handle="size" class="${corner}"></span>`).join("") +
    '<span data-handle="turn" class="turn"></span>';
  figure.append(frame);
  clearTimeout(stage?.waiting);
  stage = { figure, scene, frame, hits: null, waiting: 0 };
  if (!thing()) chosen = null;
  paint();
  const map = new Image();
  map.src = figure.dataset.hits;
  await map.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: map.width, height: map.height });
  const hits = canvas.getContext("2d", { willReadFrequently: true });
  hits.drawImage(map, 0, 0);
  if (stage.figure === figure) stage.hits = hits;
  figure.dataset.editable = "true";
}

new MutationObserver(() => {
  const figure = document.querySelector("#canvas figure.finished[data-scene]");
  if (figure && !figure.querySelector(".selection")) mount(figure);
}).observe(document.body, { subtree: true, childList: true });
window.addEventListener("resize", () => stage?.figure.isConnected && paint());
document.addEventListener("pointerdown", (event) => {
  if (stage?.figure.isConnected && stage.figure.contains(event.target)) press(event);
});
document.addEventListener("keydown", keydown);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#canvas .editor [data-thing]");
  if (button) choose(button.dataset.thing === chosen ? null : button.dataset.thing);
  use(event);
});
document.addEventListener("change", use);
document.addEventListener("submit", submit);

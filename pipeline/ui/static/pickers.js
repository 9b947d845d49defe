// The pictures and colours to pick from are one stop for Tab each, and the arrow keys go from one to the next, as in any
// group of radio buttons; gradio gives every button a group of its own.
const GROUPS = "#style, #background";
const inputs = (group) => [...group.querySelectorAll("input[type='radio']")];

function settle() {
  for (const group of document.querySelectorAll(GROUPS)) {
    const all = inputs(group);
    const current = all.find((input) => input.checked) ?? all[0];
    for (const input of all) input.tabIndex = input === current ? 0 : -1;
    for (const input of all) input.closest("label").title = input.value;
  }
}

document.addEventListener("keydown", (event) => {
  const group = event.target.matches?.("input[type='radio']") && event.target.closest(GROUPS);
  if (!group) return;
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = inputs(group);
  const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
  next.click();
  next.focus();
});
document.addEventListener("change", (event) => event.target.closest?.(GROUPS) && settle());
new MutationObserver(settle).observe(document.body, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["aria-checked"],
});
settle();

// What moe_lab/explore/shared/controls.py does for the panel it stands in: names for screen readers, keys for its controls,
// letters that stay while they are written, and how wide the box around it is.
// ipywidgets writes words beside a control, but gives a slider's handle and its number no name; nor can a list have that of its group.

const words = (node) => node?.textContent.trim() ?? "";

function put(node, name, value) {
  if (value && node.getAttribute(name) !== value) node.setAttribute(name, value);
}

const groupOf = (node) => words(node.closest(".moe-knobs")?.querySelector(".moe-group"));
const labelOf = (node) => words(node.closest(".jupyter-widgets")?.querySelector(":scope > .widget-label")) || groupOf(node);

function name(panel) {
  for (const group of panel.querySelectorAll(".moe-knobs, .widget-toggle-buttons")) {
    put(group, "role", "group");
    put(group, "aria-label", labelOf(group));
  }
  for (const handle of panel.querySelectorAll(".noUi-handle")) {
    const slider = handle.closest(".widget-slider, .widget-hslider");
    put(handle, "aria-label", labelOf(slider));
    put(handle, "aria-valuetext", words(slider.querySelector(".widget-readout"))); // of powers of ten, noUiSlider knows the exponent
  }
  for (const number of panel.querySelectorAll(".widget-readout")) {
    put(number, "role", "textbox");
    put(number, "aria-label", `${labelOf(number)}, number`);
  }
  for (const control of panel.querySelectorAll("select, textarea, input")) {
    if (![...(control.labels ?? [])].some(words)) put(control, "aria-label", labelOf(control));
  }
  for (const picture of panel.querySelectorAll("img.widget-image")) put(picture, "alt", picture.title || words(panel.querySelector(".moe-said")) || "a figure");
  for (const told of panel.querySelectorAll(".moe-told")) put(told, "role", "status"); // an answer is read out when it comes
  for (const button of panel.querySelectorAll(".widget-toggle-button, .moe-chip")) {
    put(button, "aria-pressed", `${button.matches(".mod-active, .moe-chosen")}`);
  }
}

// JupyterLab and Notebook take a key that is pressed alone for a command, even on a slider: arrows move between cells, b makes one.
// On its way down they look for this attribute where the key was pressed; whoever listens to the window is asked before them.
function keepKeys(panel) {
  const keep = ({ target, ctrlKey, metaKey, altKey, shiftKey }) =>
    panel.contains(target) && target.toggleAttribute("data-lm-suppress-shortcuts", !(ctrlKey || metaKey || altKey || shiftKey));
  window.addEventListener("keydown", keep, true);
  return () => window.removeEventListener("keydown", keep, true);
}

// A line of text being written is the reader's: what Python writes into it meanwhile would take the letters away.
const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
const GUARDED = "data-moe-guarded";

function keepLetters(panel) {
  for (const field of panel.querySelectorAll(`input[type=text]:not([${GUARDED}])`)) {
    field.toggleAttribute(GUARDED, true);
    let [isWriting, missed] = [false, null];
    const write = (text) => (isWriting ? (missed = text) : set.call(field, text));
    Object.defineProperty(field, "value", { configurable: true, get, set: write });
    field.addEventListener("input", () => (isWriting = true));
    field.addEventListener("change", () => ([isWriting, missed] = [false, null]), true);
    field.addEventListener("blur", () => {
      if (isWriting && missed !== null) set.call(field, missed); // nothing was entered after all
      [isWriting, missed] = [false, null];
    });
  }
}

// Something changed often: act once it is still for a moment.
function whenStill(act, pause = 100) {
  let waiting = 0;
  return () => (clearTimeout(waiting), (waiting = setTimeout(act, pause)));
}

function render({ model, el }) {
  el.classList.add("moe-aid");
  let ended = false;
  let panel = null;
  let letKeysGo = () => {};
  const tend = () => (name(panel), keepLetters(panel));
  const names = whenStill(() => !ended && tend(), 30);
  const width = whenStill(() => {
    const there = el.parentElement?.clientWidth;
    if (ended || !there || model.get("width") === there) return;
    model.set("width", there);
    model.save_changes();
  });
  const changes = new MutationObserver(names);
  const size = new ResizeObserver(width);

  function start() {
    if (ended) return;
    panel = el.closest(".moe-lab");
    if (!panel) return requestAnimationFrame(start); // not put into its place yet
    tend();
    letKeysGo = keepKeys(panel);
    changes.observe(panel, { childList: true, subtree: true, attributeFilter: ["class", "aria-valuenow"] });
    size.observe(el.parentElement);
  }
  start();
  return () => {
    ended = true;
    changes.disconnect();
    size.disconnect();
    letKeysGo();
  };
}

export default { render };

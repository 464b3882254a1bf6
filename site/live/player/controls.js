// Labelled controls of a page: chips, menus, sliders, and the bar with which a run is played.

import { closest } from "./address.js";

let made = 0;

export function add(parent, tag, { text, ...given } = {}, name = "") {
  const node = parent.appendChild(document.createElement(tag));
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(given)) {
    if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  return node;
}

function labelled(parent, words) {
  const row = add(parent, "div", {}, "live-control");
  const id = `control-${(made += 1)}`;
  add(row, "label", { text: words, htmlFor: id });
  return { row, id };
}

// A setting as a menu or a slider: `show(value)` brings it in line, `able(yes)` says whether it changes anything.
export function control(parent, { label, values, words, kind }, chosen) {
  const { row, id } = labelled(parent, label);
  const say = (i) => `${words.length ? words[i] : values[i]}`;
  const able = (node) => (yes) => {
    node.disabled = !yes;
    row.classList.toggle("live-idle", !yes);
    row.title = yes ? "" : "changes nothing with the other settings as they are";
  };
  if (kind === "slider") {
    const node = add(row, "input", { id, type: "range", min: 0, max: values.length - 1, step: 1 });
    const output = add(row, "output", { htmlFor: id });
    const name = (words) => {
      output.textContent = words;
      node.setAttribute("aria-valuetext", words);
    };
    node.oninput = () => (name(say(+node.value)), chosen(values[+node.value]));
    const show = (value) => {
      node.value = closest(values, value); // it may lie between two of them
      name(values.includes(value) ? say(+node.value) : `${value}`);
    };
    return { show, able: able(node), node };
  }
  const node = add(row, "select", { id });
  values.forEach((_, i) => add(node, "option", { value: i, text: say(i) }));
  node.onchange = () => chosen(values[+node.value]);
  return { show: (value) => (node.value = values.indexOf(value)), able: able(node), node };
}

// Presets: `show(name)` marks the one that is chosen, or none.
export function chips(parent, names, chosen) {
  const row = add(parent, "div", { role: "group", "aria-label": "presets" }, "widget-box widget-hbox moe-chips");
  const buttons = names.map((name) => add(row, "button", { type: "button", text: name, onclick: () => chosen(name) }, "moe-chip"));
  return (at) =>
    buttons.forEach((button, i) => {
      button.classList.toggle("moe-chosen", names[i] === at);
      button.setAttribute("aria-pressed", names[i] === at);
    });
}

export const SPEEDS = [0.25, 0.5, 1, 2, 4];

// Play, speed, reset, and the bar along which a run goes. Under the pointer the past is shown, without leaving the present.
export function transport(parent, { label, says }, { play, reset, speed, go, peek, back }) {
  const bar = add(parent, "div", { role: "group", "aria-label": "the run" }, "live-bar");
  const button = add(bar, "button", { type: "button", onclick: play }, "live-play");
  add(bar, "button", { type: "button", text: "Reset", onclick: reset });
  const faster = labelled(bar, "speed");
  const rates = add(faster.row, "select", { id: faster.id, onchange: () => speed(+rates.value) });
  for (const rate of SPEEDS) add(rates, "option", { value: rate, text: `${rate}×` });
  rates.value = 1;
  const { row, id } = labelled(bar, label);
  row.classList.add("live-scrub");
  const track = add(row, "input", { id, type: "range", min: 0, step: 1 });
  const tip = add(row, "span", { hidden: true, "aria-hidden": "true" }, "live-tip");
  const output = add(row, "output", { htmlFor: id });

  const under = (event) => {
    const room = track.clientWidth - 16; // a thumb is 16 pixels wide
    const share = Math.min(1, Math.max(0, (event.offsetX - 8) / room));
    return Math.round(share * +track.max);
  };
  track.oninput = () => go(+track.value);
  track.onpointermove = (event) => {
    if (event.buttons) return;
    const at = under(event);
    tip.hidden = false;
    tip.textContent = says(at);
    tip.style.left = `${track.offsetLeft + event.offsetX}px`;
    peek(at);
  };
  track.onpointerleave = () => ((tip.hidden = true), back());

  return {
    show(at, length, playing) {
      track.max = length - 1;
      track.value = at;
      output.textContent = says(at);
      track.setAttribute("aria-valuetext", says(at));
      button.textContent = playing ? "❚❚ Pause" : "▶ Play";
    },
    rate: (value) => (rates.value = value),
  };
}

// A button that copies what `words()` says; where the page may not, it is shown and chosen.
export function copying(parent, label, words) {
  const button = add(parent, "button", { type: "button", text: label });
  const field = add(parent, "input", { hidden: true, readOnly: true, "aria-label": label }, "live-copy");
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(words());
      button.textContent = "Copied ✓";
      setTimeout(() => (button.textContent = label), 1500);
    } catch {
      Object.assign(field, { hidden: false, value: words() });
      field.select();
    }
  };
}

// Boxes, texts and views, put together as the panel has them; the views are those that JupyterLab draws.

import { Model } from "./model.js";

const loaded = new Map();

// The text of a script as a module.
function module(text) {
  if (!loaded.has(text)) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    loaded.set(text, import(address));
  }
  return loaded.get(text);
}

export class Stage {
  // `scripts`: the text of each by its files, joined with a blank; `told` and `sent` hear what a view changes or sends.
  constructor({ tree, fixed = {} }, scripts, hears = {}) {
    Object.assign(this, { scripts, hears, fixed, parts: [], shown: {}, waits: [], charts: [] });
    this.el = this.node(tree);
  }

  node({ classes, style, box, children, view, html, number, script, steps }) {
    const el = document.createElement("div");
    el.classList.add("jupyter-widgets", ...classes);
    for (const [name, value] of Object.entries(style)) el.style.setProperty(name, value);
    if (box) {
      el.classList.add("widget-box", `widget-${box}box`);
      el.append(...children.map((child) => this.node(child)));
    } else if (html) {
      el.classList.add("widget-html");
      const inner = el.appendChild(document.createElement("div"));
      inner.className = "widget-html-content";
      this.parts[number] = { put: ({ value }) => value !== undefined && (inner.innerHTML = value) };
    } else {
      const hears = { told: (changes, from) => this.heard(changes, from), sent: (message) => this.hears.sent?.(message) };
      const model = new Model({ view, ...this.of(number, this.fixed), ...(steps ? { looked: -1 } : {}) }, hears);
      if (steps) this.charts.push(number);
      this.parts[number] = { model, put: (values) => model.put(values) };
      const drawn = module(this.scripts[script.join(" ")]).then(({ default: made }) => made.render({ model, el }));
      this.waits.push(drawn);
    }
    return el;
  }

  // Those values of a frame that are a widget's, by their bare names.
  of(number, values) {
    const own = Object.entries(values).filter(([name]) => name.startsWith(`${number}.`));
    return Object.fromEntries(own.map(([name, value]) => [name.slice(name.indexOf(".") + 1), value]));
  }

  // Show a frame; `value` unpacks what is packed. Only what changed is touched.
  show(frame, value = (given) => given) {
    const changed = Object.keys(frame).filter((name) => frame[name] !== this.shown[name]);
    const fresh = Object.fromEntries(changed.map((name) => [name, value(frame[name])]));
    this.shown = frame;
    this.parts.forEach((part, number) => part.put(this.of(number, fresh)));
  }

  // What all views but charts over steps have of one frame, and these of another.
  among(frame, now) {
    const charted = (name) => this.charts.includes(+name.split(".")[0]);
    const of = (values, which) => Object.entries(values).filter(([name]) => charted(name) === which);
    return Object.fromEntries([...of(frame, false), ...of(now, true)]);
  }

  // What is shown next is new to every view.
  forget() {
    this.shown = {};
  }

  // A press in one view is one in all that know of it.
  heard(changes, from) {
    if (!("looked" in changes)) this.share(changes, from);
    this.hears.told?.(changes);
  }

  share(changes, from = null) {
    for (const { model } of this.parts) {
      if (!model || model === from) continue;
      const known = Object.entries(changes).filter(([name]) => model.has(name));
      model.put(Object.fromEntries(known));
    }
  }
}

// PlaneLab, computed in the browser: the reader turns knobs and adds points while the experts train.

import { line, read } from "../player/address.js";
import { beside } from "../player/bets.js";
import { add } from "../player/controls.js";
import { Player } from "../player/player.js";
import { fromBase64 } from "../player/tape.js";
import { METHODS } from "./methods.js";
import { Mixture } from "./mixture.js";
import { chartFrames, inWords, planeFrame, rightShare, row } from "./picture.js";

const EVERY = 5; // steps between frames, and between rows of the charts
const OPENING = 300; // steps that are taken before a page without a place in its address is shown
const AFRESH = ["data", "balance", "kind", "seed"]; // what cannot change under way
const FREE = ["points", "said"]; // what may be any text
const RIGHT = [0.85, 0.58]; // shares from which the answers of a bet hold, as in `how_many_right`
const MOST = 1000; // points that may be added

// "12.-30.1_…": x and y in hundredths, 1 dark or 0 light; nothing for what is none.
export function addedPoints(text) {
  const points = text.split("_").filter(Boolean).map((point) => point.split(".").map(Number));
  const fits = ([x, y, dark, more]) => Math.abs(x) <= 100 && Math.abs(y) <= 100 && (dark === 0 || dark === 1) && more === undefined;
  return points.filter(fits).slice(0, MOST).map(([x, y, dark]) => [x / 100, y / 100, dark]);
}

class Computed {
  constructor(spec) {
    this.spec = spec;
    this.numbers = new Float32Array(fromBase64(spec.numbers).buffer);
    this.kept = []; // a mixture every few steps, with how many rows were there
    this.rows = [];
    this.changes = [];
  }

  // The points of a pattern, [x, y, dark] each; none where they are the reader's to give.
  given(data, seed) {
    const [at, count] = this.spec.places[`${data} ${seed}`] ?? [0, 0];
    return Array.from({ length: count / 3 }, (_, i) => [...this.numbers.subarray(at + 3 * i, at + 3 * (i + 1))]);
  }

  begin(settings) {
    const mixture = new Mixture(settings);
    this.patterns = this.given(settings.data, settings.seed);
    this.fresh = this.given(settings.data, settings.seed + 1000);
    mixture.learn([...this.patterns, ...addedPoints(settings.points)]);
    Object.assign(this, { first: settings, changes: [], rows: [], kept: [{ mixture, n: 0 }], settings });
  }

  // Other settings from this frame on, in the place of others that came here before without a step between them.
  follow(settings, place) {
    if (place === 0) return this.begin(settings);
    const { mixture, n, base = mixture } = this.kept[place];
    const earlier = this.changes.filter((change) => change.place < place);
    const before = Object.assign({}, this.first, ...earlier.map(({ values }) => values));
    const changed = Object.keys(settings).filter((name) => settings[name] !== before[name]);
    const now = base.copy();
    now.follow(settings);
    now.learn([...this.patterns, ...addedPoints(settings.points)]);
    this.changes = [...earlier, { place, values: Object.fromEntries(changed.map((name) => [name, settings[name]])) }];
    this.rows.length = n;
    this.kept.length = place;
    this.kept.push({ mixture: now, n, base });
    this.settings = settings;
  }

  // From scratch where settings cannot change under way, else from the frame that is seen; the place to show.
  async open(settings, at, { fresh = false, course } = {}) {
    const changed = (name) => this.settings?.[name] !== settings[name];
    if (course) {
      this.begin(course.first);
      for (const { place, values } of course.changes) {
        this.reach(place);
        this.follow({ ...this.settings, ...values }, place);
      }
    } else if (fresh || AFRESH.some(changed)) this.begin(settings);
    else {
      const place = Math.min(at, this.length() - 1);
      if (Object.keys(settings).some(changed)) this.follow(settings, place);
      return place;
    }
    return this.reach(Number.isFinite(at) ? at : OPENING / EVERY);
  }

  // Take steps until this frame is there; without points there is only the first.
  reach(place) {
    while (this.kept.at(-1).mixture.points.length && this.length() <= place) this.grow();
    return Math.min(place, this.length() - 1);
  }

  length() {
    return this.kept.length;
  }

  mark(at) {
    return EVERY * at;
  }

  more() {
    return true;
  }

  moves(name, { balance, n_experts, k }) {
    const isHash = balance === "hash_router";
    if (name === "strength") return Object.keys(METHODS[balance]).length > 0;
    if (name === "temperature") return !isHash;
    if (name === "jitter") return !isHash || k > 1; // the first of a hash is 0, whatever it is multiplied by
    return name !== "k" || n_experts > 1;
  }

  grow() {
    const { mixture, n } = this.kept.at(-1);
    if (!mixture.points.length) return false;
    const next = mixture.copy();
    this.rows.length = n;
    for (let i = 0; i < EVERY; i++) {
      const report = next.step();
      if (i === 0) this.rows.push(row(next.done, report, next.points.length));
    }
    this.kept.push({ mixture: next, n: n + 1 });
    return true;
  }

  frame(at) {
    const { mixture, n } = this.kept[at];
    const { plane, load, effective, loss } = this.spec.views;
    const charts = chartFrames(this.rows.slice(0, n), mixture.n);
    const values = {
      [`${plane}.frame`]: planeFrame(mixture),
      [`${load}.frame`]: charts.load,
      [`${effective}.frame`]: charts.effective,
      [`${loss}.frame`]: charts.loss,
      said: inWords(mixture, this.fresh) + this.idle(mixture) + this.beside(mixture),
    };
    return { values };
  }

  // Whether the auxiliary loss has moved nothing so far (HTML).
  idle({ effect, state }) {
    if (effect !== "idle") return "";
    const { values, words } = this.spec.axes.find(({ name }) => name === "balance");
    return ` <b>The ${words[values.indexOf(state.balance)]} moves nothing</b>: its gradient is 0, whatever the logits are.`;
  }

  // After a bet what was expected, beside what is the case (HTML).
  beside(mixture) {
    if (!mixture.points.length) return "";
    const place = RIGHT.findIndex((least) => rightShare(mixture.answers(mixture.points).said, mixture.points) >= least);
    return beside(this.spec.presets, this.settings, (name) => this.spec.presets[name].bet.options.at(place));
  }

  // As the panel's line of text has it: the first settings, later changes behind the steps before them, and the step.
  line(settings, at) {
    const later = this.changes.flatMap(({ place, values }) => Object.entries(values).map(([name, value]) => [`${EVERY * place}.${name}`, value]));
    return line(this.spec, { ...this.first, ...Object.fromEntries(later), step: EVERY * at });
  }

  read(text) {
    const spec = this.spec;
    const query = new URLSearchParams(text.replace(/^#/, "").split("?")[1] ?? "");
    const later = [...query].filter(([name]) => /^\d+\./.test(name));
    const step = query.get("step");
    const free = Object.fromEntries(FREE.map((name) => [name, query.get(name) ?? ""]));
    for (const [name] of later) query.delete(name);
    for (const name of ["step", ...FREE]) query.delete(name);
    const found = read(spec, `${text.replace(/^#/, "").split("?")[0]}?${query}`);
    const first = { ...found.settings, ...free };
    const changes = [];
    let settings = first;
    for (const [name, value] of later) {
      const [steps, field] = [parseInt(name, 10), name.slice(name.indexOf(".") + 1)];
      const known = FREE.includes(field) ? { settings: { [field]: value }, missing: [] } : read(spec, `${spec.kind}?${field}=${value}`);
      if (known.missing.length) found.missing.push(`${name}=${value}`);
      const values = { [field]: known.settings[field] };
      changes.push({ place: Math.round(steps / EVERY), values });
      settings = { ...settings, ...values };
    }
    const at = step === null ? null : Math.round(Math.min(Number(step) || 0, 20000) / EVERY);
    return { ...found, settings, at, course: { first, changes } };
  }
}

class PlaneLab extends Player {
  constructor(root, spec, scripts) {
    super(root, spec, new Computed(spec), scripts, { sent: (point) => this.put(point) });
    this.brush = 1;
    add(this.more, "span", { text: "Your own points" }, "moe-group");
    const row = add(this.more, "div", { role: "group", "aria-label": "a click adds" }, "live-row");
    add(row, "span", { text: "a click adds" }, "moe-about");
    const brushes = [["● dark", 1], ["○ light", 0]];
    const buttons = brushes.map(([text, value]) => add(row, "button", { type: "button", text, onclick: () => pick(value) }, "moe-chip"));
    const pick = (value) => {
      this.brush = value;
      this.stage.share({ brush: value });
      buttons.forEach((button, i) => {
        button.classList.toggle("moe-chosen", brushes[i][1] === value);
        button.setAttribute("aria-pressed", brushes[i][1] === value);
      });
    };
    pick(1);
    const typed = add(this.more, "form", { onsubmit: (event) => this.type(event, place) }, "live-row");
    const place = add(typed, "input", { placeholder: "or type x, y: 0.3, -0.5", "aria-label": "x, y of a point, from -1 to 1", size: 20 });
    add(typed, "button", { text: "Add" });
    add(this.more, "button", { type: "button", text: "take my points away", onclick: () => this.change({ points: "" }) }, "moe-chip");
  }

  type(event, place) {
    event.preventDefault();
    const [x, y] = place.value.replace("−", "-").split(/[,;\s]+/).map(Number);
    if (Math.abs(x) <= 1 && Math.abs(y) <= 1) return (place.value = ""), this.put({ x, y, dark: this.brush });
    this.answer.textContent = "A place is two numbers from -1 to 1, such as 0.3, -0.5.";
  }

  // A point is added; with the first one of an empty plane training begins.
  async put({ x, y, dark }) {
    const isFirst = !this.source.kept.at(-1).mixture.points.length;
    const point = `${Math.round(100 * x)}.${Math.round(100 * y)}.${dark}`;
    const points = [this.settings.points, point].filter(Boolean).join("_");
    if (addedPoints(points).length === addedPoints(this.settings.points).length) return;
    await this.change({ points });
    if (isFirst) this.play();
  }
}

export function planeLab(root, spec, scripts) {
  return new PlaneLab(root, spec, scripts).begin();
}

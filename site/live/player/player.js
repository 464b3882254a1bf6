// A panel on a page without a kernel: settings in a column, a run that is played, and the views of the panel beside it.

import { line } from "./address.js";
import { add, chips, control, copying, transport } from "./controls.js";
import { Stage } from "./stage.js";

const FRAMES = 12; // a second, at speed 1
const SETTLED = 250; // milliseconds after which the address is written

// `source` knows the runs: `open(settings, at)` begins one and gives the place to show, `length()` counts its frames,
// `frame(at)` gives one and `mark(at)` what it is called, `grow()` makes one more if it can, `more()` says whether it ever can,
// `moves(name, settings)` whether a setting changes anything; `line` and `read` write and read a state.
export class Player {
  constructor(root, spec, source, scripts, hears = {}) {
    Object.assign(this, { spec, source, at: 0, playing: false, speed: 1, settings: {}, due: 0 });
    const panel = add(root, "div", {}, "moe-lab jupyter-widgets widget-box widget-hbox");
    const column = add(panel, "div", {}, "moe-column moe-card");
    const main = add(panel, "div", {}, "moe-main widget-box widget-vbox");
    this.stage = new Stage(spec, scripts, { told: (changes) => this.pressed(changes), ...hears });
    this.column(column);
    this.news = add(main, "div", { role: "status" }, "moe-news");
    this.bets = add(main, "div", { role: "group", "aria-label": "your prediction", hidden: true }, "live-row live-bets");
    this.bar = transport(main, { label: spec.along.label, says: (at) => this.says(at) }, this.acts());
    main.append(this.stage.el);
    addEventListener("hashchange", () => this.follow(location.hash));
    addEventListener("keydown", (event) => this.key(event));
  }

  column(parent) {
    const { spec } = this;
    const head = add(parent, "div");
    add(head, "b", { text: spec.heading[0] }, "moe-title");
    add(head, "div", { text: spec.heading[1] }, "moe-about");
    this.chosen = chips(parent, Object.keys(spec.presets), (name) => this.preset(name));
    add(parent, "span", { text: "Settings" }, "moe-group");
    this.controls = spec.axes.filter(({ kind }) => kind !== "hidden").map((axis) => [axis, control(parent, axis, (value) => this.change({ [axis.name]: value }))]);
    this.more = add(parent, "div");
    add(parent, "span", { text: "This state" }, "moe-group");
    const row = add(parent, "div", {}, "live-row");
    copying(row, "Copy link", () => (this.write(), location.href));
    if (spec.code !== "") copying(row, "Copy for a notebook", () => this.code());
    this.answer = add(parent, "div", { role: "status" }, "moe-about");
  }

  acts() {
    return {
      play: () => this.toggle(),
      reset: () => this.reset(),
      speed: (rate) => (this.speed = rate),
      go: (at) => (this.pause(), this.move(at)),
      peek: (at) => !this.playing && at < this.source.length() && this.draw(at),
      back: () => !this.playing && this.draw(this.at),
    };
  }

  says(at) {
    const { of, words } = this.spec.along;
    return `${words?.[at] ?? this.source.mark(at)}${of ? ` of ${of}` : ""}`;
  }

  line() {
    return this.source.line(this.settings, this.at);
  }

  // The same state as code; what a preset stands for is said in full.
  code() {
    const { axes, presets, panel, along } = this.spec;
    const { state } = presets[this.here] ?? {};
    const own = axes.filter(({ kind }) => kind !== "hidden").map(({ name }) => [name, this.settings[name]]);
    const values = { ...state, ...Object.fromEntries(own), [along.name]: this.source.mark(this.at) };
    return `from moe_lab.explore import ${panel}\n\n${panel}("${state ? line(this.spec, values) : this.line()}")`;
  }

  // What a page shows when it is opened: what its address says, or the first preset at its end.
  async begin() {
    await this.follow(location.hash);
    await Promise.all(this.stage.waits);
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame); // drawn
  }

  async follow(text) {
    const whole = text.includes("?") ? text : decodeURIComponent(text); // some programs write a link with %3F
    const { settings, at, missing, given, course } = this.source.read(whole);
    if (this.turn && text.slice(1) === this.line()) return; // it was written by this page
    this.answer.textContent = missing.length ? `Not among what was recorded: ${missing.join(", ")}. Shown is what comes nearest.` : "";
    if (given) return this.open(settings, at ?? Infinity, { course });
    this.settings = settings;
    return this.preset(Object.keys(this.spec.presets)[0]);
  }

  async preset(name) {
    const { at, start } = this.spec.presets[name];
    await this.open({ ...this.settings, ...at }, start ?? (this.touched ? 0 : Infinity), { fresh: true });
    if (this.touched && start === undefined) this.play(); // one that begins at a place of its own is looked at
    this.touched = true;
  }

  async change(values) {
    this.answer.textContent = "";
    await this.open({ ...this.settings, ...values }, this.at);
  }

  // Other settings; the place in the run stays.
  async open(settings, at, how) {
    const turn = (this.turn = Symbol("the last one asked for counts"));
    const from = this.at;
    const place = await this.source.open(settings, at, how);
    if (this.turn !== turn) return;
    this.settings = settings;
    const { presets, free = [] } = this.spec;
    const fits = ([, { at }]) => Object.entries(at).every(([name, value]) => free.includes(name) || settings[name] === value);
    this.here = Object.entries(presets).find(fits)?.[0];
    this.chosen(this.here);
    for (const [{ name }, knob] of this.controls) {
      knob.show(settings[name]);
      knob.able(this.source.moves(name, settings));
    }
    this.move(this.at === from ? place : Math.min(this.at, this.source.length() - 1)); // who scrubbed meanwhile stays there
  }

  move(at) {
    this.at = at;
    this.draw(at);
    this.bar.show(at, this.source.length(), this.playing);
    clearTimeout(this.writing);
    if (!this.playing) this.writing = setTimeout(() => this.write(), SETTLED);
  }

  write() {
    history.replaceState(null, "", `#${this.line()}`);
  }

  // At another place all is of then, but for charts that are pointed at: they stay.
  draw(at, stay = false) {
    const { values, value } = this.source.frame(at);
    this.stage.show(stay ? this.stage.among(values, this.source.frame(this.at).values) : values, value);
    const { shows, ask } = this.spec.presets[this.here] ?? {};
    const more = [shows, ask && `<b>Predict first:</b> ${ask}`].filter(Boolean).join(" ");
    const news = `${values.said ?? ""}${more ? `<br><i>${more}</i>` : ""}`;
    if (news !== this.told) this.news.innerHTML = this.told = news;
    this.offer(this.spec.presets[this.here]?.bet);
  }

  // The answers to a preset's question, of which one can be chosen; the move follows.
  offer(bet) {
    if (bet === this.offered) return;
    this.offered = bet;
    this.bets.hidden = !bet;
    const choose = (option) => this.bet(bet.then, option);
    this.bets.replaceChildren();
    if (bet) add(this.bets, "span", { text: "your prediction:" }, "moe-about");
    for (const option of bet?.options ?? []) {
      add(this.bets, "button", { type: "button", text: option, onclick: () => choose(option) }, "moe-chip");
    }
  }

  // What the reader expects of a move, and the move: to other settings, or to another place in the run.
  bet({ [this.spec.along.name]: mark, ...values }, said) {
    this.pause();
    if (mark !== undefined) this.at = this.spec.along.marks.indexOf(mark);
    return this.change({ ...values, said });
  }

  toggle() {
    if (this.playing) return this.pause();
    this.play();
  }

  play() {
    if (this.at === this.source.length() - 1 && !this.source.more()) this.move(0);
    if (this.playing) return;
    this.playing = true;
    this.due = performance.now();
    this.bar.show(this.at, this.source.length(), true);
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.playing = false;
    this.move(this.at);
  }

  tick(now) {
    if (!this.playing) return;
    const pause = 1000 / ((this.spec.frames ?? FRAMES) * this.speed);
    let at = this.at;
    for (; now >= this.due && this.due > 0; this.due += pause) {
      if (at + 1 >= this.source.length() && !this.source.grow()) {
        this.at = at;
        return this.pause();
      }
      at += 1;
      if (now - this.due > 200) this.due = now; // the page was not seen meanwhile: nothing is made up for
    }
    if (at !== this.at) this.move(at);
    requestAnimationFrame((later) => this.tick(later));
  }

  async reset() {
    this.playing = false;
    this.touched = false;
    this.answer.textContent = "";
    this.speed = 1;
    this.bar.rate(1);
    this.stage.share({ selected: -1 });
    await this.preset(Object.keys(this.spec.presets)[0]);
  }

  // A chart over steps is pointed at: while the run rests, the other views show what there was by then, or first.
  look(step) {
    if (this.playing) return;
    let at = 0;
    while (at + 1 < this.source.length() && this.source.mark(at + 1) <= step) at += 1;
    if (step < 0) this.draw(this.at);
    else this.draw(at, true);
  }

  // A view tells of a press: it may be a place in the run, and all views know of it already.
  pressed(changes) {
    const { along, follows } = this.spec;
    if ("looked" in changes) this.look(changes.looked);
    if (!(follows in changes)) return;
    const place = along.marks.indexOf(changes[follows]);
    this.playing = false;
    this.stage.forget(); // the views have moved on their own
    this.move(place < 0 ? this.at : place);
  }

  key(event) {
    if (event.target !== document.body || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === " ") this.toggle();
    else if (way) {
      this.pause();
      this.move(Math.min(Math.max(this.at + way, 0), this.source.length() - 1));
    } else return;
    event.preventDefault();
  }
}

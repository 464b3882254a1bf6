// BalanceLab: any two of the recorded rules, side by side.

import { line, read } from "../player/address.js";
import { add } from "../player/controls.js";
import { Player } from "../player/player.js";
import { Recorded } from "../player/recorded.js";
import { fromBase64 } from "../player/tape.js";
import { pairValues } from "./pair.js";

const SIDES = ["a", "b"];
const MENUS = ["router", "score", "adjust", "select"]; // a rule that differs in one of them is far away

class Paired extends Recorded {
  constructor(recording) {
    super(recording);
    this.pair = recording.pair;
    this.tokens = new Float32Array(fromBase64(this.pair.tokens).buffer);
    this.onlyChanged = false;
    this.rules = recording.axes.find(({ name }) => name === "rule").values;
  }

  // The knobs of the page: the rule of each side, how many experts a token visits there, and how many experts there are.
  axes() {
    const [rule, k, size] = this.recording.axes;
    const sided = (axis, s) => ({ ...axis, name: `${s}.${axis.name}`, label: `${s.toUpperCase()} ${axis.label}` });
    return [...SIDES.flatMap((s) => [sided(rule, s), sided({ ...k, label: "visits" }, s)]), size];
  }

  async open(settings, at) {
    const side = (s) => this.tape.run({ rule: settings[`${s}.rule`], k: settings[`${s}.k`], n_experts: settings.n_experts });
    const asked = (this.asked = Promise.all(SIDES.map(side)));
    const runs = await asked;
    if (this.asked === asked) this.runs = runs;
    return Math.min(at, this.length() - 1);
  }

  length() {
    return this.runs[0].frames.length;
  }

  frame(at) {
    const { maps, loads, plane } = this.pair.views;
    const seen = this.runs.map(({ frames, value }) => {
      const named = (name) => value(frames[at][name]);
      const [load, choices, photographs, spots] = [`${loads[0]}.frame`, `${maps[0]}.choices`, `${maps[0]}.photographs`, `${plane}.spots`].map(named);
      return { ...frames[at], load, choices, photographs, spots };
    });
    return { values: pairValues(this.pair, this.tokens, seen, this.onlyChanged) };
  }

  rule(name) {
    return this.pair.rules[this.rules.indexOf(name)];
  }

  moves(name, settings) {
    return !name.endsWith(".k") || "k" in this.rule(settings[`${name[0]}.rule`]);
  }

  // As the panel's line of text has it: the values of both rules by their own names.
  line(settings, at) {
    const { n_experts } = settings;
    const own = (s) => {
      const rule = this.rule(settings[`${s}.rule`]);
      const values = { ...this.pair.side, ...rule, ...("k" in rule ? { k: settings[`${s}.k`] } : {}) };
      return Object.entries(values).map(([name, value]) => [`${s}.${name}`, value]);
    };
    return line(this.recording, { n_experts, head_start: this.mark(at), ...Object.fromEntries(SIDES.flatMap(own)) });
  }

  read(text) {
    const [begins, query = ""] = text.replace(/^#/, "").split("?");
    const asked = [...new URLSearchParams(query)];
    const others = asked.filter(([name]) => !/^[ab]\./.test(name));
    const shared = text.includes("?") ? `${begins}?${new URLSearchParams(others)}` : begins;
    const found = read({ ...this.recording, axes: this.recording.axes.slice(2) }, shared);
    for (const s of SIDES) this.recognise(s, Object.fromEntries(asked), found);
    return found;
  }

  // The rule of a side that is nearest to what a line says of it.
  recognise(s, asked, found) {
    const usual = (name) => this.recording.usual[`${s}.${name}`];
    const is = (name, value) => `${asked[`${s}.${name}`] ?? usual(name)}` === `${value}` || +(asked[`${s}.${name}`] ?? NaN) === value;
    const far = (rule) => Object.entries(rule).filter(([name, value]) => name !== "k" && !is(name, value));
    const away = (name, value) => Math.min(5, Math.abs(Math.log(value / (asked[`${s}.${name}`] ?? usual(name))))) || 5; // of a number
    const cost = (rule) => far(rule).reduce((sum, [name, value]) => sum + (MENUS.includes(name) ? 100 : away(name, value)), 0);
    const best = this.pair.rules.reduce((a, rule) => (cost(rule) < cost(a) ? rule : a));
    const ks = this.recording.axes[1].values;
    const k = +(asked[`${s}.k`] ?? usual("k"));
    found.settings[`${s}.rule`] = this.rules[this.pair.rules.indexOf(best)];
    found.settings[`${s}.k`] = ks.includes(k) ? k : ks.at(-1);
    const named = far(best).map(([name]) => name).concat("k" in best && !ks.includes(k) ? ["k"] : []);
    found.missing.push(...named.map((name) => `${s}.${name}=${asked[`${s}.${name}`] ?? usual(name)}`));
  }
}

class BalanceLab extends Player {
  constructor(root, recording, scripts) {
    const source = new Paired(recording);
    super(root, { ...recording, fixed: recording.pair.fixed, axes: source.axes() }, source, scripts);
    const only = add(this.more, "label", {}, "live-row");
    const box = add(only, "input", { type: "checkbox", onchange: () => ((source.onlyChanged = box.checked), this.draw(this.at)) });
    only.append("show only who changed");
  }
}

export function balanceLab(root, recording, scripts) {
  return new BalanceLab(root, recording, scripts).begin();
}

// SpecialistMap: what was recorded of every expert's points, and points that the reader chooses with a lasso or by a word.

import { line, read } from "../player/address.js";
import { add } from "../player/controls.js";
import { Player } from "../player/player.js";
import { Recorded } from "../player/recorded.js";
import { packed, unpackedLasso } from "./lasso.js";
import { describe, selectionPage } from "./words.js";

class Selecting extends Recorded {
  constructor(recording) {
    super(recording);
    this.choice = recording.choice;
    this.chosen = [];
  }

  async open(settings, at) {
    const { lasso = "", layer } = settings;
    const points = this.choice.layers[layer];
    const [place, chosen] = await Promise.all([super.open(settings, at), unpackedLasso(lasso, points.word.length)]);
    Object.assign(this, { points, chosen: chosen ?? [], unread: chosen === null });
    return place;
  }

  // Where no expert is chosen, the points of the lasso are.
  frame(at) {
    const { values: usual, value } = super.frame(at);
    if (this.mark(at) >= 0 || !this.chosen.length) return { values: usual, value };
    const { dots, page } = this.choice.views;
    const frame = value(usual[`${dots}.frame`]).slice();
    const numbers = new Float32Array(frame.buffer);
    const n = numbers[0];
    numbers[1] = 1;
    for (const t of this.chosen) numbers[2 + 4 * n + t] = 1;
    const contexts = usual[`${dots}.contexts`] ?? this.recording.fixed[`${dots}.contexts`];
    const domainOf = (t) => this.choice.domains[this.points.domain[t]];
    const said = selectionPage(describe(this.points, this.chosen, this.choice), contexts, this.choice, domainOf);
    return { values: { ...usual, [`${dots}.frame`]: frame, [`${page}.value`]: said }, value };
  }

  read(text) {
    const [begins, query = ""] = text.replace(/^#/, "").split("?");
    const asked = new URLSearchParams(query);
    const lasso = asked.get("lasso") ?? "";
    asked.delete("lasso");
    const found = read(this.recording, text.includes("?") ? `${begins}?${asked}` : begins);
    found.settings.lasso = lasso;
    return found;
  }

  line(settings, at) {
    return line(this.recording, { ...settings, [this.recording.along.name]: this.mark(at) });
  }
}

class SpecialistMap extends Player {
  constructor(root, recording, scripts) {
    super(root, recording, new Selecting(recording), scripts);
    add(this.more, "span", { text: "Points of your own choice" }, "moe-group");
    const form = add(this.more, "form", { onsubmit: (event) => this.find(event, field) }, "live-row");
    const field = add(form, "input", { placeholder: "a word, such as the", "aria-label": "choose the points of a word", size: 20 });
    add(form, "button", { text: "Find" });
    add(this.more, "button", { type: "button", text: "let them go", onclick: () => this.choose([]) }, "moe-chip");
  }

  async follow(text) {
    await super.follow(text);
    if (this.source.unread) this.answer.textContent = "lasso: not a selection that a panel has written.";
  }

  // Another layer has other points.
  change(values) {
    return super.change("layer" in values ? { ...values, lasso: "" } : values);
  }

  async choose(numbers) {
    this.pause();
    this.at = 0; // the points of no expert
    this.stage.forget();
    await this.change({ lasso: await packed(numbers) });
    this.answer.textContent = numbers.length ? `${numbers.length} points are chosen.` : "No points are chosen.";
  }

  find(event, field) {
    event.preventDefault();
    const { vocabulary } = this.spec.choice;
    const { word } = this.source.points;
    const asked = field.value.trim().toLowerCase();
    const plain = (text) => text.replaceAll("␣", "").toLowerCase();
    const found = [...word.keys()].filter((t) => asked && plain(vocabulary[word[t]]) === asked);
    return this.choose(found);
  }

  pressed(changes) {
    if (changes.lasso) return this.choose(changes.lasso);
    super.pressed(changes);
  }
}

export function specialistMap(root, recording, scripts) {
  return new SpecialistMap(root, recording, scripts).begin();
}

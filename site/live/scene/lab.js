// SceneLab: what was recorded of the scenes as they are, and any expert silenced.

import { line, read } from "../player/address.js";
import { Player } from "../player/player.js";
import { Recorded } from "../player/recorded.js";
import { silenced } from "./silence.js";

class Scenes extends Recorded {
  constructor(recording) {
    super(recording);
    this.acts = recording.acts;
    this.page = { ...recording, axes: [...recording.axes, ...recording.acts.axes] };
    [this.asItIs] = recording.acts.axes[0].values;
    this.experts = recording.acts.axes[2].values;
  }

  async open(settings, at) {
    const place = await super.open(settings, at);
    this.settings = settings;
    return place;
  }

  // As it is, without what was recorded of silent experts.
  frame(at) {
    const { frames, value } = this.run;
    const names = Object.keys(frames[at]);
    const usual = Object.fromEntries(names.filter((name) => !name.startsWith("acts.")).map((name) => [name, frames[at][name]]));
    const { act, scale, expert } = this.settings;
    if (act === this.asItIs) return { values: usual, value };
    const given = (name) => value(frames[at][name]);
    const which = { scale, expert, number: this.experts.indexOf(expert) };
    return { values: { ...usual, ...silenced(this.acts, names, given, which) }, value };
  }

  line(settings, at) {
    return line(this.page, { ...settings, [this.recording.along.name]: this.mark(at) });
  }

  read(text) {
    return read(this.page, text);
  }

  moves(name, settings) {
    const isAct = this.acts.axes.some((axis) => axis.name === name);
    return isAct ? name === "act" || settings.act !== this.asItIs : super.moves(name, settings);
  }
}

export function sceneLab(root, recording, scripts) {
  const source = new Scenes(recording);
  return new Player(root, source.page, source, scripts).begin();
}

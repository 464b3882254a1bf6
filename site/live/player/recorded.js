// A page whose runs were recorded.

import { line, read } from "./address.js";
import { beside } from "./bets.js";
import { Player } from "./player.js";
import { Tape } from "./tape.js";

export class Recorded {
  constructor(recording) {
    this.recording = recording;
    this.tape = new Tape(recording);
  }

  async open(settings, at) {
    const asked = (this.asked = this.tape.run(settings));
    const run = await asked;
    if (this.asked === asked) [this.run, this.settings] = [run, settings]; // another may have been asked for meanwhile
    return Math.min(at, this.length() - 1);
  }

  length() {
    return this.run.frames.length;
  }

  mark(at) {
    return this.recording.along.marks[at];
  }

  line(settings, at) {
    return line(this.recording, { ...settings, [this.recording.along.name]: this.mark(at) });
  }

  read(text) {
    return read(this.recording, text);
  }

  frame(at) {
    const { presets, along } = this.recording;
    const values = { ...this.recording.fixed, ...this.run.frames[at] };
    const expected = beside(presets, { ...this.settings, [along.name]: this.mark(at) }, (name) => values.went[name]);
    return { values: expected ? { ...this.run.frames[at], said: values.said + expected } : this.run.frames[at], value: this.run.value };
  }

  more() {
    return false;
  }

  grow() {
    return false;
  }

  // Whether a setting leads to another run, the others as they are.
  moves(name, settings) {
    const { values } = this.recording.axes.find((axis) => axis.name === name);
    const numbers = values.map((value) => this.tape.number({ ...settings, [name]: value }));
    return new Set(numbers).size > 1;
  }
}

export function recorded(root, recording, scripts) {
  return new Player(root, recording, new Recorded(recording), scripts).begin();
}

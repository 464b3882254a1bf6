// A page whose runs were recorded.

import { Player } from "./player.js";
import { Tape } from "./tape.js";

class Recorded {
  constructor(recording) {
    this.recording = recording;
    this.tape = new Tape(recording);
  }

  async open(settings) {
    this.run = await this.tape.run(settings);
  }

  length() {
    return this.run.frames.length;
  }

  marks() {
    return this.recording.along.marks;
  }

  frame(at) {
    return { values: this.run.frames[at], value: this.run.value };
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

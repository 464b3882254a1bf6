// Recorded frames, as site/moe_record/tape.py writes them.

const SIDE = 8; // pixels of a square in the atlas
const NOTHING = 65535;
const OPENED = 2; // runs that stay unpacked

export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Bytes that went through a stream, such as one that packs.
export async function piped(content, through) {
  const stream = new Blob([content]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export const unzipped = (content) => piped(content, new DecompressionStream("gzip"));

// A run: its frames, each with all its values, and the bytes in which these find theirs.
export function unpacked(whole) {
  const [head] = new Uint32Array(whole.slice(0, 4).buffer);
  const changes = JSON.parse(new TextDecoder().decode(whole.subarray(4, 4 + head)));
  const frames = [];
  for (const change of changes) frames.push({ ...frames.at(-1), ...change });
  return { frames, body: whole.subarray(4 + head) };
}

// The bytes of a value: floats, and behind them pictures whose squares stand in the atlas.
export function content(body, { at, n, cells = 0, side = SIDE }, atlas) {
  const bytes = 4 * SIDE * SIDE * cells;
  const made = new Uint8Array(n + bytes);
  made.set(body.subarray(at, at + n));
  const numbers = new Uint16Array(body.slice(at + n, at + n + 2 * cells).buffer);
  const across = side / SIDE;
  const row = 4 * SIDE;
  numbers.forEach((number, i) => {
    if (number === NOTHING) return;
    const [picture, cell] = [Math.floor(i / across ** 2), i % across ** 2];
    const [x, y] = [SIDE * (cell % across), SIDE * Math.floor(cell / across)];
    const [u, v] = [SIDE * (number % (atlas.width / SIDE)), SIDE * Math.floor(number / (atlas.width / SIDE))];
    for (let line = 0; line < SIDE; line++) {
      const from = 4 * ((v + line) * atlas.width + u);
      made.set(atlas.data.subarray(from, from + row), n + 4 * (side * side * picture + (y + line) * side + x));
    }
  });
  return made;
}

async function pixels(jpeg) {
  if (!jpeg.length) return null;
  const picture = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, picture.width, picture.height);
}

export class Tape {
  constructor(recording) {
    this.recording = recording;
    this.atlas = pixels(fromBase64(recording.atlas));
    this.opened = new Map();
  }

  // The number of the run for these settings: they lie on a grid, the last axis next to each other.
  number(settings) {
    const at = this.recording.axes.reduce((n, { name, values }) => n * values.length + values.indexOf(settings[name]), 0);
    return this.recording.cells[at];
  }

  async run(settings) {
    const number = this.number(settings);
    const whole = this.opened.get(number) ?? unzipped(fromBase64(this.recording.runs[number])).then(unpacked);
    this.opened.delete(number);
    this.opened.set(number, whole);
    if (this.opened.size > OPENED) this.opened.delete(this.opened.keys().next().value);
    const atlas = await this.atlas;
    const { frames, body } = await whole;
    const value = (given) => (Number.isInteger(given?.at) ? content(body, given, atlas) : given);
    return { frames, value };
  }
}

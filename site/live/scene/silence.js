// A scene before a model one of whose experts is silent, put together from what was recorded of the scene as it is and of
// what the silence changes: the frames of SceneLab's views. tests/site/scenes holds them to the panel's own.

const HEAD = 2; // numbers before the probabilities: side, and whether the truth is known

// A picture with outlines whose probabilities have moved by so many levels; where they are its shades, these move too.
function movedPicture(frame, moved, levels, isShade) {
  const made = frame.slice();
  const numbers = new Float32Array(made.buffer, 0, HEAD + moved.length);
  const shades = made.subarray(4 * (HEAD + 2 * moved.length));
  for (let i = 0; i < moved.length; i++) {
    numbers[HEAD + i] += moved[i] / levels;
    if (isShade) shades[4 * i + 3] = Math.round(255 * numbers[HEAD + i]);
  }
  return made;
}

// The table of maps in which one expert counts nothing.
function unheard(frame, scale, expert) {
  const made = frame.slice();
  const [scales, experts] = new Float32Array(made.buffer, 0, 2);
  const weight = 3 + scales * experts + (scale - 1) * experts + expert;
  new DataView(made.buffer).setFloat32(4 * weight, 0, true);
  return made;
}

// All values of a frame while this expert (its name, and its number) is silent; `given(name)` has a value as it is.
export function silenced({ pictures, levels }, names, given, { scale, expert, number }) {
  const begins = `acts.${scale}.${expert}.`;
  const own = names.filter((name) => name.startsWith(begins)).map((name) => [name.slice(begins.length), given(name)]);
  const { levels: packed, ...values } = Object.fromEntries(own);
  const moved = new Float32Array(packed.slice().buffer);
  for (const part of ["picture", "mask"]) {
    const frame = `${pictures[part]}.frame`;
    if (moved.length) values[frame] = movedPicture(given(frame), moved, levels, part === "mask");
  }
  const looks = `${pictures.looks}.frame`;
  return { ...values, [looks]: unheard(given(looks), scale, number) };
}

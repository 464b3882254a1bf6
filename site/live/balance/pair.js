// Two decisions about the same tokens, put together from what was recorded of each: the frames of BalanceLab's views, laid
// out as the `show` methods of the package lay them out. tests/site/pairs holds them to the panel's own.

const floats = (bytes) => new Float32Array(bytes.slice().buffer);
const bytesOf = (...parts) => new Uint8Array(Float32Array.from(parts.flatMap((part) => [...part])).buffer);
const mean = (values) => values.reduce((a, v) => a + v, 0) / values.length;

// As Python writes it: what lies in the middle goes to the even one.
function percent(share, digits = 0) {
  const scaled = 100 * share * 10 ** digits;
  const low = Math.floor(scaled);
  const whole = scaled - low === 0.5 ? low + (low % 2) : Math.round(scaled);
  return `${(whole / 10 ** digits).toFixed(digits)}%`;
}

// Who visits whom and for how much: { E, masks, refused, weights (T rows of E), main, most }.
function decision(choices, levels) {
  const numbers = floats(choices);
  const [E, T] = numbers;
  const part = (i) => numbers.subarray(2 + i * T, 2 + (i + 1) * T);
  const [low, high, first, refused] = [0, 1, 2, 3].map(part);
  let at = 2 + 4 * T;
  const masks = Array.from({ length: T }, (_, t) => low[t] | (high[t] << 8));
  const experts = Array.from({ length: E }, (_, e) => e);
  const weights = masks.map((mask) => experts.map((e) => ((mask >> e) & 1 ? numbers[at++] / levels : 0)));
  const main = masks.map((mask, t) => experts.filter((e) => (mask >> e) & 1)[first[t]] ?? -1);
  return { E, masks, refused, weights, main, most: weights.map((row) => Math.max(...row)) };
}

// How many tokens went from which main expert in A to which in B; the last is nobody.
function moves(a, b) {
  const N = a.E + 1;
  const moved = new Float32Array(N * N);
  const place = (e) => (e < 0 ? a.E : e);
  a.main.forEach((e, t) => (moved[N * place(e) + place(b.main[t])] += 1));
  return bytesOf([a.E], moved);
}

// A frame of load bars whose axis ends at `most`.
function upTo(frame, most) {
  const made = frame.slice();
  new DataView(made.buffer).setFloat32(4, most, true);
  return made;
}

// What sets the two sides apart (HTML).
function inWords(a, b, seen) {
  const changed = a.masks.map((mask, t) => +(mask !== b.masks[t]));
  const first = a.main.map((e, t) => +(e !== b.main[t]));
  const far = a.weights.map((row, t) => row.reduce((sum, v, e) => sum + Math.abs(v - b.weights[t][e]), 0) / 2);
  const some = `<b>${percent(mean(changed))} of the tokens changed an expert</b>, ${percent(mean(first))} their first`;
  const none = `<b>Nobody changed expert, but ${percent(mean(far), 1)} of the weight moved</b>`;
  const [[x], [y, dice]] = seen.map(({ effective }) => effective);
  const used = `. Of ${a.E} experts A uses ${x} and B ${y} (N_eff; dice ${dice}).`;
  return (!mean(changed) && mean(far) > 0.001 ? none : some) + used + seen[0].losses[0] + seen[1].losses[1];
}

function table(rows, seen) {
  const cells = rows.map((name, i) => `<tr><th>${name}</th>${seen[0].cells[i]}${seen[1].cells[i]}</tr>`);
  const head = "<tr><td></td><td class='moe-a'>A</td><td class='moe-b'>B</td></tr>";
  return `<table class='moe-numbers'>${head}${cells.join("")}</table><i>grey: by dice or without preference</i>`;
}

// The values of all widgets. `seen`: of A and of B { choices, load, photographs, spots, cells, effective, losses, words };
// `tokens`: x, y, label of each.
export function pairValues({ views, levels, pixels, rows }, tokens, seen, onlyChanged = false) {
  const [a, b] = seen.map(({ choices }) => decision(choices, levels));
  const T = a.masks.length;
  const [x, y, label] = [0, 1, 2].map((i) => tokens.subarray(i * T, (i + 1) * T));
  const quiet = a.masks.map((mask, t) => +(onlyChanged && mask === b.masks[t]));
  const most = Math.max(...seen.map(({ load }) => floats(load)[1]));
  const values = { said: inWords(a, b, seen) };
  [a, b].forEach((side, i) => {
    const [name, frame] = ["ab"[i], bytesOf([T, pixels], x, y, side.main, side.most, side.refused, quiet, label)];
    values[`${views.headings[i]}.value`] = `<b class='moe-${name}'>${name.toUpperCase()}</b> ${seen[i].words}`;
    values[`${views.maps[i]}.frame`] = frame;
    values[`${views.maps[i]}.photographs`] = seen[0].photographs;
    values[`${views.loads[i]}.frame`] = upTo(seen[i].load, most);
  });
  values[`${views.plane}.frame`] = bytesOf(floats(seen[0].spots), floats(seen[1].spots));
  values[`${views.moves}.frame`] = moves(a, b);
  values[`${views.table}.value`] = table(rows, seen);
  return values;
}

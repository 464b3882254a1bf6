// What is drawn of a mixture, as frames: laid out as the `show` methods of the package's views lay them out.

const FINE = 96; // pixels of the picture
const COARSE = 24; // pixels of an expert's map
const ROOM = 16; // experts at most
const NOBODY = 255;
const DEAD = 0.01; // of the even share

const packed = (...parts) => new Uint8Array(Float32Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part]))).buffer);
const dead = (share) => share.map((s) => (s < DEAD / Math.max(share.length, 1) ? 1 : 0));

// The middles of the pixels of the square, row by row from the top left.
function lattice(side) {
  const at = (i) => ((i + 0.5) / side) * 2 - 1;
  return Array.from({ length: side * side }, (_, n) => [at(n % side), -at(Math.floor(n / side))]);
}
const [fine, coarse] = [lattice(FINE), lattice(COARSE)];

// The expert of the largest weight; among equal ones the first.
const owner = (chosen, gate) => chosen.reduce((a, e) => (a === NOBODY || gate[e] > gate[a] || (gate[e] === gate[a] && e < a) ? e : a), NOBODY);

export function shares(counts) {
  const total = counts.reduce((a, b) => a + b, 0);
  return Array.from(counts, (n) => n / total);
}

// The frame of `PlaneView`.
export function planeFrame(mixture) {
  const { gates, chosen, said } = mixture.answers(fine);
  const small = coarse.map((place) => mixture.logits(place));
  const map = (value) => Array.from({ length: mixture.n }, (_, e) => coarse.map((place, t) => value(e, place, t))).flat();
  const share = mixture.points.length ? shares(mixture.decide(mixture.points).counts) : Array(mixture.n).fill(NaN);
  const top = small.map((row) => Math.max(...row));
  const total = small.map((row, t) => Math.log(row.reduce((a, v) => a + Math.exp(v - top[t]), 0)));
  const logits = map((e, _, t) => small[t][e] - top[t] - total[t]);
  const own = map((e, place) => mixture.expert(e, place));
  const sizes = [mixture.n, FINE, COARSE, mixture.points.length];
  const numbers = packed(sizes, share, dead(share), mixture.points.flat(), logits, own, said);
  const owners = Uint8Array.from(chosen, (of, t) => owner(of, gates[t]));
  const frame = new Uint8Array(numbers.length + owners.length);
  frame.set(numbers);
  frame.set(owners, numbers.length);
  return frame;
}

// The rows of a history, at most so many: means over neighbours, and NaN for what was not measured.
function averaged(rows, most = 400) {
  const size = Math.ceil(rows.length / most);
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => {
    const own = rows.slice(i * size, (i + 1) * size);
    const mean = own[0].map((_, column) => own.reduce((a, row) => a + row[column], 0) / own.length);
    return [own.at(-1)[0], ...mean.slice(1)];
  });
}

// The frames of the three charts below: rows of steps, both losses, N_eff, its floor, and the share of each expert.
export function chartFrames(rows, n) {
  const seen = averaged(rows.length ? rows : [Array(5 + ROOM).fill(NaN)]);
  const ever = Math.max(n, ...seen.map((row) => row.slice(5).findLastIndex((s) => s > 0) + 1));
  const [steps, column] = [seen.map((row) => row[0]), (i) => seen.map((row) => row[i])];
  const share = seen.map((row) => row.slice(5, 5 + ever));
  const pair = (a, b) => a.flatMap((v, i) => [v, b[i]]);
  return {
    load: packed([seen.length, ever], dead(share.at(-1)), steps, Array(ever).fill(NaN), share.flat()),
    effective: packed([seen.length, 1, 1], steps, pair(column(3), column(4))),
    loss: packed([seen.length, 1, 1], steps, pair(column(1), column(2))),
  };
}

// A row of a history: what a step showed. The floor is that of a router that throws dice.
export function row(done, { loss, single, counts }, points) {
  const share = shares(counts);
  const [n, asked] = [counts.length, counts.reduce((a, b) => a + b, 0)];
  const floor = Math.sqrt((asked / n) * (1 - asked / (points * n))) / (asked / n);
  const effective = 1 / share.reduce((a, s) => a + s * s, 0);
  return [done, loss, single, effective, n / (1 + floor ** 2), ...share, ...Array(ROOM - n).fill(0)];
}

// The share of points that logits of dark put on the right side.
export const rightShare = (said, points) => said.filter((v, i) => v > 0 === points[i][2] > 0).length / points.length;

// What the last picture tells, in words (HTML).
export function inWords(mixture, fresh) {
  const { points } = mixture;
  if (!points.length) return "No points yet: click into the plane.";
  const percents = (share) => `${Math.round(100 * share)}%`;
  const { said, counts } = mixture.answers(points);
  const single = rightShare(points.map((point) => mixture.alone(point)), points);
  const anew = fresh.length ? `; fresh points: ${percents(rightShare(mixture.answers(fresh).said, fresh))}` : "";
  const [, , , effective, floor] = row(0, { loss: 0, single: 0, counts }, points.length);
  return (
    `<b>${percents(rightShare(said, points))} of the points are right</b> (a single expert: ${percents(single)}${anew}). ` +
    `N_eff ${effective.toFixed(1)} of ${mixture.n} (dice: ${floor.toFixed(1)}).`
  );
}

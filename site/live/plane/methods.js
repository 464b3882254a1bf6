// Ways to keep experts alike used: a loss with its usual coefficient, or a router with its usual strength.

export const METHODS = {
  top_k: {},
  switch_loss: { coefficient: 0.01 },
  gate_variance: { coefficient: 0.1 },
  importance_loss: { coefficient: 0.1 },
  loss_free: { strength: 0.001 },
  srnn: { strength: 1 },
  s_base: { epsilon: 0.05 },
  expert_choice: {},
  hash_router: {},
};

export const sum = (values) => values.reduce((a, b) => a + b, 0);
const largest = (values) => values.reduce((a, v) => Math.max(a, v), -Infinity);

export function softmax(logits) {
  let [most, total] = [-Infinity, 0];
  for (const v of logits) most = Math.max(most, v);
  const raised = logits.map((v) => Math.exp(v - most));
  for (const v of raised) total += v;
  return raised.map((v) => v / total);
}

export function logSoftmax(logits) {
  const most = largest(logits);
  const total = Math.log(sum(logits.map((v) => Math.exp(v - most))));
  return logits.map((v) => v - most - total);
}

// ---- auxiliary losses: what each adds to the gradient of the gate, by token and expert

export const AUXILIARY = {
  switch_loss(gates, { counts }) {
    const [E, T, asked] = [counts.length, gates.length, sum(counts)];
    return (t, e) => (E * counts[e]) / asked / T;
  },
  gate_variance(gates, { counts }) {
    const [E, T] = [counts.length, gates.length];
    if (E < 2) return () => 0;
    const scaled = counts.map((_, e) => (E / T) * sum(gates.map((gate) => gate[e])));
    const mean = sum(scaled) / E;
    return (t, e) => ((2 * (scaled[e] - mean)) / (E - 1)) * (E / T);
  },
  // CV² of what the visits of an expert weigh together; a visit that is not made weighs nothing.
  importance_loss(gates, { counts, chosen }) {
    const [E, weight] = [counts.length, new Float64Array(counts.length)];
    chosen.forEach((own, t) => own.forEach((e) => (weight[e] += gates[t][e])));
    const mean = sum(weight) / E;
    const variance = sum(weight.map((v) => (v - mean) ** 2)) / E;
    const pull = weight.map((v) => ((2 * (v - mean)) / mean ** 2 - (2 * variance) / mean ** 3) / E);
    return (t, e) => (chosen[t].includes(e) ? pull[e] : 0);
  },
};

// ---- whom tokens visit

// The k best of some values, the best first; ties by number.
export const best = (values, k) => [...values.keys()].sort((a, b) => values[b] - values[a] || a - b).slice(0, k);

// The same for the few experts of a point, without sorting them all.
export function few(values, k) {
  const found = [];
  while (found.length < k) {
    let first = -1;
    for (let e = 0; e < values.length; e++) if (!found.includes(e) && (first < 0 || values[e] > values[first])) first = e;
    found.push(first);
  }
  return found;
}

const ACROSS = 12; // fields a side of the board that the hash knows
const FACTORS = [0x7feb352d, 0x846ca68b, 1];

// The places of the experts for the field in which a point lies, as `plane_fields` and `random_table` have them.
export function hashPlaces([x, y], n) {
  const place = (v) => Math.min(Math.max(Math.floor(((v + 1) / 2) * ACROSS), 0), ACROSS - 1);
  const field = place(y) * ACROSS + place(x);
  const numbers = Array.from({ length: n }, (_, e) => {
    let number = (Math.imul(field, 0x9e3779b1) + Math.imul(e, 0x85ebca6b)) >>> 0;
    FACTORS.forEach((factor, i) => (number = Math.imul(number ^ (number >>> [16, 15, 16][i]), factor) >>> 0));
    return number;
  });
  const places = Array(n);
  [...numbers.keys()].sort((a, b) => numbers[a] - numbers[b]).forEach((e, place) => (places[e] = place));
  return places;
}

const NEAR = 0.01; // of a column's sum, as a fraction of T/E
const ROUNDS = 1000; // at most
const FAR = 15; // of a factor's logarithm, after which factors and plan are put together

// The logarithm of Sinkhorn's plan of scores / ε, by T rows: as `by_kernel` with `within(0.01)`.
export function sinkhornPlan(logits) {
  const [T, E] = [logits.length, logits[0].length];
  const target = T / E;
  let plan = levelled(logits.map(logSoftmax), target);
  const [kernel, u, v, columns] = [T * E, T, E, E].map((size) => new Float64Array(size));
  const begin = () => {
    plan.forEach((row, t) => row.forEach((p, e) => (kernel[E * t + e] = Math.exp(p))));
    u.fill(1), v.fill(1);
  };
  const scaled = () => plan.map((row, t) => row.map((p, e) => p + Math.log(u[t]) + Math.log(v[e])));
  begin();
  for (let done = 1; ; done++) {
    columns.fill(0);
    for (let t = 0; t < T; t++) for (let e = 0; e < E; e++) columns[e] += u[t] * kernel[E * t + e];
    let error = 0;
    for (let e = 0; e < E; e++) error = Math.max(error, Math.abs((columns[e] * v[e]) / target - 1));
    if (done >= ROUNDS || error <= NEAR) return scaled();
    let far = 0;
    for (let e = 0; e < E; e++) far = Math.max(far, Math.abs(Math.log((v[e] = target / columns[e]))));
    for (let t = 0; t < T; t++) {
      let all = 0;
      for (let e = 0; e < E; e++) all += kernel[E * t + e] * v[e];
      far = Math.max(far, Math.abs(Math.log((u[t] = 1 / all))));
    }
    if (far > FAR) (plan = scaled()), begin();
  }
}

// One round in logarithms: what every column has too much is taken from it.
function levelled(plan, target) {
  const excess = plan[0].map((_, e) => {
    const most = largest(plan.map((row) => row[e]));
    return most + Math.log(sum(plan.map((row) => Math.exp(row[e] - most)))) - Math.log(target);
  });
  return plan.map((row) => logSoftmax(row.map((p, e) => p - excess[e])));
}

// A mixture of experts on points of the plane, and a single expert beside it: the model, the losses and the optimiser of
// moe_lab/explore/plane/training.py, gradients by hand. tests/site/plane holds it to the library, step by step.

const D = 4; // a point is the token x, y, 1, 0
const HIDDEN = 8; // units of a small MLP
const KEPT = 0.9; // of the saturation, in a step
const ADAM = { first: 0.9, second: 0.999, least: 1e-8 };

// Ways to keep experts alike used: a loss with its usual coefficient, or a router with its usual strength.
export const METHODS = {
  top_k: {},
  switch_loss: { coefficient: 0.01 },
  gate_variance: { coefficient: 0.1 },
  loss_free: { strength: 0.001 },
  srnn: { strength: 1 },
  expert_choice: {},
};

const sum = (values) => values.reduce((a, b) => a + b, 0);
const sigmoid = (v) => 1 / (1 + Math.exp(-v));

function softmax(logits) {
  let [most, total] = [-Infinity, 0];
  for (const v of logits) most = Math.max(most, v);
  const raised = logits.map((v) => Math.exp(v - most));
  for (const v of raised) total += v;
  return raised.map((v) => v / total);
}

// ---- experts: only the first number that an expert gives is looked at, so only the weights behind it are here

const affine = {
  size: D + 1, // a column of W, and b
  all: D * D + D, // weights that the library's expert has
  value: (p, x) => p[0] * x[0] + p[1] * x[1] + p[2] * x[2] + p[3] * x[3] + p[4],
  pull(p, x, up, into) {
    for (let i = 0; i < D; i++) into[i] += up * x[i];
    into[D] += up;
  },
};

const unit = (p, x, h) => {
  let at = p[D * HIDDEN + h];
  for (let i = 0; i < D; i++) at += p[i * HIDDEN + h] * x[i];
  return at;
};
const OUT = (D + 1) * HIDDEN; // where the second layer begins
const bottleneck = {
  size: OUT + HIDDEN + 1, // W₁, b₁, a column of W₂, b₂
  all: 2 * D * HIDDEN + HIDDEN + D,
  value(p, x) {
    let said = x[0] + p[OUT + HIDDEN];
    for (let h = 0; h < HIDDEN; h++) said += Math.max(0, unit(p, x, h)) * p[OUT + h];
    return said;
  },
  pull(p, x, up, into) {
    for (let h = 0; h < HIDDEN; h++) {
      const at = unit(p, x, h);
      if (at <= 0) continue;
      into[OUT + h] += up * at;
      const inside = up * p[OUT + h];
      for (let i = 0; i < D; i++) into[i * HIDDEN + h] += inside * x[i];
      into[D * HIDDEN + h] += inside;
    }
    into[OUT + HIDDEN] += up;
  },
};
export const KINDS = { straight: affine, "small MLP": bottleneck };

// ---- the optimiser: rows of weights, with what Adam remembers of each

export class Rows {
  constructor(values) {
    this.values = values.map((row) => Float64Array.from(row));
    this.mean = values.map((row) => new Float64Array(row.length));
    this.square = values.map((row) => new Float64Array(row.length));
    this.steps = 0;
  }

  step(gradients, rate) {
    this.steps += 1;
    const [one, two] = [1 - ADAM.first ** this.steps, 1 - ADAM.second ** this.steps];
    this.values.forEach((row, r) => {
      const [mean, square, pulled] = [this.mean[r], this.square[r], gradients[r]];
      for (let i = 0; i < row.length; i++) {
        mean[i] = ADAM.first * mean[i] + (1 - ADAM.first) * pulled[i];
        square[i] = ADAM.second * square[i] + (1 - ADAM.second) * pulled[i] ** 2;
        row[i] -= (rate * (mean[i] / one)) / (Math.sqrt(square[i] / two) + ADAM.least);
      }
    });
  }

  // Fewer rows, or newborn ones, of which Adam remembers nothing but the mean of their elders' squares.
  resize(n, born) {
    const elders = this.values.length;
    for (const part of [this.values, this.mean, this.square]) part.length = Math.min(n, elders);
    if (n <= elders) return;
    const usual = this.square[0].map((_, i) => sum(this.square.map((row) => row[i])) / elders);
    for (let r = elders; r < n; r++) {
      this.values.push(Float64Array.from(born()));
      this.mean.push(new Float64Array(usual.length));
      this.square.push(Float64Array.from(usual));
    }
  }

  copy() {
    const made = new Rows(this.values);
    made.mean = this.mean.map((row) => row.slice());
    made.square = this.square.map((row) => row.slice());
    made.steps = this.steps;
    return made;
  }
}

// ---- auxiliary losses: what each adds to the gradient of the gate, by token and expert

const AUXILIARY = {
  switch_loss(gates, counts) {
    const [E, T, asked] = [counts.length, gates.length, sum(counts)];
    return (t, e) => (E * counts[e]) / asked / T;
  },
  gate_variance(gates, counts) {
    const [E, T] = [counts.length, gates.length];
    if (E < 2) return () => 0;
    const scaled = counts.map((_, e) => (E / T) * sum(gates.map((gate) => gate[e])));
    const mean = sum(scaled) / E;
    return (t, e) => ((2 * (scaled[e] - mean)) / (E - 1)) * (E / T);
  },
};

// The k best of some values, the best first; ties by number.
const best = (values, k) => [...values.keys()].sort((a, b) => values[b] - values[a] || a - b).slice(0, k);

// The same for the few experts of a point, without sorting them all.
function few(values, k) {
  const found = [];
  while (found.length < k) {
    let first = -1;
    for (let e = 0; e < values.length; e++) if (!found.includes(e) && (first < 0 || values[e] > values[first])) first = e;
    found.push(first);
  }
  return found;
}

export class Mixture {
  // `weights`: { router, experts, single }, rows of numbers as the library draws them; `state` as its PlaneState.
  constructor(state, { router, experts, single }) {
    this.kind = KINDS[state.kind];
    this.router = new Rows(router);
    this.experts = new Rows(experts);
    this.single = new Rows(single);
    this.bias = new Float64Array(router.length); // of the loss-free rule
    this.saturation = new Float64Array(router.length);
    this.done = 0;
    this.points = [];
    this.state = state;
  }

  get n() {
    return this.router.values.length;
  }

  // Change what can change under way; `born()` gives a newborn's weights {router, expert}.
  follow(state, born) {
    const n = state.n_experts;
    if (n !== this.n) {
      const fresh = Array.from({ length: Math.max(0, n - this.n) }, born);
      const [first, second] = [fresh.values(), fresh.values()];
      this.router.resize(n, () => first.next().value.router);
      this.experts.resize(n, () => second.next().value.expert);
      for (const name of ["bias", "saturation"]) {
        const grown = new Float64Array(n);
        grown.set(this[name].subarray(0, n));
        this[name] = grown;
      }
    }
    this.state = state;
  }

  // From now on these are the points: [x, y, dark] each.
  learn(points) {
    this.points = points;
  }

  logits([x, y]) {
    return this.router.values.map((row) => (row[0] * x + row[1] * y + row[2]) / this.state.temperature);
  }

  // What is added to an expert's score when it is chosen.
  added() {
    const { balance, strength } = this.state;
    if (balance === "loss_free") return this.bias;
    if (balance !== "srnn") return null;
    const mean = Math.max(sum(this.saturation) / this.n, Number.MIN_VALUE);
    return this.saturation.map((v) => METHODS.srnn.strength * strength * (1 - Math.min(v / mean, 2)));
  }

  // Whom these points visit: { gates, chosen, counts }.
  decide(points) {
    const { balance } = this.state;
    const k = Math.min(this.state.k, this.n);
    const logits = points.map((point) => this.logits(point));
    const gates = logits.map(softmax);
    const [added, counts] = [this.added(), new Float64Array(this.n)];
    const plain = balance === "loss_free" ? gates : logits;
    const scores = added ? plain.map((row) => row.map((v, e) => v + added[e])) : plain;
    let chosen;
    if (balance === "expert_choice") {
      chosen = points.map(() => []);
      const room = Math.min(Math.ceil((k * points.length) / this.n - 1e-9), points.length);
      const suits = logits.map((row, t) => row.map((v, e) => Math.log(gates[t][e])));
      for (let e = 0; e < this.n; e++) best(suits.map((row) => row[e]), room).forEach((t) => chosen[t].push(e));
    } else chosen = scores.map((row) => few(row, k));
    chosen.forEach((own) => own.forEach((e) => (counts[e] += 1)));
    return { gates, chosen, counts };
  }

  expert(e, [x, y]) {
    return this.kind.value(this.experts.values[e], [x, y, 1, 0]);
  }

  alone([x, y]) {
    return this.kind.value(this.single.values[0], [x, y, 1, 0]);
  }

  // The mixture's logits of dark for points, and the decision.
  answers(points) {
    const decision = this.decide(points);
    const { gates, chosen } = decision;
    return { ...decision, said: points.map((point, t) => sum(chosen[t].map((e) => gates[t][e] * this.expert(e, point)))) };
  }

  // One step of both; the losses before it, in nats a point, and the counts of the experts.
  step() {
    const { lr, balance, strength } = this.state;
    const { gates, chosen, counts, said } = this.answers(this.points);
    const T = this.points.length;
    const zeros = (rows) => rows.values.map((row) => new Float64Array(row.length));
    const [toRouter, toExperts] = [zeros(this.router), zeros(this.experts)];
    const { coefficient } = METHODS[balance];
    const extra = coefficient && AUXILIARY[balance](gates, counts);
    let loss = 0;
    this.points.forEach(([x, y, dark], t) => {
      const token = [x, y, 1, 0];
      loss += crossEntropy(said[t], dark) / T;
      const up = (sigmoid(said[t]) - dark) / T;
      const pull = new Float64Array(this.n); // on the gate
      for (const e of chosen[t]) {
        pull[e] = up * this.expert(e, token);
        this.kind.pull(this.experts.values[e], token, up * gates[t][e], toExperts[e]);
      }
      if (extra) for (let e = 0; e < this.n; e++) pull[e] += coefficient * strength * extra(t, e);
      const level = sum(pull.map((v, e) => v * gates[t][e]));
      for (let e = 0; e < this.n; e++) {
        const change = (gates[t][e] * (pull[e] - level)) / this.state.temperature;
        for (let i = 0; i < D; i++) toRouter[e][i] += change * token[i];
      }
    });
    this.tell(counts, toExperts);
    this.router.step(toRouter, lr);
    this.experts.step(toExperts, lr);
    this.done += 1;
    return { loss, single: this.stepAlone(lr), counts };
  }

  // What a router hears between gradients and optimiser.
  tell(counts, toExperts) {
    const { balance, strength } = this.state;
    const mean = sum(counts) / this.n;
    if (balance === "loss_free") {
      this.bias = this.bias.map((v, e) => v + METHODS.loss_free.strength * strength * Math.sign(mean - counts[e]));
    }
    if (balance === "srnn") {
      const pulls = toExperts.map((row) => sum(row.map(Math.abs)) / this.kind.all);
      this.saturation = this.saturation.map((v, e) => KEPT * v + (1 - KEPT) * pulls[e]);
    }
  }

  stepAlone(lr) {
    const [T, pull] = [this.points.length, new Float64Array(this.kind.size)];
    let loss = 0;
    for (const [x, y, dark] of this.points) {
      const said = this.alone([x, y]);
      loss += crossEntropy(said, dark) / T;
      this.kind.pull(this.single.values[0], [x, y, 1, 0], (sigmoid(said) - dark) / T, pull);
    }
    this.single.step([pull], lr);
    return loss;
  }

  // The same as it is now, to come back to.
  copy() {
    const made = Object.assign(Object.create(Mixture.prototype), this);
    for (const name of ["router", "experts", "single"]) made[name] = this[name].copy();
    for (const name of ["bias", "saturation"]) made[name] = this[name].slice();
    return made;
  }
}

// Of a logit and what is the case, in nats.
function crossEntropy(logit, dark) {
  return Math.max(logit, 0) - logit * dark + Math.log1p(Math.exp(-Math.abs(logit)));
}

// A mixture of experts on points of the plane, and a single expert beside it: the model, the losses and the optimiser of
// moe_lab/explore/plane/training.py, gradients by hand. tests/site/plane holds it to the library, step by step.

import { Dice } from "./dice.js";
import { AUXILIARY, METHODS, best, few, hashPlaces, logSoftmax, sinkhornPlan, softmax, sum } from "./methods.js";

const D = 4; // a point is the token x, y, 1, 0
const HIDDEN = 8; // units of a small MLP
const KEPT = 0.9; // of the saturation, in a step
const FLAT = 1e-9; // a pull of a loss below this is rounding
const ADAM = { first: 0.9, second: 0.999, least: 1e-8 };

const sigmoid = (v) => 1 / (1 + Math.exp(-v));

// ---- experts: only the first number that an expert gives is looked at, so only the weights behind it are here

// The first of D columns of a matrix with so many rows.
const column = (matrix, rows) => Array.from({ length: rows }, (_, i) => matrix[D * i]);

const affine = {
  size: D + 1, // a column of W, and b
  all: D * D + D, // weights that the library's expert has
  // So many newborn ones, tensor by tensor as the library draws them.
  drawn(dice, n) {
    const [w, b] = [D * D, D].map((size) => dice.rows(n, size, D ** -0.5));
    return w.map((row, e) => [...column(row, D), b[e][0]]);
  },
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
  drawn(dice, n) {
    const [w1, b1] = [D * HIDDEN, HIDDEN].map((size) => dice.rows(n, size, D ** -0.5));
    const [w2, b2] = [HIDDEN * D, D].map((size) => dice.rows(n, size, HIDDEN ** -0.5));
    return w1.map((row, e) => [...row, ...b1[e], ...column(w2[e], HIDDEN), b2[e][0]]);
  },
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
      this.values.push(Float64Array.from(born[r - elders]));
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

export class Mixture {
  // `state` as its PlaneState; weights are drawn as the library draws them.
  constructor(state) {
    const { n_experts: n, seed } = state;
    this.state = state;
    this.kind = KINDS[state.kind];
    this.dice = new Dice(seed);
    this.router = new Rows(this.directions(n));
    this.experts = new Rows(this.kind.drawn(this.dice, n));
    this.single = new Rows(this.kind.drawn(this.dice, 1));
    this.bias = new Float64Array(n); // of the loss-free rule
    this.saturation = new Float64Array(n);
    this.done = 0;
    this.effect = ""; // of an auxiliary loss: "acts" once it has, until then "idle" where it could not
    this.points = [];
  }

  get n() {
    return this.experts.values.length;
  }

  // Those of newborn experts; a hash has none.
  directions(n) {
    return this.state.balance === "hash_router" ? Array(n).fill([]) : this.dice.rows(n, D, D ** -0.5);
  }

  // Change what can change under way.
  follow(state) {
    this.state = state;
    const change = state.n_experts - this.n;
    if (!change) return;
    const born = this.kind.drawn(this.dice, Math.max(change, 1)); // also drawn when nobody is born
    const directions = this.directions(Math.max(change, 1));
    this.experts.resize(state.n_experts, born);
    this.router.resize(state.n_experts, directions);
    for (const name of ["bias", "saturation"]) {
      const grown = new Float64Array(this.n);
      grown.set(this[name].subarray(0, this.n));
      this[name] = grown;
    }
  }

  // From now on these are the points: [x, y, dark] each.
  learn(points) {
    this.points = points;
  }

  logits([x, y]) {
    if (this.state.balance === "hash_router") return hashPlaces([x, y], this.n).map((place) => -place / this.state.temperature);
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

  // What experts are chosen by. In training logits are jittered, and Sinkhorn plans for all points together.
  scores(logits, inTraining) {
    const { balance, jitter, strength } = this.state;
    const width = inTraining ? jitter : 0;
    const plain = width ? logits.map((row) => row.map((v) => v * (1 + width * (2 * this.dice.roll() - 1)))) : logits;
    if (inTraining && balance === "s_base") {
      const epsilon = METHODS.s_base.epsilon / strength;
      return sinkhornPlan(plain.map((row) => row.map((v) => v / epsilon)));
    }
    const added = this.added();
    const known = balance === "loss_free" ? plain.map(softmax) : plain;
    return added ? known.map((row) => row.map((v, e) => v + added[e])) : known;
  }

  // Whom these points visit: { gates, chosen, counts }.
  decide(points, inTraining = false) {
    const { balance } = this.state;
    const k = Math.min(this.state.k, this.n);
    const logits = points.map((point) => this.logits(point));
    const scores = this.scores(logits, inTraining);
    const counts = new Float64Array(this.n);
    let [gates, chosen] = [logits.map(softmax)];
    if (balance === "expert_choice") {
      chosen = points.map(() => []);
      const room = Math.min(Math.ceil((k * points.length) / this.n - 1e-9), points.length);
      const suits = scores.map(logSoftmax);
      for (let e = 0; e < this.n; e++) best(suits.map((row) => row[e]), room).forEach((t) => chosen[t].push(e));
    } else chosen = scores.map((row) => few(row, k));
    if (balance === "hash_router") gates = gates.map((row) => row.map(() => 1 / k)); // all that are chosen count alike
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
  answers(points, inTraining = false) {
    const decision = this.decide(points, inTraining);
    const { gates, chosen } = decision;
    return { ...decision, said: points.map((point, t) => sum(chosen[t].map((e) => gates[t][e] * this.expert(e, point)))) };
  }

  // One step of both; the losses before it, in nats a point, and the counts of the experts.
  step() {
    const { lr, balance, strength } = this.state;
    const { gates, chosen, counts, said } = this.answers(this.points, true);
    const T = this.points.length;
    const zeros = (rows) => rows.values.map((row) => new Float64Array(row.length));
    const [toRouter, toExperts] = [zeros(this.router), zeros(this.experts)];
    const { coefficient } = METHODS[balance];
    const extra = coefficient && AUXILIARY[balance](gates, { counts, chosen });
    let [loss, acts] = [0, 0];
    this.points.forEach(([x, y, dark], t) => {
      const token = [x, y, 1, 0];
      loss += crossEntropy(said[t], dark) / T;
      const up = (sigmoid(said[t]) - dark) / T;
      const pull = new Float64Array(this.n); // on the gate
      for (const e of chosen[t]) {
        pull[e] = up * this.expert(e, token);
        this.kind.pull(this.experts.values[e], token, up * gates[t][e], toExperts[e]);
      }
      if (extra) {
        for (let e = 0; e < this.n; e++) {
          pull[e] += coefficient * strength * extra(t, e);
          acts += Math.abs(extra(t, e));
        }
      }
      const level = sum(pull.map((v, e) => v * gates[t][e]));
      for (let e = 0; e < this.n; e++) {
        const change = (gates[t][e] * (pull[e] - level)) / this.state.temperature;
        for (let i = 0; i < toRouter[e].length; i++) toRouter[e][i] += change * token[i];
      }
    });
    if (acts > FLAT) this.effect = "acts";
    else if (extra && this.effect === "" && sum(counts) < T * this.n) this.effect = "idle";
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
    made.dice = this.dice.copy();
    return made;
  }
}

// Of a logit and what is the case, in nats.
function crossEntropy(logit, dark) {
  return Math.max(logit, 0) - logit * dark + Math.log1p(Math.exp(-Math.abs(logit)));
}

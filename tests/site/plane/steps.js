// Stands behind mixture.js: takes a case as JSON, prints what each step shows.
const { state, points, steps, later } = JSON.parse((await import("node:fs")).readFileSync(0, "utf8"));
const mixture = new Mixture(state);
mixture.learn(points);
const weights = () => Object.fromEntries(["router", "experts", "single"].map((part) => [part, mixture[part].values.map((row) => [...row])]));
const first = weights();
const rows = [];
for (let step = 0; step < steps; step++) {
  if (step === later?.step) mixture.follow({ ...state, ...later.values });
  const { loss, single, counts } = mixture.step();
  rows.push({ loss, single, counts: [...counts], router: mixture.router.values.map((row) => [...row]) });
}
const { said } = mixture.answers(points);
console.log(JSON.stringify({ rows, first, end: weights(), said, bias: [...(mixture.added() ?? [])] }));

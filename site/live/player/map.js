// A map of tokens for pages without a kernel, where jupyter-scatter is not: behind views.js, drawn with the tools of canvas.js.
// A frame: how many; x and y in [-1, 1], the colour, the expert, and whether it is chosen, of each.

function TokenPoints(pen, frame, model) {
  const { ctx } = pen;
  const [N, some] = frame.floats(2);
  const [xs, ys, colour, expert, chosen] = Array.from({ length: 5 }, () => frame.floats(N));
  const [names, given, contexts] = ["names", "shades", "contexts"].map((name) => model.get(name));
  const shades = given.map((shade) => (pen.tone > 0.6 ? legible(pen, shade) : shade)); // dark ones are not seen in the dark
  const [left, top] = [(pen.width - 150) / 2, pen.height / 2];
  const widest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
  const side = Math.min((left - 8) / widest(xs), (top - 8) / widest(ys));
  const [x, y] = [(v) => left + side * v, (v) => top - side * v];
  const draw = (t) => disc(pen, x(xs[t]), y(ys[t]), 2.6, shades[colour[t]]);
  ctx.globalAlpha = some ? 0.16 : 0.85;
  for (let t = 0; t < N; t++) if (!chosen[t]) draw(t);
  ctx.globalAlpha = 0.95;
  for (let t = 0; t < N; t++) if (chosen[t]) draw(t);
  ctx.globalAlpha = 1;
  names.forEach((name, i) => {
    disc(pen, pen.width - 132, 16 + 18 * i, 4, shades[i]);
    text(pen, name, pen.width - 122, 16 + 18 * i, { colour: pen.ink });
  });
  return {
    says: `${N} tokens${some ? `; ${chosen.reduce((a, b) => a + b, 0)} are chosen` : ""}.`,
    probe(mx, my) {
      const far = Array.from({ length: N }, (_, t) => Math.hypot(x(xs[t]) - mx, y(ys[t]) - my));
      const t = nearest(far, 0);
      if (far[t] > 12) return null;
      return { expert: expert[t], dot: true, x: x(xs[t]), y: y(ys[t]), lines: [contexts[t], `E${expert[t]} · ${names[colour[t]]}`] };
    },
  };
}

views.TokenPoints = chart(TokenPoints);

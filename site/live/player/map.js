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
  model.places = Array.from({ length: N }, (_, t) => [x(xs[t]), y(ys[t])]);
  if (model.path) loop(pen, model.path);
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

// The line that is being drawn around points.
function loop({ ctx, ink }, path) {
  ctx.beginPath();
  for (const [x, y] of path) ctx.lineTo(x, y);
  ctx.closePath();
  [ctx.lineWidth, ctx.strokeStyle, ctx.fillStyle] = [1.5, ink, ink];
  ctx.stroke();
  ctx.globalAlpha = 0.08;
  ctx.fill();
  ctx.globalAlpha = 1;
}

// Whether a place lies within a closed line: a ray from it crosses the line an odd number of times.
function within(path, [x, y]) {
  const crosses = ([ax, ay], [bx, by]) => ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax;
  return path.filter((place, i) => crosses(place, path.at(i - 1))).length % 2 === 1;
}

// A map on which a mouse or a pen draws around points: their numbers are the model's `lasso`.
const LONG = 8; // pixels from which a press is a line
function lassoed(draw) {
  return (model, el) => {
    const redraw = draw(model, el);
    const canvas = el.querySelector("canvas");
    let drawn = false;
    const add = ({ offsetX, offsetY }) => model.path.push([offsetX, offsetY]);
    canvas.addEventListener("pointerdown", (event) => {
      drawn = false;
      if (event.pointerType === "touch" || event.button) return; // a finger moves the page
      canvas.setPointerCapture(event.pointerId);
      model.path = [];
      add(event);
    });
    canvas.addEventListener("pointermove", (event) => model.path && add(event), true);
    canvas.addEventListener("pointerup", () => {
      const path = model.path ?? [];
      model.path = null;
      drawn = path.some(([x, y]) => Math.hypot(x - path[0][0], y - path[0][1]) > LONG);
      redraw();
      if (!drawn) return;
      model.set("lasso", [...model.places.keys()].filter((t) => within(path, model.places[t])));
      model.save_changes();
    });
    canvas.addEventListener("pointercancel", () => ((model.path = null), redraw()));
    canvas.addEventListener("click", (event) => drawn && event.stopImmediatePropagation(), true);
    return redraw;
  };
}

views.TokenPoints = lassoed(chart(TokenPoints));

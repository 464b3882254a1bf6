// The views of moe_lab/explore/tickets/views.py, appended to views.js and drawn with its tools. Written by hand, no build step.
// Frames are laid out in `SparsityCurves.show` and `MaskPictures.show` of nbs/10_explore/09_tickets/02_views.ipynb.

const DENSE = 0; // the first curve is a level, not a line

// Accuracy over rounds of pruning, a line for each curve; a click selects a point.
views.SparsityCurves = chart((pen, f, model) => {
  const [rounds, N] = f.floats(2);
  const points = [...Array(N).keys()].map(() => {
    const [curve, number, sparsity, accuracy] = f.floats(4);
    return { curve, number, sparsity, accuracy };
  });
  const [names, colours] = [model.get("names"), model.get("colours")];
  const shown = [...new Set(points.map((p) => p.curve))];
  const values = points.map((p) => p.accuracy);
  const [lo, hi] = [Math.max(0, Math.min(...values) - 0.03), Math.min(1, Math.max(...values) + 0.02)];
  const columns = Math.max(1, Math.floor((pen.width - 20) / 150)); // of names, below the axis
  const box = plotBox(pen, 44, 12, 14, 46 + 16 * Math.ceil(shown.length / columns));
  const x = scale(0, rounds, box.left + 8, box.right);
  const y = scale(lo, hi, box.bottom, box.top);
  axes(pen, box, y, ticks(lo, hi), percent);
  const gone = new Map(points.filter((p) => p.number > 0 && p.sparsity > 0).map((p) => [p.number, p.sparsity]));
  let right = -Infinity; // where the last word below the axis ends
  for (const [number, sparsity] of [[0, 0], ...[...gone].sort((a, b) => a[0] - b[0])]) {
    if (x(number) - 16 < right) continue;
    text(pen, number ? percent(sparsity) : "0 %", x(number), box.bottom + 11, { align: "center" });
    right = x(number) + 16;
  }
  text(pen, "connections that are gone", (box.left + box.right) / 2, box.bottom + 27, { align: "center" });

  for (const curve of shown) {
    const own = points.filter((p) => p.curve === curve);
    if (curve === DENSE) {
      rule(pen, box.left, y(own[0].accuracy), box.right, y(own[0].accuracy), pen.muted, { dash: [2, 3] });
    }
    pen.ctx.beginPath();
    own.forEach((p, i) => pen.ctx[i ? "lineTo" : "moveTo"](x(p.number), y(p.accuracy)));
    Object.assign(pen.ctx, { lineWidth: 1.75, strokeStyle: colours[curve] });
    pen.ctx.stroke();
    for (const p of own) disc(pen, x(p.number), y(p.accuracy), 3.5, colours[curve], null);
  }
  shown.forEach((curve, i) => {
    const [left, top] = [20 + 150 * (i % columns), box.bottom + 46 + 16 * Math.floor(i / columns)];
    rule(pen, left, top, left + 18, top, colours[curve], { width: 2, dash: curve === DENSE ? [2, 3] : [] });
    text(pen, names[curve], left + 24, top, { colour: pen.ink });
  });
  const chosen = points[model.get("selected")];
  if (chosen) disc(pen, x(chosen.number), y(chosen.accuracy), 7, null, pen.ink);

  const probe = (px, py) => {
    const far = points.map((p) => Math.hypot(x(p.number) - px, y(p.accuracy) - py));
    const i = far.indexOf(Math.min(...far));
    if (!(far[i] < 16)) return null;
    const p = points[i];
    const lines = [names[p.curve], `${percent(p.accuracy)} right`, `${percent(p.sparsity)} of the connections gone`];
    return { expert: i, step: i + 1, dot: true, x: x(p.number), y: y(p.accuracy), lines: [...lines, "click: its mask"] };
  };
  const last = points[N - 1];
  return { says: `${N} trainings, the last ${names[last.curve]}, ${percent(last.accuracy)} right`, probe };
});

// Which connections are left: a picture for each weight, units out from the top, units in from the left.
views.MaskPictures = chart((pen, f, model) => {
  const [M, most_across] = f.floats(2);
  const across = pen.width < 420 ? Math.min(2, most_across) : most_across;
  const sizes = [...Array(M).keys()].map(() => f.floats(3));
  const names = model.get("names");
  const [gap, words] = [14, 34];
  const wide = (pen.width - gap * (across - 1)) / across;
  const rows = Math.ceil(M / across);
  const high = (pen.height - rows * words) / rows;
  const most = Math.min(wide / Math.max(...sizes.map((s) => s[1])), high / Math.max(...sizes.map((s) => s[0])));
  const [r, g, b] = [0, 114, 178]; // what is there; what is gone is the paper
  const cells = sizes.map(([out, inn, density], i) => {
    const [left, top] = [(i % across) * (wide + gap), Math.floor(i / across) * (high + words) + words];
    const image = new ImageData(inn, out);
    f.bytes(out * inn).forEach((there, n) => image.data.set([r, g, b, there ? 255 : 18], 4 * n));
    resize(brush, inn, out);
    brush.getContext("2d", CPU).putImageData(image, 0, 0);
    pen.ctx.imageSmoothingEnabled = false;
    pen.ctx.drawImage(brush, left, top, inn * most, out * most);
    const [part, layer] = names[i].split(", ");
    text(pen, part, left, top - 22, { colour: pen.ink });
    text(pen, `${layer} · ${percent(density)}`, left, top - 8);
    return { left, top, right: left + inn * most, bottom: top + out * most, out, inn, density, name: names[i] };
  });
  const probe = (px, py) => {
    const at = cells.find((c) => px >= c.left && px <= c.right && py >= c.top && py <= c.bottom);
    if (!at) return null;
    const lines = [at.name, `${at.out} units out, ${at.inn} in`, `${percent(at.density)} of the connections left`];
    return { x: px, top: at.top, bottom: at.bottom, lines };
  };
  return { says: cells.map((c) => `${c.name} ${percent(c.density)}`).join(", "), probe };
});

const brush = document.createElement("canvas");

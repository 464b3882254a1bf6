// Four more views for views.js, which stands before this text and lends its helpers; frames are laid out in the
// `show` methods of nbs/10_explore/03_balance/05_views.ipynb.

const SIDES = ["A", "B"];

function TokenMap(pen, frame, model) {
  const { ctx } = pen;
  const [T, side] = frame.floats(2);
  const [xs, ys, expert, weight, refused, quiet, label] = Array.from({ length: 7 }, () => frame.floats(T));
  const span = (values, from, to) => scale(values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b)), from, to);
  const box = plotBox(pen, 10, 10, 10, 10);
  const [x, y] = [span(xs, box.left, box.right), span(ys, box.bottom, box.top)];
  const alpha = (t) => (quiet[t] || faded(model, expert[t]) ? 0.12 : 0.85);
  const radius = (t) => 2 + 2.6 * weight[t];
  for (let t = 0; t < T; t++) {
    ctx.globalAlpha = alpha(t);
    if (expert[t] < 0) cross(pen, x(xs[t]), y(ys[t]), 2.6, pen.muted);
    else disc(pen, x(xs[t]), y(ys[t]), radius(t), hue(model, expert[t]), refused[t] ? pen.ink : null);
  }
  ctx.globalAlpha = 1;
  const [lost, alone] = [refused.filter(Boolean).length, expert.filter((e) => e < 0).length];

  const { buffer, byteOffset, byteLength } = model.get("photographs");
  const photographs = new Uint8ClampedArray(buffer, byteOffset, byteLength);
  return {
    says: `${T} tokens; ${lost} had a request refused, ${alone} visit nobody.`,
    probe(mx, my) {
      const far = (t) => Math.hypot(x(xs[t]) - mx, y(ys[t]) - my) + (alpha(t) < 0.5 ? 8 : 0);
      const t = nearest(Array.from({ length: T }, (_, i) => far(i)), 0);
      if (far(t) > 14) return null;
      const place = x(xs[t]) < pen.width / 2 ? pen.width - 70 : 6;
      pixelart(pen, photographs.slice(4 * side * side * t, 4 * side * side * (t + 1)), side, side, place, 6, 64, 64);
      ctx.lineWidth = 1;
      ctx.strokeStyle = pen.muted;
      ctx.strokeRect(place - 0.5, 5.5, 65, 65);
      const goes = expert[t] < 0 ? "visits nobody" : `E${expert[t]} · weight ${short(weight[t])}`;
      const lines = [goes, `a patch of “${model.get("names")[label[t]]}”`];
      if (refused[t]) lines.push(`refused: ${refused[t]}`);
      return { expert: expert[t], dot: true, x: x(xs[t]), y: y(ys[t]), lines };
    },
  };
}

function LoadBars(pen, frame, model) {
  const { ctx } = pen;
  const [E, most, fair, band, side] = frame.floats(5);
  const [counts, refused, soft, carried, dead] = Array.from({ length: 5 }, () => frame.floats(E));
  const size = 4 * side * side;
  const { left, right } = plotBox(pen, 38, 0, 6, 0);
  const step = (right - left) / E;
  const tile = Math.max(2, Math.min(step - 4, 44));
  const box = plotBox(pen, 38, 10, 6, tile + 24);
  const thin = Math.ceil(28 / step); // every so many has its name below it
  const y = scale(0, most || 1, box.bottom, box.top);
  const middle = (e) => box.left + (e + 0.5) * step;
  const half = Math.min(step * 0.38, 22);
  for (const mark of ticks(0, most || 1, 3)) text(pen, short(mark), box.left - 6, y(mark), { align: "right" });
  ctx.globalAlpha = 0.14;
  ctx.fillStyle = pen.muted;
  ctx.fillRect(box.left, y(fair + band), box.right - box.left, y(Math.max(fair - band, 0)) - y(fair + band));
  for (let e = 0; e < E; e++) {
    const [x, fade] = [middle(e), faded(model, e) ? 0.2 : 1];
    ctx.fillStyle = hue(model, e);
    ctx.globalAlpha = fade;
    ctx.fillRect(x - half, y(counts[e]), 2 * half, y(0) - y(counts[e]));
    ctx.globalAlpha = 0.25 * fade;
    ctx.fillRect(x - half, y(counts[e] + refused[e]), 2 * half, y(counts[e]) - y(counts[e] + refused[e]));
    ctx.globalAlpha = fade;
    rule(pen, x - half - 2, y(soft[e]), x + half + 2, y(soft[e]), pen.ink, { width: 2 });
    disc(pen, x, y(carried[e]), 3, pen.paper, pen.ink);
    const patches = frame.bytes(size);
    if (dead[e]) grey(patches);
    ctx.globalAlpha = fade * (dead[e] ? 0.45 : 1);
    pixelart(pen, patches, side, side, x - tile / 2, box.bottom + 5, tile, tile);
    if (e % thin === 0) text(pen, `E${e}`, x, box.bottom + tile + 14, { align: "center", bold: true, colour: dead[e] ? pen.muted : pen.ink });
    ctx.globalAlpha = 1;
  }
  rule(pen, box.left, y(fair), box.right, y(fair), pen.muted, { dash: [4, 3] });
  rule(pen, box.left, box.bottom, box.right, box.bottom, pen.line);
  return {
    says: Array.from(counts, (n, e) => `E${e} ${short(n)}`).join(", "),
    probe(mx) {
      const e = Math.floor((mx - box.left) / step);
      if (e < 0 || e >= E) return null;
      const lines = [`E${e} · ${short(counts[e])} tokens`, `by probability ${short(soft[e])}, by weight ${short(carried[e])}`];
      if (refused[e]) lines.push(`${short(refused[e])} more were refused`);
      return { expert: e, x: middle(e), ...box, lines };
    },
  };
}

// Entropy of a token against mutual information, both in units of log E: a triangle, since they add up to 1 at most.
function EntropyPlane(pen, frame, model) {
  const { ctx } = pen;
  const points = [frame.floats(6), frame.floats(6)]; // probabilities (x, y), decisions (x, y), dice (x, y)
  const box = plotBox(pen, 34, 20, 24, 34);
  const [x, y] = [scale(0, 1, box.left, box.right), scale(0, 1, box.bottom, box.top)];
  ctx.beginPath();
  for (const [u, v] of [[0, 0], [1, 0], [0, 1], [0, 0]]) ctx.lineTo(x(u), y(v));
  ctx.globalAlpha = 0.06;
  ctx.fillStyle = pen.muted;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1;
  ctx.strokeStyle = pen.line;
  ctx.stroke();
  const names = labels(pen);
  const corner = (words, u, v, place) => names.place(words, x(u), y(v), place, { colour: pen.ink, bold: true });
  corner("specialised", 0, 1, (half) => [[half + 6, -10]]);
  corner("collapsed", 0, 0, (half) => [[half + 2, 12]]);
  corner("uniform", 1, 0, (half) => [[-half, 12]]);
  text(pen, "entropy of a token →", x(0.5), y(0) + 26, { align: "center" });
  ctx.save();
  ctx.translate(12, y(0.5));
  ctx.rotate(-Math.PI / 2);
  text(pen, "mutual information →", 0, 0, { align: "center" });
  ctx.restore();
  ctx.save();
  ctx.translate(x(0.5), y(0.5));
  const slope = Math.atan2(y(0) - y(1), x(1) - x(0));
  ctx.rotate(slope);
  const half = text(pen, "balanced", 0, -9, { align: "center" }) / 2;
  ctx.restore();
  for (let along = -half; along <= half; along += 8) {
    names.take(x(0.5) + along * Math.cos(slope) + 9 * Math.sin(slope), y(0.5) + along * Math.sin(slope) - 9 * Math.cos(slope), 8, 8);
  }

  const spots = points.flatMap(([a, b, c, d, e, f], i) => [
    { i, what: "its probabilities", u: a, v: b },
    { i, what: "its decisions", u: c, v: d },
    { i, what: "dice", u: e, v: f },
  ]);
  const seen = spots.filter(({ u, v }) => Number.isFinite(u + v)).map((s) => ({ ...s, px: x(s.u), py: y(s.v) }));
  for (const { px, py } of seen) names.take(px, py, 6, 6);
  points.forEach(([a, b, c, d, e, f], i) => {
    if (Number.isFinite(e)) cross(pen, x(e), y(f), 3.5, pen.muted);
    rule(pen, x(a), y(b), x(c), y(d), hue(model, i), { width: 1.5 });
    disc(pen, x(a), y(b), 5, pen.paper, hue(model, i));
    if (!Number.isFinite(c)) return;
    disc(pen, x(c), y(d), 6.5, hue(model, i), pen.paper);
    names.place(SIDES[i], x(c), y(d), i ? (half) => around(7)(half).reverse() : around(7), { bold: true, colour: pen.ink });
  });
  return {
    says: seen.map(({ i, what, u, v }) => `${SIDES[i]}: ${what} at (${short(u)}, ${short(v)})`).join("; "),
    probe(mx, my) {
      const far = seen.map(({ px, py }) => Math.hypot(px - mx, py - my));
      const best = nearest(far, 0);
      if (!(far[best] < 16)) return null;
      const { i, what, u, v, px, py } = seen[best];
      const lines = [`${SIDES[i]}: ${what}`, `entropy ${short(u)} · mutual information ${short(v)}`, "in units of log E"];
      return { dot: true, x: px, y: py, lines };
    },
  };
}

// Rows: a token's main expert in A; columns: in B; the last of each is nobody.
function Moves(pen, frame, model) {
  const { ctx } = pen;
  const [E] = frame.floats(1);
  const N = E + 1;
  const moved = frame.floats(N * N);
  const total = moved.reduce((a, b) => a + b, 0);
  const step = Math.max(2, Math.min(pen.width - 64, pen.height - 34) / N);
  const left = 44 + Math.max(0, (pen.width - 64 - N * step) / 2);
  const box = { left, top: 22, right: left + N * step, bottom: 22 + N * step };
  const colour = (e) => (e < E ? hue(model, e) : pen.muted);
  const name = (e) => (e < E ? `E${e}` : "–");
  const shade = (e) => (e < E ? legible(pen, colour(e)) : pen.muted);
  const most = moved.reduce((a, b) => Math.max(a, b), 1);
  const [tall, wide] = [Math.ceil(13 / step), Math.ceil((N > 11 ? 26 : 20) / step)]; // every so many has its name
  const named = (e, thin) => e === E || (e % thin === 0 && e + thin <= E);
  for (let a = 0; a < N; a++) {
    if (named(a, tall)) text(pen, name(a), left - 6, box.top + (a + 0.5) * step, { align: "right", bold: true, colour: shade(a) });
    if (named(a, wide)) text(pen, name(a), left + (a + 0.5) * step, 12, { align: "center", bold: true, colour: shade(a) });
    for (let b = 0; b < N; b++) {
      const [x, y, n] = [left + b * step, box.top + a * step, moved[a * N + b]];
      ctx.globalAlpha = n ? (faded(model, a) && faded(model, b) ? 0.15 : 0.2 + 0.8 * Math.sqrt(n / most)) : 0.05;
      ctx.fillStyle = n ? colour(a) : pen.muted;
      ctx.fillRect(x + 1, y + 1, step - 2, step - 2);
      ctx.globalAlpha = 1;
      if (a !== b) continue;
      ctx.strokeStyle = pen.line;
      ctx.strokeRect(x + 0.5, y + 0.5, step - 1, step - 1);
    }
  }
  const stayed = Array.from({ length: N }, (_, e) => moved[e * N + e]).reduce((a, b) => a + b, 0);
  return {
    says: `${stayed} of ${total} tokens keep their main expert.`,
    probe(mx, my) {
      const [a, b] = [Math.floor((my - box.top) / step), Math.floor((mx - left) / step)];
      if (a < 0 || b < 0 || a > E || b > E) return null;
      const lines = [`A ${name(a)} → B ${name(b)}`, `${moved[a * N + b]} of ${total} tokens`];
      return { expert: a < E ? a : -1, dot: true, x: left + (b + 0.5) * step, y: box.top + (a + 0.5) * step, lines };
    },
  };
}

Object.assign(views, { TokenMap: chart(TokenMap), LoadBars: chart(LoadBars), EntropyPlane: chart(EntropyPlane), Moves: chart(Moves) });

// Four more views for views.js, which stands before this text and lends its helpers; frames are laid out in the
// `show` methods of nbs/10_explore/06_scene/05_views.ipynb.

// The sides of pixels between inside and outside, on a light halo, so that they are seen on any photograph.
function outline({ ctx }, inside, side, { left, top, step }, colour, width) {
  const is = (x, y) => x >= 0 && y >= 0 && x < side && y < side && inside(y * side + x);
  ctx.beginPath();
  for (let y = 0; y <= side; y++) {
    for (let x = 0; x <= side; x++) {
      const [px, py] = [left + x * step, top + y * step];
      if (is(x, y) !== is(x - 1, y)) ctx.moveTo(px, py), ctx.lineTo(px, py + step);
      if (is(x, y) !== is(x, y - 1)) ctx.moveTo(px, py), ctx.lineTo(px + step, py);
    }
  }
  ctx.lineCap = "round";
  for (const [stroke, thick] of [["#ffffffb0", width + 2], [colour, width]]) {
    [ctx.strokeStyle, ctx.lineWidth] = [stroke, thick];
    ctx.stroke();
  }
  ctx.lineCap = "butt";
}

// Where a square of pixels stands: in the middle, above a line of words.
const WORDS = 20;
function squareIn(pen, side) {
  const size = Math.min(pen.width, pen.height - WORDS);
  return { left: (pen.width - size) / 2, top: 0, size, step: size / side };
}

// What is under the pointer: the pixel's number, or −1.
function pixelAt({ left, top, step }, side, mx, my) {
  const [x, y] = [Math.floor((mx - left) / step), Math.floor((my - top) / step)];
  return x >= 0 && y >= 0 && x < side && y < side ? y * side + x : -1;
}

// Swatches with words, in a line.
function legend(pen, x, y, entries) {
  for (const [words, colour] of entries) {
    rule(pen, x, y, x + 14, y, colour, { width: 3 });
    x += 34 + text(pen, words, x + 19, y, { colour: pen.ink });
  }
}

function readPixels(frame) {
  const [side, known] = frame.floats(2);
  const [predicted, truth] = [frame.floats(side * side), frame.floats(side * side)];
  return { side, known, predicted, truth, found: (i) => predicted[i] > 0.5, there: (i) => truth[i] > 0.5 };
}

function probePixel({ side, known, predicted, there }, place) {
  return (mx, my) => {
    const i = pixelAt(place, side, mx, my);
    if (i < 0) return null;
    const truth = known ? `in truth ${there(i) ? "object" : "ground"}` : "the truth is not known";
    return { dot: true, x: mx, y: my, lines: [`object: ${percent(predicted[i])}`, truth] };
  };
}

function ScenePicture(pen, frame, model) {
  const pixels = readPixels(frame);
  const { side, known, found, there } = pixels;
  const place = squareIn(pen, side);
  const [truth, guess] = model.get("colours");
  pixelart(pen, frame.bytes(4 * side * side), side, side, place.left, 0, place.size, place.size);
  if (known) outline(pen, there, side, place, truth, 3.5);
  outline(pen, found, side, place, guess, 1.75);
  legend(pen, place.left, place.size + 11, [...(known ? [["true", truth]] : []), ["predicted", guess]]);
  const share = pixels.predicted.filter((p) => p > 0.5).length / (side * side);
  return { says: `the predicted object covers ${percent(share)}${known ? "; the true outline is drawn too" : ""}.`, probe: probePixel(pixels, place) };
}

// Probabilities as how much of the colour is laid over the paper.
function MaskMap(pen, frame, model) {
  const { ctx } = pen;
  const pixels = readPixels(frame);
  const { side, known, there } = pixels;
  const place = squareIn(pen, side);
  const [truth, guess] = model.get("colours");
  pixelart(pen, frame.bytes(4 * side * side), side, side, place.left, 0, place.size, place.size);
  ctx.lineWidth = 1;
  ctx.strokeStyle = pen.line;
  ctx.strokeRect(place.left + 0.5, 0.5, place.size - 1, place.size - 1);
  if (known) outline(pen, there, side, place, truth, 2);
  const y = place.size + 11;
  const x = place.left + text(pen, "ground", place.left, y, { colour: pen.ink }) + 8;
  const fade = ctx.createLinearGradient(x, 0, x + 60, 0);
  fade.addColorStop(0, `${guess}00`);
  fade.addColorStop(1, guess);
  ctx.fillStyle = fade;
  ctx.fillRect(x, y - 4, 60, 8);
  text(pen, "object", x + 68, y, { colour: pen.ink });
  const sure = pixels.predicted.filter((p) => p < 0.1 || p > 0.9).length / (side * side);
  return { says: `sure of ${percent(sure)} of the pixels.`, probe: probePixel(pixels, place) };
}

// Words along the top or the bottom of columns, turned where they are too wide; how much room they take.
function heads(pen, names, column, { upright = false } = {}) {
  pen.ctx.font = `600 11px ${pen.family}`;
  const widest = Math.max(...names.map((name) => pen.ctx.measureText(name).width));
  const flat = !upright && widest < column - 2;
  return { flat, room: flat ? 20 : widest + 10 };
}

function head(pen, name, x, y, flat, align, colour) {
  if (flat) return text(pen, name, x, y, { align: "center", bold: true, colour });
  pen.ctx.save();
  pen.ctx.translate(x, y);
  pen.ctx.rotate(-Math.PI / 2);
  text(pen, name, 0, 0, { align, bold: true, colour });
  return pen.ctx.restore();
}

// Rows: scales; columns: experts. What each has to say, framed if it counts, crossed out if it did before.
function Looks(pen, frame, model) {
  const { ctx } = pen;
  const [S, E, side] = frame.floats(3);
  const [gate, weight, before] = Array.from({ length: 3 }, () => frame.floats(S * E));
  const places = frame.floats(S);
  const names = model.get("names");
  const left = 46;
  const column = (pen.width - left) / E;
  const { flat, room: top } = heads(pen, names, column);
  const row = (pen.height - top) / S;
  const size = Math.max(8, Math.min(column - 10, row - 17));
  const beside = column - size > 42;
  const at = (e) => left + e * column + (beside ? 4 : (column - size) / 2);
  names.forEach((name, e) => head(pen, name, at(e) + size / 2, flat ? 8 : top - 6, flat, "left", legible(pen, hue(model, e))));
  for (let s = 0; s < S; s++) {
    const y = top + s * row;
    text(pen, `1/${2 ** (s + 1)}`, 0, y + size / 2 - 7, { bold: true, colour: pen.ink });
    text(pen, `${places[s]}×${places[s]}`, 0, y + size / 2 + 7);
    for (let e = 0; e < E; e++) {
      const [i, x] = [s * E + e, at(e)];
      const [counts, fade] = [weight[i] > 0, faded(model, e) ? 0.2 : 1];
      ctx.globalAlpha = fade * (counts ? 1 : 0.4);
      pixelart(pen, frame.bytes(4 * side * side), side, side, x, y, size, size);
      ctx.globalAlpha = fade;
      ctx.lineWidth = counts ? 2.5 : 1;
      ctx.strokeStyle = counts ? hue(model, e) : pen.line;
      ctx.strokeRect(x, y, size, size);
      if (before[i] && !counts) cross(pen, x + size / 2, y + size / 2, size / 3, pen.ink);
      const wide = column - 10;
      const from = left + e * column + 4;
      for (const [share, colour, alpha] of [[1, pen.muted, 0.18], [gate[i], hue(model, e), 0.45], [weight[i], hue(model, e), 1]]) {
        ctx.globalAlpha = fade * alpha;
        ctx.fillStyle = colour;
        ctx.fillRect(from, y + size + 5, wide * Math.min(share, 1), 4);
      }
      ctx.globalAlpha = 1;
      if (beside && counts) text(pen, percent(weight[i]), x + size + 5, y + size / 2, { colour: pen.ink, bold: true });
    }
  }
  const chosen = (s) => names.filter((_, e) => weight[s * E + e] > 0).map((name) => name);
  return {
    says: Array.from(places, (_, s) => `scale 1/${2 ** (s + 1)} asks ${chosen(s).join(" and ") || "nobody"}`).join("; "),
    probe(mx, my) {
      const [e, s] = [Math.floor((mx - left) / column), Math.floor((my - top) / row)];
      if (e < 0 || e >= E || s >= S) return null;
      if (s < 0) return { expert: e, x: left + (e + 0.5) * column, top, bottom: pen.height, lines: [names[e], "a click follows it"] };
      const i = s * E + e;
      const did = weight[i] > 0 ? `counts ${percent(weight[i])}` : before[i] ? "is no longer asked" : "is not asked";
      return { expert: e, dot: true, x: at(e) + size / 2, y: top + s * row + size / 2, lines: [`${names[e]} at 1/${2 ** (s + 1)}`, did, `its router gave it ${percent(gate[i])}`] };
    },
  };
}

// Each expert's share of what one scale asked over many scenes; the even share is dashed, dice are grey.
function ScaleLoad(pen, frame, model) {
  const { ctx } = pen;
  const [E, most, fair, band] = frame.floats(4);
  const share = frame.floats(E);
  const names = model.get("names");
  const { room } = heads(pen, names, 0, { upright: true });
  const box = plotBox(pen, 40, 8, 4, room + 4);
  const y = scale(0, most, box.bottom, box.top);
  const column = (box.right - box.left) / E;
  const middle = (e) => box.left + (e + 0.5) * column;
  for (const mark of ticks(0, most, 2)) text(pen, `${Math.round(100 * mark)} %`, box.left - 5, y(mark), { align: "right" });
  ctx.globalAlpha = 0.16;
  ctx.fillStyle = pen.muted;
  ctx.fillRect(box.left, y(fair + band), box.right - box.left, y(Math.max(fair - band, 0)) - y(fair + band));
  for (let e = 0; e < E; e++) {
    ctx.globalAlpha = faded(model, e) ? 0.2 : 1;
    ctx.fillStyle = hue(model, e);
    ctx.fillRect(middle(e) - column * 0.36, y(share[e]), column * 0.72, y(0) - y(share[e]));
    head(pen, names[e], middle(e), box.bottom + 6, false, "right", legible(pen, hue(model, e)));
  }
  ctx.globalAlpha = 1;
  rule(pen, box.left, y(fair), box.right, y(fair), pen.muted, { dash: [4, 3] });
  rule(pen, box.left, box.bottom, box.right, box.bottom, pen.line);
  return {
    says: names.map((name, e) => `${name} ${percent(share[e])}`).join(", "),
    probe(mx) {
      const e = Math.floor((mx - box.left) / column);
      if (e < 0 || e >= E) return null;
      return { expert: e, x: middle(e), ...box, lines: [`${names[e]} · ${percent(share[e])}`, `even: ${percent(fair)} ± ${percent(band)} by dice`] };
    },
  };
}

Object.assign(views, { ScenePicture: chart(ScenePicture), MaskMap: chart(MaskMap), Looks: chart(Looks), ScaleLoad: chart(ScaleLoad) });

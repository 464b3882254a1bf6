// The view of moe_lab/explore/plane/views.py, appended to views.js and drawn with its tools. Written by hand, no build step.
// Frames are laid out in `PlaneView.show` of nbs/10_explore/04_plane/02_views.ipynb; row 0 of every map is the top of the plane.

const INK = "#1f2933";
const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const NOBODY = [190, 196, 204];
const softmax = (logits) => {
  const most = Math.max(...logits);
  const raised = logits.map((v) => Math.exp(v - most));
  const total = raised.reduce((a, b) => a + b, 0);
  return raised.map((v) => v / total);
};

// Where a map (side × side, row by row) crosses zero: one straight stroke in each square between four of its values.
// `way` says how far from one pixel to the next the crossing lies; by default it is in proportion to the two values.
function contour(ctx, map, side, size, way = (n, m) => map[n] / (map[n] - map[m])) {
  const cell = size / side;
  ctx.beginPath();
  for (let i = 0; i < side - 1; i++) {
    for (let j = 0; j < side - 1; j++) {
      const [n, m] = [i * side + j, (i + 1) * side + j];
      const above = (map[n] > 0) + (map[n + 1] > 0) + (map[m] > 0) + (map[m + 1] > 0);
      if (above % 4 === 0) continue; // all four on one side: nearly everywhere
      const corners = [[j, i], [j + 1, i], [j + 1, i + 1], [j, i + 1]];
      const crossings = corners.flatMap(([x, y], corner) => {
        const [x2, y2] = corners[(corner + 1) % 4];
        const [from, to] = [y * side + x, y2 * side + x2];
        if (map[from] > 0 === map[to] > 0) return [];
        const far = way(from, to);
        return [[x + (x2 - x) * far, y + (y2 - y) * far]];
      });
      for (let n = 0; n < crossings.length; n += 2) {
        ctx.moveTo(...crossings[n].map((v) => (v + 0.5) * cell));
        ctx.lineTo(...crossings[n + 1].map((v) => (v + 0.5) * cell));
      }
    }
  }
}

// A small map spread smoothly over a canvas of `size` pixels: at place n, `amount(n)` of the colour `tint(n)` upon white.
const brush = document.createElement("canvas");
function spread(ctx, side, size, tint, amount) {
  resize(brush, side, side);
  const image = new ImageData(side, side);
  const { data } = image;
  for (let n = 0; n < side * side; n++) {
    const [colour, part] = [tint(n), amount(n)];
    for (let c = 0; c < 3; c++) data[4 * n + c] = 255 + part * (colour[c] - 255);
    data[4 * n + 3] = 255;
  }
  brush.getContext("2d", CPU).putImageData(image, 0, 0);
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(brush, 0, 0, size, size);
}

views.PlaneView = function (model, el) {
  const stage = add(el, "div", "moe-plane");
  const canvas = add(add(stage, "div"), "canvas");
  const side = add(stage, "div");
  add(side, "div", "moe-reading").textContent = "One expert at a time: where its gate opens, and its own line";
  const grid = add(side, "div", "moe-tiles");
  const heading = add(side, "div", "moe-reading");
  const bars = add(side, "div", "moe-bars");
  const [tiles, rows] = [[], []];
  let frame = null;
  let mouse = null;

  function row(e) {
    const parts = { name: add(bars, "b"), logit: add(bars, "span"), bar: add(bars, "i"), gate: add(bars, "span") };
    parts.name.textContent = `E${e}`;
    return parts;
  }

  function read(view) {
    const f = unpack(view);
    const [E, side, small, N] = f.floats(4);
    const [share, dead] = [f.floats(E), f.floats(E)];
    const points = f.floats(3 * N);
    const [logits, own] = [f.floats(E * small * small), f.floats(E * small * small)];
    return { E, side, small, N, share, dead, points, logits, own, answer: f.floats(side * side), owner: f.bytes(side * side) };
  }

  const colour = (e) => (frame.dead[e] ? "#9aa3ae" : model.get("colours")[e % model.get("colours").length]);

  // Between two pixels of one owner the answer changes slowly; between two owners it jumps where their logits are equal.
  function crossing(n, m) {
    const { answer, owner, side } = frame;
    const [a, b] = [owner[n], owner[m]];
    if (a === b) return answer[n] / (answer[n] - answer[m]);
    if (a === 255 || b === 255) return 0.5;
    const lead = (at) => {
      const place = [((at % side) + 0.5) / side, (Math.floor(at / side) + 0.5) / side];
      return logit(a, ...place) - logit(b, ...place);
    };
    const [before, after] = [lead(n), lead(m)];
    return before > 0 && after < 0 ? before / (before - after) : 0.5;
  }

  function paint() {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth || canvas.width / ratio;
    canvas.style.height = `${width}px`;
    resize(canvas, Math.round(width * ratio), Math.round(width * ratio));
    const ctx = canvas.getContext("2d", CPU);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const selected = model.get("selected");
    const tints = [...Array(frame.E).keys()].map((e) => rgb(colour(e)));
    const { owner, answer } = frame;
    const followed = (n) => (selected < 0 || selected === owner[n] ? 1 : 0.25);
    const deep = (n) => (0.16 + 0.4 / (1 + Math.exp(-answer[n]))) * followed(n);
    spread(ctx, frame.side, width, (n) => tints[owner[n]] ?? NOBODY, deep);
    contour(ctx, frame.answer, frame.side, width, crossing);
    Object.assign(ctx, { lineWidth: 1.75, strokeStyle: INK, lineCap: "round", lineJoin: "round" });
    ctx.stroke();
    for (let n = 0; n < frame.N; n++) {
      const [x, y, dark] = frame.points.subarray(3 * n, 3 * n + 3);
      disc({ ctx }, ((1 + x) / 2) * width, ((1 - y) / 2) * width, 4, dark ? INK : "#fff", dark ? "#fff" : INK);
    }
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `The plane: ${frame.N} points, ${frame.E} experts, ${frame.dead.reduce((n, d) => n + d, 0)} of them dead`);
  }

  function thumbnails() {
    const { small } = frame;
    const area = small * small;
    fit(tiles, frame.E, (e) => tileOf(model, grid, e), ({ button }) => button.remove());
    grid.style.setProperty("--columns", frame.E <= 4 ? Math.max(3, frame.E) : Math.min(6, Math.ceil(frame.E / 2)));
    bars.style.setProperty("--columns", frame.E > 8 ? 2 : 1);
    const gates = Array.from({ length: area }, (_, n) => softmax(tiles.map((_, e) => frame.logits[e * area + n])));
    tiles.forEach((parts, e) => {
      resize(parts.canvas, 96, 96);
      const ctx = parts.canvas.getContext("2d", CPU);
      const tint = rgb(colour(e));
      spread(ctx, small, 96, () => tint, (n) => gates[n][e]);
      contour(ctx, frame.own.subarray(e * area, (e + 1) * area), small, 96);
      Object.assign(ctx, { lineWidth: 1.5, strokeStyle: INK });
      ctx.stroke();
      markTile(model, parts, e, frame.share[e], frame.dead[e]);
    });
  }

  // An expert's logit at a place in [0, 1]²: from the four nearest values of the small map, beyond its edge too.
  function logit(e, x, y) {
    const { small } = frame;
    const [u, v] = [x * small - 0.5, y * small - 0.5];
    const [j, i] = [u, v].map((place) => Math.min(Math.max(Math.floor(place), 0), small - 2));
    const at = (di, dj) => frame.logits[e * small * small + (i + di) * small + j + dj];
    const across = (di) => at(di, 0) * (1 - u + j) + at(di, 1) * (u - j);
    return across(0) * (1 - v + i) + across(1) * (v - i);
  }

  function reading() {
    fit(rows, frame.E, row, (parts) => Object.values(parts).forEach((node) => node.remove()));
    const [x, y] = mouse ?? [0.5, 0.5];
    const say = (v) => (v < 0 ? "−" : "") + Math.abs(v).toFixed(2);
    heading.textContent = `${mouse ? "Under the pointer" : "In the middle"} (${say(2 * x - 1)}, ${say(1 - 2 * y)}): logit and gate`;
    const here = rows.map((_, e) => logit(e, x, y));
    softmax(here).forEach((gate, e) => {
      rows[e].name.style.setProperty("--expert", colour(e));
      rows[e].logit.textContent = (here[e] < 0 ? "−" : "+") + Math.abs(here[e]).toFixed(1);
      rows[e].bar.style.background = `linear-gradient(90deg, ${colour(e)} ${100 * gate}%, transparent 0)`;
      rows[e].gate.textContent = gate.toFixed(2);
    });
  }

  const position = (event) => [event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight];
  canvas.onpointermove = (event) => ((mouse = position(event)), frame && reading());
  canvas.onpointerleave = () => ((mouse = null), frame && reading());
  canvas.onclick = (event) => {
    const [x, y] = position(event);
    const dark = event.shiftKey ? 1 - model.get("brush") : model.get("brush");
    model.send({ x: 2 * x - 1, y: 1 - 2 * y, dark });
  };

  return function redraw() {
    if (!model.get("frame")?.byteLength) return;
    frame = read(model.get("frame"));
    paint();
    thumbnails();
    reading();
  };
};

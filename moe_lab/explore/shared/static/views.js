// The browser's side of moe_lab/explore/shared/views.py: one function per view unpacks the newest frame and draws it, with
// the tools of canvas.js. Frames are laid out in the `show` methods of nbs/10_explore/01_shared/02_views.ipynb.

function StackedLoad(pen, frame, model) {
  const { ctx } = pen;
  const [S, E] = frame.floats(2);
  const [dead, steps, births, share] = [frame.floats(E), frame.floats(S), frame.floats(E), frame.floats(S * E)];
  const [colours, selected] = [model.get("colours"), model.get("selected")];
  const box = plotBox(pen, 44, 18, 92, 28);
  const x = scale(steps[0], steps[S - 1], box.left, box.right);
  const y = scale(0, 1, box.bottom, box.top);
  const [rows, places] = S > 1 ? [[...steps.keys()], [...steps].map(x)] : [[0, 0], [box.left, box.right]];
  const colour = (e) => colours[e % colours.length];

  const under = new Float64Array(rows.length);
  for (let e = 0; e < E; e++) {
    ctx.beginPath();
    rows.forEach((_, i) => ctx.lineTo(places[i], y(under[i])));
    rows.forEach((row, i) => (under[i] += share[row * E + e]));
    for (let i = rows.length - 1; i >= 0; i--) ctx.lineTo(places[i], y(under[i]));
    ctx.globalAlpha = selected < 0 || selected === e ? 1 : 0.16;
    ctx.fillStyle = colour(e);
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.beginPath();
    rows.forEach((_, i) => ctx.lineTo(places[i], y(under[i])));
    ctx.lineWidth = 0.75;
    ctx.strokeStyle = pen.paper;
    ctx.stroke();
  }

  for (const mark of [0, 0.5, 1]) text(pen, `${100 * mark} %`, box.left - 6, y(mark), { align: "right" });
  births.forEach((b, e) => {
    const at = Math.max(x(b), box.left);
    if (b <= steps[S - 1]) rule(pen, at, box.bottom + 2, at, box.bottom + 8, colour(e), { width: 2 });
  });
  stepAxis(pen, box, steps[0], steps[S - 1], box.bottom + 18);

  const last = share.subarray((S - 1) * E);
  const tall = (e) => last[e] * (box.bottom - box.top) >= 13;
  const said = [];
  let [top, others, rest] = [0, 0, 0];
  last.forEach((s, e) => {
    top += s;
    if (!tall(e)) {
      others++;
      rest += s;
      return;
    }
    const width = text(pen, `E${e}`, box.right + 10, y(top - s / 2), { colour: pen.ink, bold: true });
    text(pen, percent(s), box.right + 15 + width, y(top - s / 2), { colour: pen.ink });
    rule(pen, box.right + 4, y(top - s) - 2, box.right + 4, y(top) + 2, colour(e), { width: 3 });
    said.push(`E${e} carries ${percent(s)}`);
  });
  if (others) text(pen, `${others} more: ${percent(rest)}`, box.right + 4, 8);

  return {
    says: `at step ${steps[S - 1]} ${said.join(", ")}; ${dead.reduce((n, d) => n + d, 0)} of ${E} are dead.`,
    probe(mx, my) {
      if (!inside(box, mx, my)) return null;
      const column = nearest(places, mx);
      const row = rows[column];
      let [e, height] = [0, share[row * E]];
      while (e < E - 1 && y(height) > my) height += share[row * E + ++e];
      const born = Number.isNaN(births[e]) ? "" : ` · born at ${births[e]}`;
      return { expert: e, step: steps[row], x: places[column], ...box, lines: [`E${e} · ${percent(share[row * E + e])}`, `step ${steps[row]}${born}`] };
    },
  };
}

function Lines(pen, frame, model) {
  const { ctx } = pen;
  const [S, N, hasFloor] = frame.floats(3);
  const M = N + hasFloor;
  const [steps, values] = [frame.floats(S), frame.floats(S * M)];
  const log = model.get("log");
  const shown = [...values].filter((v) => Number.isFinite(v) && (!log || v > 0));
  let [lo, hi] = [shown.reduce((a, b) => Math.min(a, b), Infinity), shown.reduce((a, b) => Math.max(a, b), -Infinity)];
  if (!shown.length) [lo, hi] = [log ? 0.1 : 0, 1];
  const bend = log ? Math.log10 : (v) => v;
  [lo, hi] = log ? [bend(lo) - 0.05, bend(hi) + 0.05] : [Math.min(0, lo), Math.max(0, hi) || 1];
  const names = [...Array(N).keys()].map((i) => model.get("names")[i] ?? "").concat(model.get("floor_name"));
  const label = (i, v) => [i < N ? names[i] : "", short(v)].join(" ").trim();
  const colour = (i) => (i < N ? model.get("colours")[i % model.get("colours").length] : pen.muted);
  const lasts = [...Array(M).keys()].flatMap((i) => {
    let row = S - 1;
    while (row >= 0 && !Number.isFinite(values[row * M + i])) row--;
    return row < 0 ? [] : [{ i, row, value: values[row * M + i] }];
  });
  ctx.font = `600 11px ${pen.family}`;
  const margin = Math.max(36, ...lasts.map(({ i, value }) => ctx.measureText(label(i, value)).width));
  const box = plotBox(pen, 44, 10, margin + 14, 24);
  const x = scale(steps[0], steps[S - 1], box.left, box.right);
  const height = scale(lo, hi, box.bottom, box.top);
  const y = (v) => height(bend(v));
  axes(pen, box, y, log ? logTicks(lo, hi) : ticks(lo, hi));
  stepAxis(pen, box, steps[0], steps[S - 1], box.bottom + 13);

  for (let i = M - 1; i >= 0; i--) {
    ctx.beginPath();
    steps.forEach((step, row) => Number.isFinite(y(values[row * M + i])) && ctx.lineTo(x(step), y(values[row * M + i])));
    ctx.setLineDash(i < N ? [] : [4, 3]);
    ctx.lineWidth = 1.75;
    ctx.strokeStyle = colour(i);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  lasts.sort((a, b) => a.value - b.value);
  const heights = []; // labels stand from the bottom up, 13 pixels apart, and below the top
  for (const { value } of lasts) heights.push(Math.min(y(value), (heights.at(-1) ?? Infinity) - 13));
  for (let n = lasts.length - 1, top = 7; n >= 0; n--, top += 13) heights[n] = Math.max(heights[n], top);
  lasts.forEach(({ i, row, value }, n) => {
    if (i < N) disc(pen, x(steps[row]), y(value), 2.5, colour(i));
    text(pen, label(i, value), box.right + 8, heights[n], { colour: i < N ? pen.ink : pen.muted, bold: i < N });
  });

  const read = (row) => [...Array(M).keys()].map((i) => `${names[i] || "value"} ${short(values[row * M + i])}`);
  return {
    says: `at step ${steps[S - 1]} ${read(S - 1).join(", ")}.`,
    probe(mx, my) {
      if (!inside(box, mx, my)) return null;
      const row = nearest([...steps].map(x), mx);
      return { step: steps[row], x: x(steps[row]), ...box, lines: [`step ${steps[row]}`, ...read(row)] };
    },
  };
}

function Points(pen, frame, model) {
  const [E] = frame.floats(1);
  const [xs, ys] = [frame.floats(E), frame.floats(E)];
  const [colours, selected] = [model.get("colours"), model.get("selected")];
  const here = [...xs.keys()].filter((e) => Number.isFinite(xs[e]) && Number.isFinite(ys[e]));
  const box = plotBox(pen, 48, 10, 28, 36);
  const span = (values) => [Math.min(0, ...values), Math.max(0, ...values)];
  const [left, right] = span(here.map((e) => xs[e]));
  const [low, high] = span(here.map((e) => ys[e]));
  const x = scale(left, right || 1, box.left + 8, box.right);
  const y = low === high ? scale(-1, 1, box.bottom, box.top) : scale(low, high, box.bottom - 8, box.top + 8);
  axes(pen, box, y, low === high ? [0] : ticks(low, high, 3));
  rule(pen, box.left, y(0), box.right, y(0), pen.muted, { dash: [4, 3] });
  const marks = ticks(left, right || 1, Math.max(1, Math.min(4, Math.floor((box.right - box.left) / 40))));
  for (const mark of marks) text(pen, short(mark), x(mark), box.bottom + 11, { align: "center" });
  text(pen, model.get("x_label"), box.right, box.bottom + 26, { align: "right" });

  const names = labels(pen);
  names.take(0, pen.height / 2, box.left, pen.height); // the axis
  here.forEach((e) => names.take(x(xs[e]), y(ys[e]), 5, 5));
  for (const e of here) {
    const [px, py] = [x(xs[e]), y(ys[e])];
    pen.ctx.globalAlpha = selected < 0 || selected === e ? 1 : 0.2;
    disc(pen, px, py, 4.5, colours[e % colours.length], pen.paper);
    const above = (places) => places.filter(([, dy]) => py + dy <= box.bottom - 6);
    names.place(`E${e}`, px, py, (half) => above(around(6)(half)), { colour: pen.ink }); // if not, the pointer still reads it
  }
  pen.ctx.globalAlpha = 1;
  const read = (e) => `${short(ys[e])} ${model.get("unit")}`.trim();
  return {
    says: here.map((e) => `E${e} ${read(e)} at ${short(xs[e])} ${model.get("x_label")}`).join(", ") || "no experts yet.",
    probe(mx, my) {
      const far = (e) => Math.hypot(x(xs[e]) - mx, y(ys[e]) - my);
      const e = here.reduce((best, other) => (best < 0 || far(other) < far(best) ? other : best), -1);
      if (e < 0 || far(e) > 18) return null;
      return { expert: e, dot: true, x: x(xs[e]), y: y(ys[e]), lines: [`E${e} · ${read(e)}`, `${short(xs[e])} ${model.get("x_label")}`] };
    },
  };
}

// In place: cheaper for the browser than a CSS filter on every tile.
function grey(pixels) {
  for (let i = 0; i < pixels.length; i += 4) {
    pixels.fill(0.3 * pixels[i] + 0.59 * pixels[i + 1] + 0.11 * pixels[i + 2], i, i + 3);
  }
}

// Tiles are buttons, so that the keyboard reaches them; a click follows the expert.
function tileOf(model, grid, e) {
  const button = add(grid, "button", "moe-tile");
  button.type = "button";
  button.style.setProperty("--expert", model.get("colours")[e % model.get("colours").length]);
  button.onclick = () => select(model, e);
  const parts = { button, canvas: add(button, "canvas"), name: add(button, "b"), share: add(button, "span") };
  add(button, "i");
  parts.name.textContent = `E${e}`;
  return parts;
}

function markTile(model, { button, share: label }, e, share, dead) {
  const selected = model.get("selected");
  label.textContent = percent(share);
  button.style.setProperty("--share", share);
  button.classList.toggle("moe-dead", dead > 0);
  button.classList.toggle("moe-faded", selected >= 0 && selected !== e);
  button.setAttribute("aria-pressed", selected === e);
  button.setAttribute("aria-label", `E${e}: ${percent(share)} of the load${dead ? ", dead" : ""}`);
}

// Makes or removes entries of a list until it is as long as wanted.
function fit(list, length, make, remove) {
  while (list.length < length) list.push(make(list.length));
  while (list.length > length) remove(list.pop());
}

// Each tile holds a canvas of its patches in their own pixels.
function ExpertTiles(model, el) {
  const grid = add(el, "div", "moe-tiles");
  const zoom = add(el, "div", "moe-zoom");
  const [large, caption] = [add(zoom, "canvas"), add(zoom, "div")];
  const tiles = [];
  let over = -1;

  function tile(e) {
    const parts = tileOf(model, grid, e);
    parts.button.onpointerenter = parts.button.onfocus = () => ((over = e), enlarge());
    parts.button.onpointerleave = parts.button.onblur = () => ((over = -1), enlarge());
    return parts;
  }

  function enlarge() {
    const from = tiles[over];
    zoom.hidden = !from;
    if (!from) return;
    resize(large, from.canvas.width, from.canvas.height);
    const ctx = large.getContext("2d", CPU);
    ctx.clearRect(0, 0, large.width, large.height);
    ctx.drawImage(from.canvas, 0, 0);
    caption.textContent = from.button.getAttribute("aria-label");
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = from.button;
    const below = offsetTop + offsetHeight + 6;
    const top = below + zoom.offsetHeight <= el.clientHeight ? below : Math.max(0, offsetTop - zoom.offsetHeight - 6);
    const left = offsetLeft + offsetWidth / 2 - zoom.offsetWidth / 2;
    zoom.style.top = `${top}px`;
    zoom.style.left = `${Math.max(0, Math.min(left, el.clientWidth - zoom.offsetWidth))}px`;
  }

  return function redraw() {
    if (!model.get("frame")?.byteLength) return;
    const frame = unpack(model.get("frame"));
    const [E, height, width] = frame.floats(3);
    const [dead, share] = [frame.floats(E), frame.floats(E)];
    grid.style.setProperty("--columns", model.get("columns"));
    fit(tiles, E, tile, ({ button }) => button.remove());
    tiles.forEach((parts, e) => {
      resize(parts.canvas, width, height);
      const pixels = frame.bytes(4 * width * height);
      if (dead[e]) grey(pixels);
      parts.canvas.getContext("2d", CPU).putImageData(new ImageData(pixels, width, height), 0, 0);
      markTile(model, parts, e, share[e], dead[e]);
    });
    grid.setAttribute("role", "group");
    grid.setAttribute("aria-label", `${model.get("title")}: ${E} experts, ${dead.reduce((n, d) => n + d, 0)} of them dead`);
    enlarge();
  };
}

const views = { StackedLoad: chart(StackedLoad), Lines: chart(Lines), Points: chart(Points), ExpertTiles };

function render({ model, el }) {
  el.classList.add("moe-view");
  const head = add(el, "div", "moe-head");
  const [title, note] = [add(head, "b"), add(head, "span")];
  const draw = views[model.get("view")](model, el);
  let waiting = 0;

  function redraw() {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      title.textContent = model.get("title");
      const notes = [model.get("unit"), model.get("floor_name") && `dashed: ${model.get("floor_name")}`];
      note.textContent = notes.filter(Boolean).map((words) => ` · ${words}`).join("");
      head.title = head.textContent;
      draw();
    });
  }

  const looks = ["title", "unit", "height", "colours", "names", "floor_name", "log", "x_label", "columns"];
  for (const name of ["frame", "selected", ...looks]) model.on(`change:${name}`, redraw);
  const size = new ResizeObserver(redraw);
  size.observe(el);
  document.addEventListener("load", redraw, true); // a style sheet has arrived: perhaps another theme
  redraw();
  return () => {
    size.disconnect();
    document.removeEventListener("load", redraw, true);
    model.off(null, redraw);
    cancelAnimationFrame(waiting);
  };
}

export default { render };

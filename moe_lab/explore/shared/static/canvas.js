// What all views draw with: frames, scales, a canvas in device pixels, a reading under the pointer, a click.
// moe_lab/explore/shared/views.py puts this text in front of views.js. Written by hand, no build step.

const percent = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}\u202f%`; // a narrow space
const short = (v) => {
  if (!Number.isFinite(v)) return "–";
  return v !== 0 && (Math.abs(v) < 1e-3 || Math.abs(v) >= 1e5) ? v.toExponential(1) : `${+v.toPrecision(3)}`;
};
const scale = (lo, hi, from, to) => (v) => from + ((v - lo) / (hi - lo || 1)) * (to - from);
// What margins leave of a picture, at least so much that no axis turns round.
const LEAST = 40; // pixels
const plotBox = (pen, left, top, right, bottom) => ({
  left,
  top,
  right: Math.max(pen.width - right, left + LEAST),
  bottom: Math.max(pen.height - bottom, top + LEAST),
});
const nearest = (places, x) => places.reduce((best, p, i) => (Math.abs(p - x) < Math.abs(places[best] - x) ? i : best), 0);

function add(parent, tag, name = "") {
  const node = parent.appendChild(document.createElement(tag));
  node.className = name;
  return node;
}

// A canvas that is given its own size again throws its memory away, so only a new size is set.
function resize(canvas, width, height) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

// A reader of one frame: `floats(n)` and `bytes(n)` take the next n of them. The copy aligns the numbers.
function unpack(view) {
  const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  let at = 0;
  return {
    floats: (n) => new Float32Array(buffer, (at += 4 * n) - 4 * n, n),
    bytes: (n) => new Uint8ClampedArray(buffer, (at += n) - n, n),
  };
}

// Small canvases are quickest where the processor draws them, above all on machines without a graphics card.
const CPU = { willReadFrequently: true };

function ticks(lo, hi, about = 4) {
  const power = 10 ** Math.floor(Math.log10((hi - lo) / about));
  const step = power * [1, 2, 5, 10].find((m) => m * power * about >= (hi - lo) * 0.999);
  const first = Math.ceil(lo / step - 1e-9);
  const count = Math.floor(hi / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => +((first + i) * step).toPrecision(6));
}

// 1, 2, 5, 10, 20, … between two powers of ten; only the powers if that were more than six.
function logTicks(lo, hi) {
  const decades = Array.from({ length: Math.ceil(hi) - Math.floor(lo) + 1 }, (_, i) => 10 ** (Math.floor(lo) + i));
  const within = (marks) => marks.filter((mark) => Math.log10(mark) >= lo && Math.log10(mark) <= hi);
  const all = within(decades.flatMap((ten) => [ten, 2 * ten, 5 * ten]));
  return all.length > 6 ? within(decades) : all;
}

// ---- what the three charts share: a canvas in device pixels, a reading under the pointer, a click

function chart(draw) {
  return (model, el) => {
    const canvas = add(el, "canvas");
    const tip = add(el, "div", "moe-tip");
    const ctx = canvas.getContext("2d", CPU);
    let mouse = null;
    let probe = () => null;
    let told = 0; // a timer: the kernel is told of a step under the pointer, a few times a second
    canvas.setAttribute("role", "img");

    function redraw() {
      const [height, ratio] = [model.get("height"), window.devicePixelRatio || 1];
      const width = canvas.clientWidth || canvas.width / ratio; // no width while JupyterLab changes its theme
      canvas.style.height = `${height}px`;
      if (!model.get("frame")?.byteLength) return canvas.setAttribute("aria-label", `${model.get("title")}: nothing to see yet`);
      resize(canvas, Math.round(width * ratio), Math.round(height * ratio));
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      ctx.clearRect(0, 0, width, height);
      ctx.lineJoin = "round";
      const style = getComputedStyle(el);
      const css = (name) => style.getPropertyValue(name).trim();
      const pen = { ctx, width, height, family: style.fontFamily };
      for (const name of ["ink", "muted", "line", "paper", "tone"]) pen[name] = css(`--moe-${name}`);
      const picture = draw(pen, unpack(model.get("frame")), model);
      canvas.setAttribute("aria-label", `${model.get("title")}: ${picture.says}`);
      probe = picture.probe;
      read(pen);
    }

    function read(pen) {
      const hit = mouse && probe(mouse.x, mouse.y);
      look(hit?.step ?? -1);
      tip.hidden = !hit;
      canvas.style.cursor = hit?.expert >= 0 ? "pointer" : "default";
      if (!hit) return;
      ctx.globalAlpha = 1;
      if (hit.dot) disc(pen, hit.x, hit.y, 6, null, pen.ink);
      else rule(pen, hit.x, hit.top, hit.x, hit.bottom, pen.ink);
      tip.replaceChildren();
      hit.lines.forEach((line, i) => (add(tip, i ? "div" : "b").textContent = line));
      const left = canvas.offsetLeft + (hit.x > pen.width / 2 ? hit.x - tip.offsetWidth - 12 : hit.x + 12);
      tip.style.left = `${Math.max(0, left)}px`;
      tip.style.top = `${canvas.offsetTop + Math.max(0, Math.min(mouse.y, pen.height - tip.offsetHeight))}px`;
    }

    // Charts over steps tell at which one the pointer is, a few times a second.
    function look(step) {
      if ((model.get("looked") ?? step) === step) return;
      model.set("looked", step);
      told ||= setTimeout(() => ((told = 0), model.save_changes()), 80);
    }

    canvas.onpointermove = (event) => ((mouse = { x: event.offsetX, y: event.offsetY }), redraw());
    canvas.onpointerleave = () => ((mouse = null), redraw());
    canvas.onclick = (event) => select(model, probe(event.offsetX, event.offsetY)?.expert);
    return redraw;
  };
}

function select(model, expert) {
  if (!(expert >= 0)) return;
  model.set("selected", model.get("selected") === expert ? -1 : expert);
  model.save_changes();
}

// An expert's hue, as light as words must be to be read in this theme.
const legible = (pen, colour) => `oklch(from ${colour} ${pen.tone} c h)`;

function text(pen, words, x, y, { align = "left", colour = pen.muted, bold = false } = {}) {
  pen.ctx.font = `${bold ? "600 " : ""}11px ${pen.family}`;
  pen.ctx.textAlign = align;
  pen.ctx.textBaseline = "middle";
  pen.ctx.fillStyle = colour;
  pen.ctx.fillText(words, x, y);
  return pen.ctx.measureText(words).width;
}

function rule({ ctx }, x0, y0, x1, y1, colour, { width = 1, dash = [] } = {}) {
  ctx.beginPath();
  ctx.setLineDash(dash);
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.stroke();
  ctx.setLineDash([]);
}

function disc({ ctx }, x, y, radius, fill, stroke) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) (ctx.fillStyle = fill), ctx.fill();
  if (stroke) (ctx.lineWidth = 1.25), (ctx.strokeStyle = stroke), ctx.stroke();
}

function axes(pen, box, y, marks, label = short) {
  for (const mark of marks) {
    rule(pen, box.left, y(mark), box.right, y(mark), pen.line, { width: 0.5 });
    text(pen, label(mark), box.left - 6, y(mark), { align: "right" });
  }
  rule(pen, box.left, box.top, box.left, box.bottom, pen.line);
  rule(pen, box.left, box.bottom, box.right, box.bottom, pen.line);
}

// Steps from the first to the last below a plot, in as many words as there is room for.
function stepAxis(pen, box, first, last, y) {
  const room = box.right - box.left - pen.ctx.measureText(last).width - 12;
  const words = [`step ${first}`, `${first}`].find((words) => pen.ctx.measureText(words).width < room);
  if (words && last > first) text(pen, words, box.left, y);
  text(pen, last > first ? `${last}` : `step ${last}`, last > first ? box.right : box.left, y, { align: last > first ? "right" : "left" });
}

// Words of which none stands upon another, nor upon what was said to be taken, nor outside of the picture.
function labels(pen) {
  const taken = []; // centre and half size
  const free = (x, y, w, h) => taken.every(([tx, ty, tw, th]) => Math.abs(tx - x) >= w + tw || Math.abs(ty - y) >= h + th);
  const within = (x, y, w, h) => x - w >= 0 && x + w <= pen.width && y - h >= 0 && y + h <= pen.height;
  return {
    take: (x, y, w, h) => taken.push([x, y, w, h]),
    // At the first of these places, from the middle (x, y), that is free: whether there is one.
    place(words, x, y, places, look = {}) {
      pen.ctx.font = `${look.bold ? "600 " : ""}11px ${pen.family}`;
      const half = pen.ctx.measureText(words).width / 2 + 1;
      const at = places(half).map(([dx, dy]) => [x + dx, y + dy, half, 6]).find((box) => within(...box) && free(...box));
      if (!at) return false;
      taken.push(at);
      text(pen, words, at[0], at[1], { align: "center", ...look });
      return true;
    },
  };
}
const around = (gap) => (half) => [[0, -gap - 6], [0, gap + 6], [gap + half, 0], [-gap - half, 0]];

const inside = (box, x, y) => x >= box.left - 4 && x <= box.right + 4 && y >= box.top && y <= box.bottom;

// ---- experts' colours, a mark, and a picture in its own pixels

const hue = (model, e) => model.get("colours")[e % model.get("colours").length];
const faded = (model, e) => model.get("selected") >= 0 && model.get("selected") !== e;

function cross({ ctx }, x, y, r, colour) {
  ctx.beginPath();
  ctx.moveTo(x - r, y - r), ctx.lineTo(x + r, y + r);
  ctx.moveTo(x - r, y + r), ctx.lineTo(x + r, y - r);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = colour;
  ctx.stroke();
}

// A picture in its own pixels: `bytes` of RGBA, drawn large and sharp.
function pixelart({ ctx }, bytes, width, height, x, y, w, h) {
  const small = new OffscreenCanvas(width, height);
  small.getContext("2d", CPU).putImageData(new ImageData(bytes, width, height), 0, 0);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(small, x, y, w, h);
}

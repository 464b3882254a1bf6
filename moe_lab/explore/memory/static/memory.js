// Four more views for views.js, which stands before this text and lends its helpers; frames are laid out in the
// `show` methods of nbs/10_explore/08_memory/04_views.ipynb.

const FAINT = 0.04; // weights below are not drawn
const strongest = (values, at, n) => [...Array(n).keys()].reduce((best, i) => (values[at + i] > values[at + best] ? i : best), 0);

function fillBox({ ctx }, x, y, w, h, colour, alpha = 1) {
  ctx.globalAlpha = alpha;
  ctx.fillStyle = colour;
  ctx.fillRect(x, y, w, h);
  ctx.globalAlpha = 1;
}

// A row a slot, a column a step. Filled: written; dot: read; line: from an answer back to the step of the write.
function SlotTape(pen, frame, model) {
  const { ctx } = pen;
  const [N, L, R, n, lesion, ahead] = frame.floats(6);
  const [write, read] = [frame.floats(L * N), frame.floats(L * R * N)];
  const [back, wrong] = [frame.floats((n + 1) * R), frame.floats(n)];
  const words = model.get("names");
  const [left, top] = [48, 34];
  const [column, row] = [(pen.width - left) / L, (pen.height - top) / N];
  const middle = (step) => left + (step + 0.5) * column;
  const level = (slot) => top + (slot + 0.5) * row;
  const dim = (slot) => (faded(model, slot) ? 0.2 : 1);

  text(pen, "told", middle((n - 1) / 2), 7, { align: "center" });
  text(pen, "said again", middle(n + (n + 1) / 2), 7, { align: "center" });
  words.forEach((word, step) => {
    const missed = step > n && wrong[step - n - 1] > 0;
    text(pen, word, middle(step), 23, { align: "center", bold: true, colour: missed ? pen.muted : pen.ink });
    if (missed) rule(pen, middle(step) - 6, 23, middle(step) + 6, 23, pen.ink, { width: 1.5 });
  });
  for (let slot = 0; slot < N; slot++) {
    text(pen, `slot ${slot}`, left - 6, level(slot), { align: "right", colour: faded(model, slot) ? pen.muted : legible(pen, hue(model, slot)) });
    rule(pen, left, top + (slot + 1) * row, pen.width, top + (slot + 1) * row, pen.line, { width: 0.5 });
  }
  if (lesion >= 0) fillBox(pen, left, top + lesion * row, pen.width - left, row, pen.muted, 0.25);
  rule(pen, middle(n), top, middle(n), pen.height, pen.line, { dash: [4, 3] });

  const at = (step, head) => (step * R + head) * N;
  back.forEach((written, i) => {
    const [step, head] = [n + Math.floor(i / R), i % R];
    const slot = strongest(read, at(step, head), N);
    ctx.globalAlpha = 0.6 * dim(slot) * Math.min(1, read[at(step, head) + slot]);
    rule(pen, middle(written), level(slot), middle(step), level(slot), hue(model, slot));
    ctx.globalAlpha = 1;
  });
  for (let step = 0; step < L; step++) {
    for (let slot = 0; slot < N; slot++) {
      const put = write[step * N + slot];
      if (put > FAINT) fillBox(pen, middle(step) - column * 0.44, level(slot) - row * 0.44, column * 0.88, row * 0.88, hue(model, slot), dim(slot) * Math.min(put, 1));
      for (let head = 0; head < R; head++) {
        const taken = read[at(step, head) + slot];
        if (taken <= FAINT) continue;
        const y = level(slot) + (head - (R - 1) / 2) * row * 0.45;
        ctx.globalAlpha = dim(slot);
        disc(pen, middle(step), y, Math.max(1, Math.min(column, R > 1 ? row / 2 : row) * 0.36 * Math.sqrt(taken)), hue(model, slot), pen.ink);
        ctx.globalAlpha = 1;
      }
    }
  }
  const right = [...Array(n).keys()].filter((word) => back.subarray((word + 1 - ahead) * R, (word + 2 - ahead) * R).includes(word)).length;
  return {
    says: `told ${words.slice(0, n).join("")}, said ${words.slice(n + 1).join("")}; for ${right} of ${n} words a head looks where it was written.`,
    probe(mx, my) {
      const [step, slot] = [Math.floor((mx - left) / column), Math.floor((my - top) / row)];
      if (slot < 0 || slot >= N || step >= L) return null;
      if (step < 0) return { expert: slot, dot: true, x: left, y: level(slot), lines: [`slot ${slot}`, "a click follows it"] };
      const reads = [...Array(R).keys()].map((head) => percent(read[at(step, head) + slot])).join(", ");
      const when = step < n ? `told ${words[step]}` : step === n ? "the flag" : `says ${words[step]}`;
      return { expert: slot, dot: true, x: middle(step), y: level(slot), lines: [`slot ${slot}, step ${step}: ${when}`, `written ${percent(write[step * N + slot])}`, `read ${reads}`] };
    },
  };
}

// Row i, column j: how much slot i was written right after slot j.
function LinkMap(pen, frame, model) {
  const { ctx } = pen;
  const [N] = frame.floats(1);
  const links = frame.floats(N * N);
  const held = model.get("names");
  const [left, top] = [40, 34];
  const size = Math.min(pen.width - left, pen.height - top - 2);
  const step = size / N;
  const name = (slot) => `${slot}${held[slot] ? ` ${held[slot]}` : ""}`;
  ctx.lineWidth = 1;
  ctx.strokeStyle = pen.line;
  ctx.strokeRect(left + 0.5, top + 0.5, size - 1, size - 1);
  for (let slot = 0; slot < N; slot++) {
    const colour = faded(model, slot) ? pen.muted : legible(pen, hue(model, slot));
    text(pen, name(slot), left - 5, top + (slot + 0.5) * step, { align: "right", colour });
    ctx.save();
    ctx.translate(left + (slot + 0.5) * step, top - 5);
    ctx.rotate(-Math.PI / 2);
    text(pen, name(slot), 0, 0, { colour });
    ctx.restore();
  }
  const chain = [];
  links.forEach((link, i) => {
    const [next, before] = [Math.floor(i / N), i % N];
    if (link > FAINT) fillBox(pen, left + before * step + 1, top + next * step + 1, step - 2, step - 2, hue(model, next), Math.min(link, 1) * (faded(model, next) && faded(model, before) ? 0.2 : 1));
    if (link > 0.5) chain.push(`${before} to ${next}`);
  });
  return {
    says: `${chain.length} strong links: ${chain.join(", ") || "none"}.`,
    probe(mx, my) {
      const [before, next] = [Math.floor((mx - left) / step), Math.floor((my - top) / step)];
      if (before < 0 || before >= N || next < 0 || next >= N) return null;
      return { expert: next, dot: true, x: left + (before + 0.5) * step, y: top + (next + 0.5) * step, lines: [`slot ${name(next)} after slot ${name(before)}`, percent(links[next * N + before])] };
    },
  };
}

// Three ways for a head, word by word, stacked to 1.
function HeadModes(pen, frame, model) {
  const [n, ways] = frame.floats(2);
  const modes = frame.floats(n * ways);
  const [names, said] = [model.get("names").slice(0, ways), model.get("names").slice(ways)];
  const box = plotBox(pen, 40, 22, 8, 20);
  const y = scale(0, 1, box.bottom, box.top);
  const column = (box.right - box.left) / n;
  const middle = (word) => box.left + (word + 0.5) * column;
  let x = box.left;
  names.forEach((name, way) => {
    rule(pen, x, 8, x + 12, 8, hue(model, way), { width: 4 });
    x += 28 + text(pen, name, x + 16, 8, { colour: pen.ink });
  });
  for (const mark of [0, 0.5, 1]) text(pen, `${100 * mark} %`, box.left - 5, y(mark), { align: "right" });
  for (let word = 0; word < n; word++) {
    let under = 0;
    for (let way = 0; way < ways; way++) {
      const share = modes[word * ways + way];
      fillBox(pen, middle(word) - column * 0.42, y(under + share), column * 0.84, y(under) - y(under + share), hue(model, way));
      under += share;
    }
    text(pen, said[word], middle(word), box.bottom + 11, { align: "center", bold: true, colour: pen.ink });
  }
  const mean = (way) => said.reduce((sum, _, word) => sum + modes[word * ways + way], 0) / n;
  return {
    says: names.map((name, way) => `${name} ${percent(mean(way))}`).join(", "),
    probe(mx) {
      const word = Math.floor((mx - box.left) / column);
      if (word < 0 || word >= n) return null;
      return { x: middle(word), ...box, lines: [`says ${said[word]}`, ...names.map((name, way) => `${name} ${percent(modes[word * ways + way])}`)] };
    },
  };
}

// Each slot's share of the reads, and of the writes as a frame; the even share is dashed, dice are grey.
function SlotLoad(pen, frame, model) {
  const { ctx } = pen;
  const [N, most, fair, band] = frame.floats(4);
  const [reads, writes] = [frame.floats(N), frame.floats(N)];
  const box = plotBox(pen, 40, 8, 4, 20);
  const y = scale(0, most, box.bottom, box.top);
  const column = (box.right - box.left) / N;
  const middle = (slot) => box.left + (slot + 0.5) * column;
  for (const mark of ticks(0, most, 3)) text(pen, `${Math.round(100 * mark)} %`, box.left - 5, y(mark), { align: "right" });
  fillBox(pen, box.left, y(fair + band), box.right - box.left, y(Math.max(fair - band, 0)) - y(fair + band), pen.muted, 0.16);
  for (let slot = 0; slot < N; slot++) {
    fillBox(pen, middle(slot) - column * 0.36, y(reads[slot]), column * 0.72, y(0) - y(reads[slot]), hue(model, slot), faded(model, slot) ? 0.2 : 1);
    ctx.lineWidth = 1;
    ctx.strokeStyle = pen.ink;
    ctx.strokeRect(middle(slot) - column * 0.36, y(writes[slot]), column * 0.72, y(0) - y(writes[slot]));
    text(pen, `${slot}`, middle(slot), box.bottom + 10, { align: "center", colour: legible(pen, hue(model, slot)) });
  }
  rule(pen, box.left, y(fair), box.right, y(fair), pen.muted, { dash: [4, 3] });
  rule(pen, box.left, box.bottom, box.right, box.bottom, pen.line);
  return {
    says: [...Array(N).keys()].map((slot) => `slot ${slot} ${percent(reads[slot])}`).join(", "),
    probe(mx) {
      const slot = Math.floor((mx - box.left) / column);
      if (slot < 0 || slot >= N) return null;
      return { expert: slot, x: middle(slot), ...box, lines: [`slot ${slot}`, `reads ${percent(reads[slot])}`, `writes ${percent(writes[slot])}`, `even: ${percent(fair)} ± ${percent(band)} by dice`] };
    },
  };
}

Object.assign(views, { SlotTape: chart(SlotTape), LinkMap: chart(LinkMap), HeadModes: chart(HeadModes), SlotLoad: chart(SlotLoad) });

// The view of moe_lab/explore/gates/views.py, appended to views.js and drawn with its tools. Written by hand, no build step.
// Frames are laid out in `GateRace.show` of nbs/10_explore/10_gates/02_views.ipynb.

const [STOPPED, PROMOTED, CONTROL] = [1, 2, 3]; // what became of a row; 0: it went on to the end
const [BETTER, WORSE] = ["0, 114, 178", "213, 94, 0"];
const apartText = (d) => `${d > 0 ? "+" : d < 0 ? "\u2212" : "\u00b1"}${Math.abs(d).toFixed(3)}`;

// A row for each configuration, a cell for each evaluation: better or worse than the control, until the gate closed.
views.GateRace = chart((pen, f, model) => {
  const [N, T, winner, chosen] = f.floats(4);
  const steps = f.floats(T);
  const rows = [...Array(N).keys()].map(() => {
    const [place, fate] = f.floats(2);
    return { place, fate, apart: f.floats(T) };
  });
  const names = model.get("names");
  const narrow = pen.width < 460; // then a sign stands for the words winner and chosen
  const box = plotBox(pen, pen.width < 520 ? 108 : 168, 6, narrow ? 88 : 158, 26);
  const [wide, high] = [(box.right - box.left) / T, (box.bottom - box.top) / N];
  const most = 0.1; // nats: the darkest colour
  rows.forEach((row, n) => {
    const [top, middle] = [box.top + n * high, box.top + (n + 0.5) * high];
    const bold = n === model.get("selected");
    const word = pen.width < 520 && names[n].length > 16 ? `${names[n].slice(0, 15)}…` : names[n];
    text(pen, word, box.left - 8, middle, { align: "right", colour: bold ? pen.ink : pen.muted, bold });
    row.apart.forEach((d, t) => {
      const seen = row.fate !== STOPPED || t <= row.place;
      const strength = Math.min(1, Math.abs(d) / most);
      pen.ctx.fillStyle = `rgba(${d <= 0 ? BETTER : WORSE}, ${(seen ? 0.12 + 0.85 * strength : 0.05 + 0.1 * strength).toFixed(3)})`;
      if (row.fate === CONTROL) pen.ctx.fillStyle = pen.line;
      pen.ctx.fillRect(box.left + t * wide + 0.5, top + 1.5, wide - 1, high - 3);
    });
    const x = box.left + (row.place + 0.5) * wide;
    const r = Math.max(3, Math.min(5, high / 4, wide / 3));
    if (row.fate === STOPPED) cross(pen, x, middle, r, pen.ink);
    if (row.fate === PROMOTED) {
      pen.ctx.beginPath();
      pen.ctx.moveTo(x - r, middle + r), pen.ctx.lineTo(x, middle - r), pen.ctx.lineTo(x + r, middle + r);
      pen.ctx.closePath();
      pen.ctx.fillStyle = pen.ink;
      pen.ctx.fill();
    }
    const title = [n === winner ? (narrow ? "★" : "winner") : "", n === chosen ? (narrow ? "✓" : "chosen") : ""].filter(Boolean).join(narrow ? "" : ", ");
    const end = row.fate === CONTROL ? "control" : apartText(row.apart[T - 1]);
    text(pen, `${end} ${title}`, box.right + 8, middle, { colour: title ? pen.ink : pen.muted, bold: Boolean(title) });
  });
  stepAxis(pen, box, steps[0] + 1, steps[T - 1] + 1, box.bottom + 14);

  const probe = (px, py) => {
    const [n, t] = [Math.floor((py - box.top) / high), Math.floor((px - box.left) / wide)];
    if (!(n >= 0 && n < N && px >= 0)) return null;
    if (t < 0 || t >= T) return { expert: n, x: px, top: box.top + n * high, bottom: box.top + (n + 1) * high, lines: [names[n], "click: what the gate said"] };
    const row = rows[n];
    const after = row.fate === STOPPED && t > row.place ? "not trained any more" : "seen by the gate";
    const lines = [names[n], `step ${steps[t] + 1}: ${apartText(row.apart[t])} nats against the control`, after, "click: what the gate said"];
    return { expert: n, x: box.left + (t + 0.5) * wide, top: box.top + n * high, bottom: box.top + (n + 1) * high, lines };
  };
  const count = (fate) => rows.filter((row) => row.fate === fate).length;
  return { says: `${N} configurations, ${count(STOPPED)} stopped, ${count(PROMOTED)} promoted, winner ${names[winner]}, chosen ${names[chosen]}`, probe };
});

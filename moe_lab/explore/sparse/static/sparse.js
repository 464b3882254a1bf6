// The view of moe_lab/explore/sparse/views.py, appended to views.js and drawn with its tools. Written by hand, no build step.
// Frames are laid out in `MasksView.show` of nbs/10_explore/07_sparse/02_views.ipynb: pictures in their own pixels, side by side.

function MasksView(pen, frame, model) {
  const [N] = frame.floats(1);
  const sizes = frame.floats(2 * N); // rows, columns of each picture
  const [names, notes] = [model.get("names"), model.get("notes")];
  const gap = 14;
  const fitting = (words, width) => {
    pen.ctx.font = `600 11px ${pen.family}`;
    return [words, words.split(",")[0], ""].find((some) => pen.ctx.measureText(some).width <= width);
  };
  const room = { width: (pen.width - gap * (N - 1)) / N, height: Math.max(pen.height - 36, 20) };
  for (let i = 0; i < N; i++) {
    const [rows, columns] = [sizes[2 * i], sizes[2 * i + 1]];
    const cell = Math.min(room.width / columns, room.height / rows);
    const [x, w, h] = [i * (room.width + gap), cell * columns, cell * rows];
    text(pen, fitting(names[i] ?? "", room.width), x, 8, { colour: pen.ink, bold: true });
    pixelart(pen, frame.bytes(4 * rows * columns), columns, rows, x, 18, w, h);
    pen.ctx.lineWidth = 0.75;
    pen.ctx.strokeStyle = pen.line;
    pen.ctx.strokeRect(x, 18, w, h);
    text(pen, fitting(notes[i] ?? "", room.width), x, 18 + h + 10);
  }
  return { says: `${[...names].map((name, i) => `${name}: ${notes[i]}`).join("; ")}.`, probe: () => null };
}
views.MasksView = chart(MasksView);

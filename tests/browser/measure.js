// What tests/browser/windows.py asks of panels on a page: `watchWords` keeps what is written on canvases, `measure` lists what is wrong.

const LEAST = { track: 80, plot: 60, canvas: 150, view: 40 }; // pixels

// The words on each canvas since it was last cleared: their corners, how they are aligned, and where.
function watchWords() {
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  if (CanvasRenderingContext2D.prototype.isWatched) return;
  Object.assign(CanvasRenderingContext2D.prototype, {
    isWatched: true,
    clearRect(...box) {
      this.canvas.words = [];
      return clearRect.apply(this, box);
    },
    fillText(words, x, y) {
      const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right, actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = this.measureText(words);
      const at = this.getTransform();
      const scale = this.canvas.width / this.canvas.clientWidth;
      const point = (px, py) => [(at.a * px + at.c * py + at.e) / scale, (at.b * px + at.d * py + at.f) / scale];
      const corners = [[x - left, y - up], [x + right, y - up], [x + right, y + down], [x - left, y + down]].map((corner) => point(...corner));
      const [px, py] = point(x, y);
      (this.canvas.words ??= []).push({ words: `${words}`, corners, align: this.textAlign, x: px, y: py, straight: at.b === 0 });
      return fillText.call(this, words, x, y);
    },
  });
}

const box = (corners) => {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
};
const cornersOf = ({ left, right, top, bottom }) => [[left, top], [right, top], [right, bottom], [left, bottom]];

// Two convex shapes stand upon each other, by more than two pixels, if no edge of either parts them.
function overlap(a, b) {
  for (const shape of [a, b]) {
    for (let i = 0; i < shape.length; i++) {
      const [[x0, y0], [x1, y1]] = [shape[i], shape[(i + 1) % shape.length]];
      const length = Math.hypot(x1 - x0, y1 - y0) || 1;
      const along = ([x, y]) => (x * (y0 - y1) + y * (x1 - x0)) / length;
      const [p, q] = [a.map(along), b.map(along)];
      if (Math.max(...p) - 2 < Math.min(...q) || Math.max(...q) - 2 < Math.min(...p)) return false;
    }
  }
  return true;
}

function* pairs(list) {
  for (let i = 0; i < list.length; i++) for (let j = 0; j < i; j++) yield [list[j], list[i]];
}

const number = (words) => (/^[-−+]?[\d.]+(e[-+]?\d+)?(\s*%)?$/.test(words.trim()) ? parseFloat(words.replace("−", "-")) : null);

function groups(list, key) {
  const made = new Map();
  for (const item of list) made.set(key(item), [...(made.get(key(item)) ?? []), item]);
  return [...made.values()].filter((group) => group.length > 1);
}

function onCanvas(canvas) {
  const wrong = [];
  const words = canvas.words ?? [];
  const title = canvas.getAttribute("aria-label")?.split(":")[0];
  const say = (what) => wrong.push(`“${title}”: ${what}`);
  if (canvas.clientWidth < LEAST.canvas) say(`${canvas.clientWidth} pixels wide`);
  for (const [a, b] of pairs(words)) if (overlap(a.corners, b.corners)) say(`“${a.words}” upon “${b.words}”`);
  for (const { words: said, corners } of words) {
    const { left, right, top, bottom } = box(corners);
    if (left < -1 || top < -1 || right > canvas.clientWidth + 1 || bottom > canvas.clientHeight + 1) say(`“${said}” is cut`);
  }
  const first = words.find(({ words: said }) => /^step \d/.test(said));
  const last = first && words.find(({ y, words: said, align }) => y === first.y && align === "right" && number(said) !== null);
  if (first && last && last.x <= first.x) say("steps run backwards");
  if (first && last && last.x - first.x < LEAST.plot) say(`its steps have ${last.x - first.x} pixels`);
  const marks = words.filter(({ words: said, straight }) => straight && number(said) !== null);
  const turned = (list, at) => [...list].sort((a, b) => at(a) - at(b)).some(({ words: said }, i, all) => i && number(said) <= number(all[i - 1].words));
  for (const axis of groups(marks.filter(({ align }) => align === "right"), ({ x }) => x)) if (turned(axis, ({ y }) => -y)) say("its upright axis is turned");
  for (const axis of groups(marks.filter(({ align }) => align === "center"), ({ y }) => y)) if (turned(axis, ({ x }) => x)) say("its level axis is turned");
  return wrong;
}

// Where text of a page is seen: the boxes of its lines, as far as nothing around them cuts them off.
function textBoxes(panel) {
  const found = [];
  const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker;
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || parent.closest("option, style, .moe-tip, .moe-zoom")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const seen = { left, right, top, bottom };
      for (let around = parent; around !== panel; around = around.parentElement) {
        if (getComputedStyle(around).overflow === "visible") continue;
        const cut = around.getBoundingClientRect();
        Object.assign(seen, { left: Math.max(seen.left, cut.left), right: Math.min(seen.right, cut.right), top: Math.max(seen.top, cut.top), bottom: Math.min(seen.bottom, cut.bottom) });
      }
      if (seen.right > seen.left && seen.bottom > seen.top) found.push({ node, words: node.data.trim(), corners: cornersOf(seen) });
    }
  }
  return found;
}

const seen = (node) => node.checkVisibility({ visibilityProperty: true });
const short = (node) => (node.getAttribute("aria-label") || node.textContent.trim() || node.className).slice(0, 40);

function measurePanel(panel) {
  const all = (selector) => [...panel.querySelectorAll(selector)].filter(seen);
  const wrong = [];
  const edge = panel.getBoundingClientRect();
  for (const track of all(".noUi-target")) {
    const { width } = track.getBoundingClientRect();
    if (width < LEAST.track) wrong.push(`the slider “${short(track.closest(".jupyter-widgets"))}” has a track of ${width} pixels`);
  }
  for (const control of all("select, input, textarea, button, .widget-hslider, .widget-readout, .moe-view, canvas, img, table")) {
    const { left, right, width } = control.getBoundingClientRect();
    const outer = control.closest(".moe-card")?.getBoundingClientRect() ?? edge;
    if (width && (left < outer.left - 1 || right > outer.right + 1)) wrong.push(`“${short(control)}” stands ${Math.round(Math.max(outer.left - left, right - outer.right))} pixels out of its frame`);
  }
  for (const words of all(".moe-head, .moe-title, .moe-group, .widget-label, .widget-readout, .moe-news, h4, button")) {
    if (words.scrollWidth > words.clientWidth + 1 && getComputedStyle(words).display !== "inline") wrong.push(`“${short(words)}” is cut`);
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const list of all("select")) {
    const chosen = list.selectedOptions[0]?.textContent ?? "";
    pen.font = getComputedStyle(list).font;
    if (pen.measureText(chosen).width > list.clientWidth - 26) wrong.push(`the choice “${chosen}” is cut`); // less the arrow
  }
  for (const [a, b] of pairs(textBoxes(panel))) {
    if (a.node !== b.node && overlap(a.corners, b.corners)) wrong.push(`“${a.words.slice(0, 40)}” upon “${b.words.slice(0, 40)}”`);
  }
  for (const view of all(".moe-view")) {
    const { width, height } = view.getBoundingClientRect();
    if (width < LEAST.canvas || height < LEAST.view) wrong.push(`“${short(view)}” is ${width} × ${height} pixels large`);
  }
  for (const image of all("img.widget-image")) {
    const meant = Number(image.getAttribute("width")) || image.naturalWidth; // a sharp one has more dots than pixels
    if (image.clientWidth < 0.95 * meant) wrong.push(`a picture of ${meant} pixels is ${image.clientWidth} wide`);
  }
  return [...wrong, ...all(".moe-view > canvas").flatMap(onCanvas)];
}

const nextPicture = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

// What is wrong with all panels, one after the other: what is far from the screen is not laid out.
async function measure() {
  const panels = [...document.querySelectorAll(".moe-lab, .moe-view")].filter((panel) => seen(panel) && !panel.parentElement.closest(".moe-lab, .moe-view"));
  const wrong = panels.length ? [] : ["there is no panel"];
  for (const panel of panels) {
    panel.scrollIntoView({ block: "start" });
    await nextPicture();
    wrong.push(...measurePanel(panel));
  }
  return [...new Set(wrong)];
}

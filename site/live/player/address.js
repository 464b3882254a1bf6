// The settings and the place in a run, as the part of an address behind #: the line of text that the panel in a notebook knows.

const written = (value) => ({ true: "True", false: "False" })[value] ?? `${value}`;

// The line: `collapse?balance=srnn&step=120`; what is as usual is not said.
export function line({ kind, usual }, settings) {
  const said = Object.entries(settings).filter(([name, value]) => written(value) !== written(usual[name] ?? ""));
  return `${kind}?${new URLSearchParams(said.map(([name, value]) => [name, written(value)]))}`;
}

// The place of the value that is nearest to a number.
export function closest(values, asked) {
  const far = values.map((value) => Math.abs(value - asked));
  return far.indexOf(Math.min(...far));
}

// The nearest of some values to a text, and whether it is that one.
function nearest(values, text) {
  const exact = values.findIndex((value) => written(value) === text);
  if (exact >= 0) return [exact, true];
  const asked = Number(text);
  if (text === "" || !Number.isFinite(asked) || values.some((value) => typeof value !== "number")) return [-1, false];
  const best = closest(values, asked);
  return [best, values[best] === asked];
}

// What a line says, as far as it was recorded: settings, the place in the run, and the names of what is not as asked.
export function read({ kind, usual, axes, along, free = [] }, text) {
  const [begins, query] = text.replace(/^#/, "").split("?");
  const settings = Object.fromEntries(axes.map(({ name, values }) => [name, values.includes(usual[name]) ? usual[name] : values[0]]));
  const found = { settings, at: null, missing: [], given: begins === kind && query !== undefined };
  if (!found.given) return found;
  const usually = along?.marks?.indexOf(usual[along.name]) ?? -1; // what a line does not say is as usual
  if (usually >= 0) found.at = usually;
  for (const [name, value] of new URLSearchParams(query)) {
    if (free.includes(name)) {
      found.settings[name] = value; // any text
      continue;
    }
    const axis = axes.find((one) => one.name === name);
    if (axis?.bounds && value !== "" && +value >= axis.bounds[0] && +value <= axis.bounds[1]) {
      settings[name] = +value;
      continue;
    }
    const values = name === along?.name ? along.marks : axis?.values;
    const [place, exact] = values ? nearest(values, value) : [-1, false];
    if (!exact) found.missing.push(`${name}=${value}`);
    if (place < 0) continue;
    if (name === along?.name) found.at = place;
    else settings[name] = values[place];
  }
  return found;
}

// What a reader expected, beside what is the case: as `beside` of the panel in a notebook says it.

// `values`: of the state that is shown; `went(name)`: the answer to the bet of a preset, by the preset's name (HTML).
export function beside(presets, values, went) {
  const made = ([, { bet }]) => bet?.options.includes(values.said) && Object.entries(bet.then).every(([name, value]) => values[name] === value);
  const met = Object.entries(presets).find(made);
  return met ? ` You said: <b>${values.said}</b>. Now: <b>${went(met[0]) || "nobody can tell"}</b>.` : "";
}

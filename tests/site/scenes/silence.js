// Stands behind silence.js: takes cases as JSON, bytes in base64, and prints the values of all widgets of each.
const { acts, cases } = JSON.parse((await import("node:fs")).readFileSync(0, "utf8"));
const read = (value) => (typeof value === "string" ? value : Uint8Array.from(Buffer.from(value.bytes, "base64")));
const written = (value) => (typeof value === "string" ? value : { bytes: Buffer.from(value).toString("base64") });
const made = cases.map(({ values, which }) => {
  const shown = silenced(acts, Object.keys(values), (name) => read(values[name]), which);
  return Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, written(value)]));
});
console.log(JSON.stringify(made));

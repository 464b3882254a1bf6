// Stands behind pair.js: takes cases as JSON, bytes in base64, and prints the values of all widgets of each.
const { pair, cases } = JSON.parse((await import("node:fs")).readFileSync(0, "utf8"));
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const tokens = new Float32Array(bytes(pair.tokens).buffer);
const unpacked = (side) => ({ ...side, ...Object.fromEntries(["load", "choices", "photographs", "spots"].map((name) => [name, bytes(side[name])])) });
const written = (value) => (typeof value === "string" ? value : { bytes: Buffer.from(value).toString("base64") });
const made = cases.map(({ sides, only }) => {
  const values = pairValues(pair, tokens, sides.map(unpacked), only);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(value)]));
});
console.log(JSON.stringify(made));

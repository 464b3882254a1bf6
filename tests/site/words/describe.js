// Stands behind words.js: takes selections as JSON, prints what is said of each.
const { points, choice, selections } = JSON.parse((await import("node:fs")).readFileSync(0, "utf8"));
console.log(JSON.stringify(selections.map((chosen) => describe(points, chosen, choice))));

// What some points of a map have in common, in the words of selection_page of the package; the marks of chance are what as
// many points would show that are drawn at random. tests/site/words holds its keywords and domains to the library's.

const LEAST = 3; // times that a word must come
const MOST = 6; // words, and as many domains as are shown
const QUOTES = 3;

const tally = (values, n) => values.reduce((counts, v) => ((counts[v] += 1), counts), Array(n).fill(0));

// `points`: { word, domain, expert, rank } of each, 0 the heaviest, by number; `chosen`: the numbers of at least one.
export function describe({ word, domain, expert, rank }, chosen, { vocabulary, domains, colours }) {
  const [N, n] = [word.length, chosen.length];
  const of = (values) => chosen.map((t) => values[t]);
  const [often, here] = [tally(word, vocabulary.length), tally(of(word), vocabulary.length)];
  const above = [...here.keys()].filter((w) => often[w] >= LEAST && here[w] > (n * often[w]) / N);
  const words = above.sort((a, b) => here[b] - here[a] || a - b).slice(0, MOST);
  const [base, share] = [tally(domain, domains.length), tally(of(domain), domains.length)];
  const known = [...base.keys()].filter((d) => base[d] > 0).map((d) => ({ d, share: share[d] / n, base: base[d] / N }));
  const heavy = [...chosen].sort((a, b) => rank[a] - rank[b]);
  const quotes = heavy.filter((t, i) => heavy.findIndex((other) => word[other] === word[t]) === i).slice(0, QUOTES);
  return {
    n,
    experts: tally(of(expert), colours.length).map((count) => count / n),
    words: words.map((w) => ({ text: vocabulary[w], share: here[w] / often[w] })),
    byChance: n / N,
    domains: known.sort((a, b) => b.share / b.base - a.share / a.base || a.d - b.d).map((own) => ({ ...own, name: domains[own.d] })),
    quotes,
  };
}

const escaped = (text) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
const two = (v) => v.toFixed(2);

function bars(rows, colour) {
  const bar = ({ name, share, floor, behind }) =>
    `<code>${escaped(name)}</code><div class='moe-bar'><i style='--value:${share}'></i><u style='--floor:${floor}'></u></div><span>${behind}</span>`;
  return `<div class='moe-rows' style='--expert:${colour}'>${rows.map(bar).join("")}</div>`;
}

// The same as a page (HTML).
export function selectionPage({ n, experts, words, byChance, domains, quotes }, contexts, { colours }, domainOf) {
  const order = [...experts.keys()].filter((e) => experts[e] > 0).sort((a, b) => experts[b] - experts[a]);
  const [main] = order;
  const [colour] = colours[main];
  const name = `<b class='moe-e' style='--expert:${colour}'>E${main}</b>`;
  const keywords = words.map(({ text, share }) => ({ name: text, share, floor: byChance, behind: two(share) }));
  const places = domains.map((own) => ({ name: own.name, share: own.share, floor: own.base, behind: `×${two(own.share / own.base)}` }));
  const part = (e) => {
    const [own, ink] = colours[e];
    const look = `--value:${experts[e]};--expert:${own};color:${ink}`;
    return `<span style='${look}' title='E${e} ${Math.round(100 * experts[e])}%'>${experts[e] > 0.1 ? `E${e}` : ""}</span>`;
  };
  const quote = (t) => `<span class='moe-quote' style='--expert:${colour}'><code>${escaped(contexts[t])}</code> <small>· ${escaped(domainOf(t))}</small></span>`;
  return (
    `<h4>The selection: ${n} tokens, ${Math.round(100 * experts[main])}% to ${name}</h4>` +
    `<h4>Keywords <small>share of the word's points; mark: as many points at random</small></h4>` +
    (words.length ? bars(keywords, colour) : "<small>no word comes often enough</small>") +
    `<h4>Domains <small>share; mark: of all points; ×: their ratio</small></h4>${bars(places, colour)}` +
    `<h4>Experts <small>first choices</small></h4><div class='moe-strip'>${order.map(part).join("")}</div>` +
    `<h4>In context</h4>${quotes.map(quote).join("")}`
  );
}

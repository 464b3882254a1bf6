// A selection of points in an address.

import { piped } from "../player/tape.js";

// Numbers of points as letters for an address, as `packed` in moe_lab/explore/tokens/map_layers.py writes them.
export async function packed(numbers) {
  if (!numbers.length) return "";
  const bits = new Uint8Array((Math.max(...numbers) >> 3) + 1);
  for (const t of numbers) bits[t >> 3] |= 128 >> (t & 7);
  const letters = String.fromCharCode(...(await piped(bits, new CompressionStream("deflate"))));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_");
}

// The numbers again; null for letters that say nothing.
export async function unpackedLasso(lasso, n) {
  if (!lasso) return [];
  try {
    const letters = atob(lasso.replaceAll("-", "+").replaceAll("_", "/"));
    const content = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bits = await piped(content, new DecompressionStream("deflate"));
    return Array.from({ length: n }, (_, t) => t).filter((t) => bits[t >> 3] & (128 >> (t & 7)));
  } catch {
    return null; // who asked is told
  }
}

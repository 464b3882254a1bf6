// What the library draws from its generator, number for number: PyTorch's on the CPU, a Mersenne twister of 32 bits.

const WORDS = 624;
const single = Math.fround;

export class Dice {
  constructor(seed) {
    const words = new Uint32Array(WORDS);
    words[0] = seed;
    for (let i = 1; i < WORDS; i++) words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    Object.assign(this, { words, at: WORDS });
  }

  // Dice that fall as these would from now on; the words are never changed, only replaced.
  copy() {
    return Object.assign(Object.create(Dice.prototype), this);
  }

  turn() {
    const words = this.words.slice();
    for (let i = 0; i < WORDS; i++) {
      const both = (words[i] & 0x80000000) | (words[(i + 1) % WORDS] & 0x7fffffff);
      words[i] = words[(i + 397) % WORDS] ^ (both >>> 1) ^ (both & 1 ? 0x9908b0df : 0);
    }
    Object.assign(this, { words, at: 0 });
  }

  // A number of 24 bits in [0, 1), as a float.
  roll() {
    if (this.at === WORDS) this.turn();
    let v = this.words[this.at++];
    v ^= v >>> 11;
    v ^= (v << 7) & 0x9d2c5680;
    v ^= (v << 15) & 0xefc60000;
    v ^= v >>> 18;
    return (v & 0xffffff) / 0x1000000;
  }

  // So many floats between -bound and bound.
  within(count, bound) {
    const [least, wide] = [single(-bound), single(single(bound) - single(-bound))];
    return Array.from({ length: count }, () => single(single(this.roll() * wide) + least));
  }

  // Rows of a tensor (rows, …), drawn one after the other.
  rows(n, size, bound) {
    return Array.from({ length: n }, () => this.within(size, bound));
  }
}

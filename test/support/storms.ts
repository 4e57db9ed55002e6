/**
 * How many runs a random storm makes, and from which seed. `npm test` makes 10 from a fixed seed, so that it is the same
 * every time; `npm run test:storms -- --runs N --seed S` makes more.
 */

const fixedSeed = 20_260;

/** @param n - Runs where nothing else is said. */
export function stormRuns(n = 10): number {
  return wholeNumber("VEILSHARE_STORM_RUNS", 1) ?? n;
}

/** The seed, which is printed so that a failure can be had again. */
export function stormSeed(): number {
  const seed = wholeNumber("VEILSHARE_STORM_SEED", 0) ?? fixedSeed;
  process.stdout.write(`storm: ${stormRuns()} runs where the test says no other number, seed ${seed}\n`);
  return seed;
}

function wholeNumber(name: string, min: number): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= min) return number;
  throw new Error(`${name}: expected a whole number from ${min}, got ${JSON.stringify(text)}`);
}

/** The 32-bit generator of Steele, Lea and Flood (SplitMix), for plans that can be had again. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) % below;
  };
}

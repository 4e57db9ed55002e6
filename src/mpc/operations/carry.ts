/**
 * Adders over secret bits, log depth, bit-sliced: with g = u AND v (a carry is generated) and p = u XOR v (a carry is
 * passed on), neighbouring groups of positions join as G = g1 XOR (p1 AND g0), P = p1 AND p0.
 */

import type { BitEngine } from "../bit-engine.js";
import { SecretBits } from "../secret-bits.js";

function positionsBelow(count: number, first: number, step: number): number[] {
  const positions: number[] = [];
  for (let at = first; at < count; at += step) positions.push(at);
  return positions;
}

/**
 * The carry out of u + v.
 *
 * **Cost.** 1 + ceil(log2 width) rounds; below 3 width ANDs: only the tree that the last carry needs.
 */
export async function carryOut(engine: BitEngine, u: SecretBits, v: SecretBits): Promise<SecretBits> {
  let generated = await engine.and(u, v);
  let passed = u.xor(v);
  while (generated.width > 1) {
    const { width } = generated;
    const pairs = Math.floor(width / 2);
    const low = positionsBelow(2 * pairs, 0, 2);
    const high = positionsBelow(2 * pairs, 1, 2);
    const passedHigh = passed.pick(high);
    // Nothing comes into the lowest group: what it would pass on is not needed.
    const both = await engine.and(
      pairs > 1 ? SecretBits.stack([passedHigh, passedHigh.positions(1, pairs)]) : passedHigh,
      pairs > 1
        ? SecretBits.stack([generated.pick(low), passed.pick(low.slice(1))])
        : generated.positions(0, 1),
    );
    const joined = generated.pick(high).xor(both.positions(0, pairs));
    const joinedPassed =
      pairs > 1 ? [passed.positions(0, 1), both.positions(pairs, 2 * pairs - 1)] : [passed.positions(0, 1)];
    const rest = width % 2 === 1 ? [width - 1] : [];
    generated = SecretBits.stack([joined, ...rest.map((at) => generated.positions(at, at + 1))]);
    passed = SecretBits.stack([...joinedPassed, ...rest.map((at) => passed.positions(at, at + 1))]);
  }
  return generated;
}

/**
 * u + v, modulo 2^width: all carries, by Sklansky's parallel prefix.
 *
 * **Cost.** 1 + ceil(log2 width) rounds; about width (1 + log2 width) ANDs.
 */
export async function addBits(engine: BitEngine, u: SecretBits, v: SecretBits): Promise<SecretBits> {
  const { width } = u;
  const sum = u.xor(v);
  if (width === 1) return sum;
  let generated = await engine.and(u.positions(0, width - 1), v.positions(0, width - 1));
  let passed = sum.positions(0, width - 1);
  for (let span = 1; span < width - 1; span *= 2) {
    const targets = positionsBelow(width - 1, 0, 1).filter((at) => (at & span) !== 0);
    const sources = targets.map((at) => (at & ~(2 * span - 1)) + span - 1);
    const passedHere = passed.pick(targets);
    const both = await engine.and(
      SecretBits.stack([passedHere, passedHere]),
      SecretBits.stack([generated.pick(sources), passed.pick(sources)]),
    );
    const half = targets.length;
    generated = replaced(generated, targets, generated.pick(targets).xor(both.positions(0, half)));
    passed = replaced(passed, targets, both.positions(half, 2 * half));
  }
  // The carry into a position is the one out of all positions below it.
  return SecretBits.stack([sum.positions(0, 1), sum.positions(1, width).xor(generated)]);
}

/** Bits with the positions `targets` replaced, in order, by `parts`. */
function replaced(bits: SecretBits, targets: readonly number[], parts: SecretBits): SecretBits {
  const replacement = new Map(targets.map((at, i) => [at, parts.positions(i, i + 1)]));
  return SecretBits.stack(
    Array.from({ length: bits.width }, (_, at) => replacement.get(at) ?? bits.positions(at, at + 1)),
  );
}

/**
 * AND of all positions of each element.
 *
 * **Cost.** ceil(log2 width) rounds, width - 1 ANDs.
 */
export async function allOf(engine: BitEngine, bits: SecretBits): Promise<SecretBits> {
  let left = bits;
  while (left.width > 1) {
    const pairs = Math.floor(left.width / 2);
    const joined = await engine.and(left.positions(0, pairs), left.positions(pairs, 2 * pairs));
    left = left.width % 2 === 1 ? SecretBits.stack([joined, left.positions(2 * pairs, left.width)]) : joined;
  }
  return left;
}

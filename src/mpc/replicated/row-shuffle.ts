/**
 * Secret shuffling of rows by three parties. Three permutations are applied one after the other, each known to two
 * neighbours, who draw it from their common seed, and unknown to the third: whoever is curious lacks one of the three.
 *
 * Parties i and i + 1 apply theirs. Party i holds A = x_i + x_{i+1}, party i + 1 holds B = x_{i+2}, and A + B = x: both
 * permute their rows locally and share anew. Components y_i and y_{i+2} are fresh words of the seeds that i and i + 1 have
 * in common with the third party, who so gets its share without a message; then
 *
 *     i -> i + 1: A - y_i          i + 1 -> i: B - y_{i+2}          both: y_{i+1} = (A - y_i) + (B - y_{i+2}).
 *
 * Bits go the same way under XOR.
 *
 * **Security.** Semi-honest, at most one of the three corrupted. Each message is masked by words that its receiver does not
 * know; the third party of a step receives nothing. The order of the result is uniformly random to each party.
 *
 * **Cost.** Three rounds; two elements in all for each element and step.
 *
 * **Source.** Laur, Willemson, Zhang, "Round-Efficient Oblivious Database Manipulation", ISC 2011; with the resharing of
 * Araki, Furukawa, Ohara, Pinkas, Rosemarin, Tsuchida, "Secure Graph Analysis at Scale", CCS 2021.
 */

import { Prg } from "../../random/prg.js";
import { bytesFromWords } from "../../bytes/encoding.js";
import { randomPermutation } from "../../random/shuffle.js";
import { add, addInPlace, subtract } from "../../ring/vector.js";
import { xorInPlace, xorWords } from "../packed-bits.js";
import { ringPart, ringSize } from "../round-message.js";
import type { ShuffledTable } from "../scheme.js";
import type { Share } from "../share.js";
import { pair, type ReplicatedParts } from "./parts.js";

const seedWords = 4;

/** All tables in one secret random order, the same for all. */
export async function shuffleReplicated(
  parts: ReplicatedParts,
  tables: readonly ShuffledTable[],
  rows: number,
): Promise<readonly Share[]> {
  let shares = tables.map(({ share }) => share);
  for (let first = 0; first < 3; first++) {
    const step = tables.map((table, i) => ({ ...table, share: shares[i] ?? table.share }));
    shares = await shuffleByTwo(parts, step, { rows, first });
  }
  return shares;
}

/** One step: `first` and the party after it know the permutation. */
function shuffleByTwo(
  parts: ReplicatedParts,
  tables: readonly ShuffledTable[],
  { rows, first }: { readonly rows: number; readonly first: number },
): Promise<Share[]> {
  const { seeds, rounds, position } = parts;
  const place = (position - first + 3) % 3;
  if (place === 2) return withoutMessage(parts, tables);
  const { previousParty, nextParty } = parts;
  const [common, own] = place === 0 ? [seeds.next, seeds.previous] : [seeds.previous, seeds.next];
  const other = place === 0 ? nextParty : previousParty;
  const order = randomPermutation(rows, new Prg(bytesFromWords(common.words(seedWords))));
  const fresh = tables.map(({ share }) => own.words(pair(share)[0].length));
  const masked = tables.map((table, i) => {
    const words = permuted(addend(table, place), order, table.rowWords);
    const mask = fresh[i] as BigUint64Array; // one for each table
    return table.under === "xor" ? xorWords(words, mask) : subtract(words, mask);
  });
  return rounds
    .exchange({
      send: new Map([[other, masked.map(ringPart)]]),
      receive: new Map([[other, masked.map(({ length }) => ringSize(length))]]),
      words: wordsOfStep(tables),
    })
    .then(({ received }) => {
      const arrived = received.get(other) as readonly BigUint64Array[]; // as many as were asked for
      return tables.map(({ under }, i) => {
        const between = masked[i] as BigUint64Array; // one for each table
        const part = arrived[i] as BigUint64Array;
        if (under === "xor") xorInPlace(between, part);
        else addInPlace(between, part);
        const mask = fresh[i] as BigUint64Array;
        return place === 0 ? [mask, between] : [between, mask];
      });
    });
}

/** The party that does not know the permutation: both of its components are words of common seeds. */
async function withoutMessage(
  { seeds, rounds }: ReplicatedParts,
  tables: readonly ShuffledTable[],
): Promise<Share[]> {
  const shares = tables.map(({ share }) => {
    const { length } = pair(share)[0];
    return [seeds.previous.words(length), seeds.next.words(length)];
  });
  await rounds.exchange({ send: new Map(), receive: new Map(), words: wordsOfStep(tables) });
  return shares;
}

/** A at the first party of a step, B at the second. */
function addend({ share, under }: ShuffledTable, place: number): BigUint64Array {
  const [a, b] = pair(share);
  if (place === 1) return b;
  return under === "xor" ? xorWords(a, b) : add(a, b);
}

function permuted(words: BigUint64Array, order: Uint32Array, rowWords: number): BigUint64Array {
  const result = new BigUint64Array(words.length);
  for (let i = 0; i < order.length; i++) {
    const from = (order[i] as number) * rowWords; // a permutation of the rows
    for (let j = 0; j < rowWords; j++) result[i * rowWords + j] = words[from + j] as bigint;
  }
  return result;
}

function wordsOfStep(tables: readonly ShuffledTable[]): number {
  let words = 0;
  for (const { share } of tables) words += 2 * pair(share)[0].length;
  return words;
}

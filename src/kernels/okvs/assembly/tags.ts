/** Lists of tags: hashes of 32 bytes, ordered by their first 16 as byte strings; and what two such lists have in common. */

// @ts-ignore: decorator
@inline
function isBefore(a: usize, b: usize): bool {
  const x = bswap(load<u64>(a));
  const y = bswap(load<u64>(b));
  return x < y || (x == y && bswap(load<u64>(a, 8)) < bswap(load<u64>(b, 8)));
}

// @ts-ignore: decorator
@inline
function isSame(a: usize, b: usize): bool {
  return ((load<u64>(a) ^ load<u64>(b)) | (load<u64>(a, 8) ^ load<u64>(b, 8))) == 0;
}

/**
 * The numbers of `count` hashes in the order of their tags.
 *
 * @param bits - Leading bits by which they are put into buckets first: about log2 of the count. Hashes are uniform.
 * @param counts - Room for 2^bits words.
 */
export function sortTags(hashes: usize, count: u32, bits: u32, counts: usize, order: usize): void {
  const shift = 32 - bits;
  memory.fill(counts, 0, (<usize>1) << (bits + 2));
  for (let i: u32 = 0; i < count; i++) {
    const at = counts + (<usize>(bswap(load<u32>(hashes + (<usize>i << 5))) >> shift) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let b: usize = 0; b < (<usize>1) << bits; b++) {
    const at = counts + (b << 2);
    const size = load<u32>(at);
    store<u32>(at, sum);
    sum += size;
  }
  for (let i: u32 = 0; i < count; i++) {
    const at = counts + (<usize>(bswap(load<u32>(hashes + (<usize>i << 5))) >> shift) << 2);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    store<u32>(order + (<usize>place << 2), i);
  }
  for (let i: i32 = 1; i < <i32>count; i++) {
    const moved = load<u32>(order + (<usize>i << 2));
    const tag = hashes + (<usize>moved << 5);
    let j = i - 1;
    for (; j >= 0; j--) {
      const other = load<u32>(order + (<usize>j << 2));
      if (!isBefore(tag, hashes + (<usize>other << 5))) break;
      store<u32>(order + (<usize>(j + 1) << 2), other);
    }
    store<u32>(order + (<usize>(j + 1) << 2), moved);
  }
}

/** Hashes in an order. */
export function gatherTags(hashes: usize, count: usize, order: usize, to: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const from = hashes + (<usize>load<u32>(order + (i << 2)) << 5);
    const target = to + (i << 5);
    v128.store(target, v128.load(from));
    v128.store(target, v128.load(from, 16), 16);
  }
}

/**
 * What is common to own hashes, ordered, and a part of the other party's tags, 16 bytes each.
 *
 * @param cursor - A word: own hashes that are behind; goes on from part to part.
 * @param previous - 16 bytes: the tag before the part, which the first tag must exceed unless `first`.
 * @param hits - Pairs of words for each common tag: place among the own, place in the part.
 * @returns The number of common tags, or -1 when the tags do not increase strictly.
 */
export function matchTags(
  own: usize,
  ownCount: u32,
  cursor: usize,
  tags: usize,
  count: u32,
  previous: usize,
  first: bool,
  hits: usize,
): i32 {
  let found = 0;
  let mine = load<u32>(cursor);
  for (let i: u32 = 0; i < count; i++) {
    const tag = tags + (<usize>i << 4);
    if (!(first && i == 0) && !isBefore(previous, tag)) return -1;
    v128.store(previous, v128.load(tag));
    while (mine < ownCount && isBefore(own + (<usize>mine << 5), tag)) mine++;
    if (mine < ownCount && isSame(own + (<usize>mine << 5), tag)) {
      store<u32>(hits + (<usize>found << 3), mine);
      store<u32>(hits + (<usize>found << 3), i, 4);
      found++;
    }
  }
  store<u32>(cursor, mine);
  return found;
}

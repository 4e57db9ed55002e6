/** A thread's kernel for the length of one synchronous piece of work. */

import { okvsKernel } from "../../kernels/okvs/thread-kernel.js";
import type { OkvsKernel } from "../../kernels/okvs/operations.js";
import { codeTables } from "./code.js";

/** The code's tables stay where they are, below all else that is allocated. */
const tablesOf = new WeakMap<OkvsKernel, number>();

/** A kernel's memory as one piece of work sees it. */
export interface Scratch {
  readonly kernel: OkvsKernel;
  readonly run: OkvsKernel["run"];
  /** Address of the code's tables. */
  readonly codeTables: number;
  /** Room, with whatever is in it. */
  readonly room: (byteLength: number) => number;
  /** Room with these bytes in front and zeros behind. */
  readonly place: (bytes: Uint8Array, room?: number) => number;
  /** The same, overwritten when the work is over. */
  readonly placeSecret: (bytes: Uint8Array) => number;
  /** A copy in memory of its own, or in `reused` where that has this length. */
  readonly take: (
    at: number,
    byteLength: number,
    reused?: Uint8Array<ArrayBuffer>,
  ) => Uint8Array<ArrayBuffer>;
}

/**
 * Does some work with this thread's kernel. The work is synchronous: nothing that it allocates lasts longer, so that two
 * parties in one thread share a kernel.
 */
export function withKernel<T>(work: (scratch: Scratch) => T, kernel: OkvsKernel = okvsKernel()): T {
  const tables = tablesAt(kernel);
  const mark = kernel.mark();
  const secrets: (readonly [number, number])[] = [];
  const place = (bytes: Uint8Array, room = bytes.length): number => {
    const at = kernel.allocate(room);
    kernel.memory().set(bytes, at);
    kernel.memory().fill(0, at + bytes.length, at + room);
    return at;
  };
  try {
    return work({
      kernel,
      run: kernel.run,
      codeTables: tables,
      room: (byteLength) => kernel.allocate(byteLength),
      place,
      placeSecret: (bytes) => {
        const at = place(bytes);
        secrets.push([at, at + bytes.length]);
        return at;
      },
      take: (at, byteLength, reused) => {
        if (reused?.length !== byteLength) return kernel.memory().slice(at, at + byteLength);
        reused.set(kernel.memory().subarray(at, at + byteLength));
        return reused;
      },
    });
  } finally {
    for (const [from, to] of secrets) kernel.memory().fill(0, from, to);
    kernel.run.wipeScratch();
    kernel.release(mark);
  }
}

function tablesAt(kernel: OkvsKernel): number {
  const known = tablesOf.get(kernel);
  if (known !== undefined) return known;
  const tables = codeTables();
  const at = kernel.allocate(tables.length);
  kernel.memory().set(tables, at);
  tablesOf.set(kernel, at);
  return at;
}

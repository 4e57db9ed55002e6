/**
 * Memory of large arrays, given back as soon as they have served.
 *
 * A link and a key stream go through arrays of 64 KiB by the thousand. The garbage collector knows their memory only as
 * a total that grows, and answers with a collection of the whole heap every 64 MiB: a third of the CPU time of computing
 * on shares was spent there.
 */

/** Below this, giving back costs more than it saves. */
const worthwhileBytes = 16 * 1024;

/** A port that nothing arrives at: what is moved there is freed. Made when it is first needed. */
let nowhere: MessagePort | undefined;

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}

/**
 * Frees the memory of an array now; the array, and every other view of its memory, has no elements afterwards. Leaves
 * small arrays alone, and those that are not all of their memory.
 *
 * @param array - One that nobody uses any more, here or elsewhere.
 */
export function giveBackMemory(array: Uint8Array | Uint32Array | BigUint64Array): void {
  const { buffer, byteLength } = array;
  if (byteLength < worthwhileBytes || byteLength !== buffer.byteLength) return;
  if (!(buffer instanceof ArrayBuffer)) return;
  nowhere ??= closedPort();
  nowhere.postMessage(undefined, [buffer]);
}

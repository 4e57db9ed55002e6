/** Which buffers of a value can change threads without being copied. */

/** The buffers of the value itself and of its members, one level deep, that hold nothing else; each once. */
export function ownedBuffers(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const add = (candidate: unknown): void => {
    if (candidate instanceof ArrayBuffer) buffers.add(candidate);
    else if (ArrayBuffer.isView(candidate)) {
      const { buffer, byteLength } = candidate;
      // A view of a part stays: the rest may be somebody else's.
      if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer);
    }
  };
  add(value);
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const member of Object.values(value)) add(member);
  }
  return [...buffers];
}

/** What both ends of a lane count of a message: the window is kept by the sender and checked by the receiver. */

/** What every message, and every piece of one, costs besides its bytes, so that small ones are bounded too. */
export const overheadBytes = 256;

/** What a message costs of the window. */
export function messageCost(byteLength: number): number {
  return byteLength + overheadBytes;
}

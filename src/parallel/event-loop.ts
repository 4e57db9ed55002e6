/** Letting others run during long synchronous work. */

/** Resolves after timers and sockets have had their turn, so that heartbeats leave and cancellation arrives. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

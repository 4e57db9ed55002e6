/** Turns of the event loop: letting others run during long synchronous work, and waiting for the end of one. */

/** Resolves after timers and sockets have had their turn, so that heartbeats leave and cancellation arrives. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Calls back once all that is ready to run in this turn, promise continuations included, has run. */
export function afterThisTurn(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}

/** Resolves once all that is ready to run in this turn has run. */
export function endOfTurn(): Promise<void> {
  return new Promise(afterThisTurn);
}

/** The end of the current turn of the event loop, the same in Node and in a browser, and without a timer's delay. */

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

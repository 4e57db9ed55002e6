/** Callers who have not proved themselves yet: how many there may be, and who goes when there are more. */

/** Besides one for each party; when one more comes, the oldest of the address with the most of them is dropped. */
const maxStrangers = 64;

interface Stranger {
  readonly address: string;
  readonly controller: AbortController;
}

/** Who stands at the door. */
export class Strangers {
  readonly #strangers = new Set<Stranger>();

  /**
   * Lets one more in.
   *
   * @param address - Where it calls from.
   * @returns What fires when it must go, and what says that it has gone or proved itself.
   */
  enter(address: string, parties: number): { readonly signal: AbortSignal; readonly done: () => void } {
    const stranger: Stranger = { address, controller: new AbortController() };
    this.#strangers.add(stranger);
    if (this.#strangers.size > maxStrangers + parties) this.#dropOne();
    const done = (): void => {
      this.#strangers.delete(stranger);
    };
    return { signal: stranger.controller.signal, done };
  }

  /** One network address can't push out those who call from others. */
  #dropOne(): void {
    const counts = new Map<string, number>();
    for (const { address } of this.#strangers) counts.set(address, (counts.get(address) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const stranger of this.#strangers) {
      if (counts.get(stranger.address) !== most) continue;
      this.#strangers.delete(stranger);
      stranger.controller.abort();
      return;
    }
  }
}

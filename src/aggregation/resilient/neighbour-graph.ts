/**
 * Who is whose neighbour: a Harary graph (each place of a ring joined with the degree/2 places to either side) on the clients
 * in an order drawn from a seed, or the complete graph.
 *
 * **Source.** Bell et al. (CCS 2020), section 3, definition of Harary(n, k) and algorithm GenerateGraph.
 */

import { Prg } from "../../random/prg.js";
import { randomPermutation } from "../../random/shuffle.js";
import type { GraphParameters } from "./choose-graph.js";

/** The graph of one sum. */
export class NeighbourGraph {
  readonly #clients: number;
  readonly #degree: number;
  /** Client by place, and place by client; undefined for the complete graph. */
  readonly #ring: { readonly order: Uint32Array; readonly places: Uint32Array } | undefined;

  /** @param seed - 32 public bytes; the complete graph does not depend on them. */
  constructor({ clients, degree }: Pick<GraphParameters, "clients" | "degree">, seed: Uint8Array) {
    this.#clients = clients;
    this.#degree = degree;
    if (degree >= clients - 1) return;
    const order = randomPermutation(clients, Prg.derive(seed, "veilshare/aggregation/neighbour-order"));
    const places = new Uint32Array(clients);
    for (const [place, client] of order.entries()) places[client] = place;
    this.#ring = { order, places };
  }

  /** The client and its neighbours, ascending: those who hold shares of its secrets. The relation is symmetric. */
  holders(client: number): number[] {
    if (this.#ring === undefined) return Array.from({ length: this.#clients }, (_, i) => i);
    const { order, places } = this.#ring;
    const place = places[client] as number; // a client's index
    const holders: number[] = [];
    for (let step = -this.#degree / 2; step <= this.#degree / 2; step++) {
      holders.push(order[(place + step + this.#clients) % this.#clients] as number); // modulo the length
    }
    return holders.sort((a, b) => a - b);
  }
}

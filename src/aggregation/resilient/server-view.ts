/** What follows from the adverts once all are in: the graph, and who is whose neighbour among those that are there. */

import { ClientSet } from "./client-set.js";
import { graphSeedOf, viewDigestOf } from "./messages.js";
import { NeighbourGraph } from "./neighbour-graph.js";
import type { ResilientPlan } from "./plan.js";
import type { ServerRecord } from "./server-record.js";

/** The server's view of the clients that are there; everything is computed once. */
export class ServerView {
  readonly present: ClientSet;
  readonly graphSeed: Uint8Array;
  readonly viewDigest: Uint8Array;
  readonly #graph: NeighbourGraph;
  readonly #holders = new Map<number, readonly number[]>();
  readonly #neighbours = new Map<number, readonly number[]>();

  constructor({ sumId, adverts }: ServerRecord, plan: ResilientPlan) {
    this.present = new ClientSet(plan.clients, adverts.keys());
    this.graphSeed = graphSeedOf(sumId, adverts);
    this.viewDigest = viewDigestOf(sumId, adverts);
    this.#graph = new NeighbourGraph(plan, this.graphSeed);
  }

  /** See {@link NeighbourGraph.holders}. */
  holders(client: number): readonly number[] {
    return remembered(this.#holders, client, () => this.#graph.holders(client));
  }

  /** The neighbours of a client that said their keys, ascending. */
  presentNeighbours(client: number): readonly number[] {
    return remembered(this.#neighbours, client, () =>
      this.holders(client).filter((other) => other !== client && this.present.has(other)),
    );
  }
}

function remembered<T>(known: Map<number, T>, client: number, compute: () => T): T {
  const before = known.get(client);
  if (before !== undefined) return before;
  const value = compute();
  known.set(client, value);
  return value;
}

/** The part of @openmined/psi.js (WebAssembly, one thread) that finds an exact intersection. */

import type { BenchContext } from "../context.js";

interface Message {
  serializeBinary(): Uint8Array;
}

interface Decoder {
  deserializeBinary(bytes: Uint8Array): Message;
}

interface Library {
  readonly server: { createWithNewKey(reveal: boolean): Server };
  readonly client: { createWithNewKey(reveal: boolean): Client };
  readonly request: Decoder;
  readonly response: Decoder;
  readonly serverSetup: Decoder;
  /** Values of the library's own; `Raw` sends the server's elements as they are and so has no false positives. */
  readonly dataStructure: { readonly Raw: object };
}

interface Server {
  createSetupMessage(fpr: number, clientItems: number, items: readonly string[], structure: object): Message;
  processRequest(request: Message): Message;
  delete(): void;
}

interface Client {
  createRequest(items: readonly string[]): Message;
  getIntersection(setup: Message, response: Message): readonly number[];
  delete(): void;
}

/** One run. */
export interface OpenminedRun {
  readonly common: number;
  readonly bytes: number;
}

/** The library, ready. */
export interface Openmined {
  /** Both parties, one after the other, without any network. */
  readonly intersect: (clientItems: readonly string[], serverItems: readonly string[]) => OpenminedRun;
  /** A step that does nothing but decode each of these items' points, multiply it and encode it. */
  readonly reblind: (items: readonly string[]) => () => Uint8Array;
}

/** Loads the library. */
export async function loadOpenmined(context: Pick<BenchContext, "rival">): Promise<Openmined> {
  const module = (await context.rival("@openmined/psi.js")) as { readonly default: () => Promise<Library> };
  const library = await module.default();
  return {
    intersect: (clientItems, serverItems) => intersect(library, clientItems, serverItems),
    reblind: (items) => {
      const server = library.server.createWithNewKey(true);
      const client = library.client.createWithNewKey(true);
      const request = client.createRequest(items);
      return () => server.processRequest(request).serializeBinary();
    },
  };
}

function intersect(
  library: Library,
  clientItems: readonly string[],
  serverItems: readonly string[],
): OpenminedRun {
  const server = library.server.createWithNewKey(true);
  const client = library.client.createWithNewKey(true);
  const structure = library.dataStructure.Raw;
  const setup = server.createSetupMessage(1e-9, clientItems.length, serverItems, structure).serializeBinary();
  const request = client.createRequest(clientItems).serializeBinary();
  const response = server.processRequest(library.request.deserializeBinary(request)).serializeBinary();
  const common = client.getIntersection(
    library.serverSetup.deserializeBinary(setup),
    library.response.deserializeBinary(response),
  ).length;
  client.delete();
  server.delete();
  return { common, bytes: setup.length + request.length + response.length };
}

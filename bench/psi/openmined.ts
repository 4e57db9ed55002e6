/** The part of @openmined/psi.js (WebAssembly, one thread) that finds an exact intersection. */

import { cpuUsage } from "node:process";
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
  readonly ms: number;
  readonly cpuSeconds: number;
  readonly common: number;
  readonly bytes: number;
}

/** Both parties, one after the other. */
export type RunOpenmined = (clientItems: readonly string[], serverItems: readonly string[]) => OpenminedRun;

/** Loads the library; gives a function that runs both parties, one after the other, without any network. */
export async function loadOpenmined(context: BenchContext): Promise<RunOpenmined> {
  const module = (await context.rival("@openmined/psi.js")) as { readonly default: () => Promise<Library> };
  const library = await module.default();
  return (clientItems, serverItems) => {
    const cpuBefore = cpuUsage();
    const startMs = performance.now();
    const server = library.server.createWithNewKey(true);
    const client = library.client.createWithNewKey(true);
    const structure = library.dataStructure.Raw;
    const setup = server
      .createSetupMessage(1e-9, clientItems.length, serverItems, structure)
      .serializeBinary();
    const request = client.createRequest(clientItems).serializeBinary();
    const response = server.processRequest(library.request.deserializeBinary(request)).serializeBinary();
    const common = client.getIntersection(
      library.serverSetup.deserializeBinary(setup),
      library.response.deserializeBinary(response),
    ).length;
    const ms = performance.now() - startMs;
    const { user, system } = cpuUsage(cpuBefore);
    client.delete();
    server.delete();
    const bytes = setup.length + request.length + response.length;
    return { ms, cpuSeconds: (user + system) / 1e6, common, bytes };
  };
}

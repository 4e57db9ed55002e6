import {
  planResilientSum,
  ResilientClient,
  ResilientServer,
  SigningKey,
  type ResilientPlan,
  type ResilientPlanOptions,
  type ResilientTotal,
  type SummableVector,
} from "../../../dist/aggregation/index.js";

/** When a client falls silent: before its message of this round reaches the server. */
export const rounds = ["adverts", "shares", "opened", "vectors", "confirmations", "answers"] as const;
export type Round = (typeof rounds)[number];

/** What a test may do to one message on its way. */
export interface Interference {
  /** Changes what a client sends; undefined loses it. */
  readonly fromClient?: (client: number, round: Round, message: Uint8Array) => Uint8Array | undefined;
  /** Changes what the server sends. */
  readonly fromServer?: (client: number, round: Round, message: Uint8Array) => Uint8Array;
}

export interface RunOptions extends Interference {
  readonly plan: ResilientPlan;
  readonly vectorOf: (client: number) => SummableVector;
  readonly signingKeys?: readonly SigningKey[];
  /** In which round each client is lost, if it is. */
  readonly lostAt?: ReadonlyMap<number, Round>;
  /** Called with each message that the server took or refused. */
  readonly onRefusal?: (client: number, round: Round, error: unknown) => void;
  /** Stores and restores all state machines before each round. */
  readonly restart?: boolean;
  readonly maxUploads?: number;
  readonly Client?: typeof ResilientClient;
  readonly Server?: typeof ResilientServer;
}

/** A plan, and with an active server everybody's signing keys. */
export function planWithKeys(options: ResilientPlanOptions): {
  readonly plan: ResilientPlan;
  readonly signingKeys: readonly SigningKey[];
} {
  const count = options.server === "active" ? options.clients : 0;
  const signingKeys = Array.from({ length: count }, () => SigningKey.generate());
  return {
    plan: planResilientSum({ ...options, signingKeys: signingKeys.map((key) => key.publicKey) }),
    signingKeys,
  };
}

/** All state machines of one sum in this thread; what a client refuses or loses leaves it out. */
export class InProcessSum {
  server: ResilientServer;
  readonly clients: ResilientClient[];
  readonly #options: RunOptions;
  readonly refusedByClients: { readonly client: number; readonly error: unknown }[] = [];

  constructor(options: RunOptions) {
    const { plan, signingKeys = [], Client = ResilientClient, Server = ResilientServer } = options;
    this.#options = options;
    const { maxUploads } = options;
    this.server = Server.begin(plan, maxUploads === undefined ? {} : { maxUploads });
    const { sumId } = this.server;
    this.clients = Array.from({ length: plan.clients }, (_, index) =>
      Client.begin({ plan, sumId, index }, this.#keyOf(index, signingKeys)),
    );
  }

  #keyOf(index: number, signingKeys: readonly SigningKey[]): { signingKey?: SigningKey } {
    const signingKey = signingKeys[index];
    return signingKey === undefined ? {} : { signingKey };
  }

  /** The whole sum. */
  async run(): Promise<ResilientTotal> {
    this.adverts();
    this.shares();
    this.opened();
    this.vectors();
    if (this.#options.plan.server === "active") this.confirmations();
    this.answers();
    return this.server.total();
  }

  adverts(): void {
    for (const [index, client] of this.clients.entries())
      this.#toServer(index, "adverts", () => client.advert);
  }

  shares(): void {
    this.#round("shares", (client, message) => client.takeKeys(message));
  }

  opened(): void {
    this.#round("opened", (client, message) => client.takeShares(message));
  }

  vectors(): void {
    const { vectorOf } = this.#options;
    for (const index of this.#open()) {
      const message = this.#fromServer(index, "vectors");
      this.#atClient(index, (client) => {
        client.takeJoined(message);
        this.#restartClient(index);
        for (const piece of this.clientAt(index).mask(vectorOf(index)))
          this.#toServer(index, "vectors", () => piece);
      });
    }
  }

  confirmations(): void {
    this.#round("confirmations", (client, message) => client.takeSurvivors(message));
  }

  answers(): void {
    const active = this.#options.plan.server === "active";
    this.#round("answers", (client, message) =>
      active ? client.takeConfirmations(message) : client.takeSurvivors(message),
    );
    this.server.closeRound();
    this.#restartServer();
  }

  clientAt(index: number): ResilientClient {
    const client = this.clients[index];
    if (client === undefined) throw new Error(`no client ${index}`);
    return client;
  }

  #round(round: Round, answer: (client: ResilientClient, message: Uint8Array) => Uint8Array): void {
    for (const index of this.#open()) {
      const message = this.#fromServer(index, round);
      this.#atClient(index, (client) => {
        const reply = answer(client, message);
        this.#toServer(index, round, () => reply);
      });
    }
  }

  #open(): number[] {
    const next = this.server.closeRound();
    this.#restartServer();
    for (const index of this.clients.keys()) this.#restartClient(index);
    return next;
  }

  #restartServer(): void {
    const { restart = false, plan } = this.#options;
    if (restart) this.server = ResilientServer.restore(this.server.exportSecretState(), plan);
  }

  #restartClient(index: number): void {
    const { restart = false, plan, signingKeys = [] } = this.#options;
    if (!restart) return;
    const state = this.clientAt(index).exportSecretState();
    this.clients[index] = ResilientClient.restore(state, plan, this.#keyOf(index, signingKeys));
  }

  #fromServer(index: number, round: Round): Uint8Array {
    const message = this.server.messageFor(index);
    return this.#options.fromServer?.(index, round, message) ?? message;
  }

  #atClient(index: number, act: (client: ResilientClient) => void): void {
    try {
      act(this.clientAt(index));
    } catch (error) {
      this.refusedByClients.push({ client: index, error });
    }
  }

  #toServer(index: number, round: Round, make: () => Uint8Array): void {
    const lostAt = this.#options.lostAt?.get(index);
    if (lostAt !== undefined && rounds.indexOf(lostAt) <= rounds.indexOf(round)) return;
    const made = make();
    const message =
      this.#options.fromClient === undefined ? made : this.#options.fromClient(index, round, made);
    if (message === undefined) return;
    try {
      this.server.receive(index, message);
    } catch (error) {
      this.server.drop(index);
      if (this.#options.onRefusal === undefined) throw error;
      this.#options.onRefusal(index, round, error);
    }
  }
}

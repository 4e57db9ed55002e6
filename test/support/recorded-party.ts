import type { Party, ProtocolRun } from "../../dist/channel/index.js";

/** One message that a party handed over, or that a test wants handed over instead. */
export interface SentMessage {
  readonly protocol: string;
  readonly step: string;
  /** Undefined for a message that goes to all. */
  readonly to?: number;
  readonly payload: Uint8Array;
}

/**
 * A party all of whose messages pass through `onSend`, which may note them or give other bytes in their place: what a
 * wire-tapper sees (before encryption), or a party that cheats.
 *
 * An exchange or broadcast is cut into one message a receiver, so that a cheat can tell each something else.
 */
export function recordedParty(party: Party, onSend: (message: SentMessage) => Uint8Array): Party {
  const wrap = <P extends Party>(inner: P, protocol: string): P =>
    new Proxy(inner, {
      get(target, key): unknown {
        const others = target.names.map((_, i) => i).filter((i) => i !== target.index);
        const send = (to: number, step: string, payload: Uint8Array): Promise<void> =>
          target.send(to, step, onSend({ protocol, step, to, payload: payload.slice() }));
        const broadcast = async (step: string, payload: Uint8Array): Promise<void> => {
          await Promise.all(others.map((to) => send(to, step, payload)));
        };
        if (key === "send") return send;
        if (key === "broadcast") return broadcast;
        if (key === "exchange") {
          return async (step: string, payload: Uint8Array, shape?: object): Promise<Uint8Array[]> => {
            const [, messages] = await Promise.all([broadcast(step, payload), target.gather(step, shape)]);
            messages[target.index] = payload.slice();
            return messages;
          };
        }
        if (key === "between") {
          return (members: readonly number[]) => wrap(target.between(members), protocol);
        }
        if (key === "run") {
          return (id: { name: string; version: number }, body: (run: ProtocolRun) => Promise<unknown>) =>
            target.run(id, (run) => body(wrap(run, id.name)));
        }
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  return wrap(party, "");
}

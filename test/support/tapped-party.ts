import type { Party, ProtocolRun } from "../../dist/channel/index.js";

/** A message that a protocol sent or received through `send` and `receive`. */
export interface Tapped {
  readonly direction: "sent" | "received";
  /** Index of the other party. */
  readonly peer: number;
  readonly step: string;
  readonly bytes: Uint8Array;
}

/** The same party; every message of its protocol runs is also handed to `onMessage`, in order. */
export function tapParty<T extends Party>(party: T, onMessage: (message: Tapped) => void): T {
  const send: Party["send"] = (to, step, payload) => {
    onMessage({ direction: "sent", peer: to, step, bytes: payload.slice() });
    return party.send(to, step, payload);
  };
  const receive: Party["receive"] = async (from, step, shape) => {
    const bytes = await party.receive(from, step, shape);
    onMessage({ direction: "received", peer: from, step, bytes: bytes.slice() });
    return bytes;
  };
  const run: Party["run"] = (protocol, body) =>
    party.run(protocol, (inner: ProtocolRun) => body(tapParty(inner, onMessage)));
  return new Proxy(party, {
    get(target, key) {
      if (key === "send") return send;
      if (key === "receive") return receive;
      if (key === "run") return run;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

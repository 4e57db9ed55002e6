import { expect, it } from "vitest";
import { bytesFromHex, bytesToHex } from "../../../dist/bytes/encoding.js";
import {
  HandshakeState,
  KeyPair,
  type HandshakeOptions,
  type Role,
} from "../../../dist/channel/noise/index.js";
import { fundamentalPatterns, type FundamentalName } from "../../support/noise-patterns.js";
import { describeWithData, readDataJson } from "../../support/data.js";

type SideField = `${"init" | "resp"}_${"prologue" | "ephemeral" | "static" | "remote_static"}`;

interface Vector extends Readonly<Partial<Record<SideField, string>>> {
  readonly protocol_name: string;
  readonly handshake_hash: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const file = "crypto/noise-cacophony-25519-chachapoly-sha256.json";
const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");
const keys = (text: string): KeyPair => KeyPair.fromSecretKey(hex(text));

function side(vector: Vector, pattern: FundamentalName, role: Role): HandshakeState {
  const prefix = role === "initiator" ? "init" : "resp";
  const own = vector[`${prefix}_static`];
  const remote = vector[`${prefix}_remote_static`];
  const options: HandshakeOptions = {
    pattern: fundamentalPatterns[pattern],
    role,
    prologue: hex(vector[`${prefix}_prologue`] ?? ""),
    generateKeys: () => keys(vector[`${prefix}_ephemeral`] ?? ""),
    ...(own === undefined ? {} : { staticKeys: keys(own) }),
    ...(remote === undefined ? {} : { remoteStaticKey: hex(remote) }),
  };
  return new HandshakeState(options);
}

describeWithData("Noise handshakes replay the cacophony vectors byte for byte", [file], () => {
  const { vectors } = readDataJson<{ vectors: readonly Vector[] }>(file);

  it("of which there are six, one for each pattern the package promises", () => {
    const patterns = vectors.map((vector) => vector.protocol_name.split("_")[1]);
    expect(patterns.sort()).toEqual(["IK", "KK", "NK", "NN", "XK", "XX"]);
  });

  it.each(vectors.map((vector) => [vector.protocol_name, vector] as const))("%s", (name, vector) => {
    const pattern = name.split("_")[1] as FundamentalName; // looked up in the next line
    expect(fundamentalPatterns).toHaveProperty(pattern);
    const initiator = side(vector, pattern, "initiator");
    const responder = side(vector, pattern, "responder");
    const handshakeMessages = fundamentalPatterns[pattern].messages.length;
    for (const [i, { payload, ciphertext }] of vector.messages.slice(0, handshakeMessages).entries()) {
      const [from, to] = i % 2 === 0 ? [initiator, responder] : [responder, initiator];
      expect(bytesToHex(from.writeMessage(hex(payload)))).toBe(ciphertext);
      expect(bytesToHex(to.readMessage(hex(ciphertext)))).toBe(payload);
    }
    const ends = [initiator.split(), responder.split()] as const;
    expect(ends.map((end) => bytesToHex(end.handshakeHash))).toEqual([
      vector.handshake_hash,
      vector.handshake_hash,
    ]);
    const nothing = new Uint8Array(0);
    for (const [i, { payload, ciphertext }] of vector.messages.entries()) {
      if (i < handshakeMessages) continue;
      const [from, to] = i % 2 === 0 ? ends : [ends[1], ends[0]];
      expect(bytesToHex(from.sending.encrypt(nothing, hex(payload)))).toBe(ciphertext);
      expect(bytesToHex(to.receiving.decrypt(nothing, hex(ciphertext)))).toBe(payload);
    }
  });
});

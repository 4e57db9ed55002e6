import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { once } from "node:events";
import { createServer } from "node:http";
import {
  CipherState,
  connect,
  generateIdentity,
  handshakePatterns,
  HandshakeState,
  KeyPair,
  type Party,
} from "veilshare/channel";
import { WebSocket, WebSocketServer } from "ws";
import { compare } from "../micro.js";
import type { Topic } from "../measurement.js";

/** The largest plaintext of a Noise message. */
const messageBytes = 65_519;
const transferBytes = 16 * 2 ** 20;
const nothing = new Uint8Array(0);

/** What authentication and encryption cost: handshakes, and bytes a second between two parties on one machine. */
export const channelTopic: Topic = {
  name: "channel",
  title: "Links between parties",
  async run(context) {
    const message = context.input("channel").bytes(messageBytes);
    const transfer = context.input("transfer").bytes(transferBytes);
    const session = await openSession();
    const plain = await openPlainSocket();
    try {
      return await compare(context, [
        {
          unit: "bytes",
          ours: { name: "CipherState seal and open", items: messageBytes, run: () => sealAndOpen(message) },
          rivals: [
            {
              name: "@noble/ciphers seal and open",
              items: messageBytes,
              run: () => sealAndOpenByNoble(message),
            },
          ],
        },
        { unit: "handshakes", ours: { name: "Noise KK, both sides", items: 1, run: handshake } },
        {
          unit: "bytes",
          ours: { name: "session over WebSocket", items: transferBytes, run: () => session.carry(transfer) },
          rivals: [{ name: "ws, nothing encrypted", items: transferBytes, run: () => plain.carry(transfer) }],
        },
      ]);
    } finally {
      await session.close();
      await plain.close();
    }
  },
};

const key = new Uint8Array(32).fill(1);
const [sender, receiver] = [new CipherState(key), new CipherState(key)];

function sealAndOpen(message: Uint8Array): Uint8Array {
  return receiver.decrypt(nothing, sender.encrypt(nothing, message));
}

const nonce = new Uint8Array(12);

function sealAndOpenByNoble(message: Uint8Array): Uint8Array {
  return chacha20poly1305(key, nonce).decrypt(chacha20poly1305(key, nonce).encrypt(message));
}

const [first, second] = [KeyPair.generate(), KeyPair.generate()];

function handshake(): Uint8Array {
  const initiator = new HandshakeState({
    pattern: handshakePatterns.KK,
    role: "initiator",
    staticKeys: first,
    remoteStaticKey: second.publicKey,
  });
  const responder = new HandshakeState({
    pattern: handshakePatterns.KK,
    role: "responder",
    staticKeys: second,
    remoteStaticKey: first.publicKey,
  });
  responder.readMessage(initiator.writeMessage());
  initiator.readMessage(responder.writeMessage());
  return initiator.split().handshakeHash;
}

/** A way to carry bytes from one side to the other of a connection inside this process. */
interface Carrier {
  readonly carry: (bytes: Uint8Array) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

async function listen(): Promise<{ server: ReturnType<typeof createServer>; address: string }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, address: `ws://127.0.0.1:${(server.address() as { port: number }).port}` };
}

async function openSession(): Promise<Carrier> {
  const { server, address } = await listen();
  const identities = ["a", "b"].map((name) => generateIdentity(name));
  const parties = identities.map((identity, i) => identity.entry(i === 0 ? address : undefined));
  const [a, b] = (await Promise.all(
    identities.map((identity) => connect({ identity, parties, server })),
  )) as [Party, Party];
  return {
    carry: (bytes) => Promise.all([b.send(0, "bytes", bytes), a.receive(1, "bytes")]),
    close: async () => {
      await Promise.all([a.close(), b.close()]);
      server.close();
    },
  };
}

/** The bare transport, in messages of the same size, each answered for once the last has come. */
async function openPlainSocket(): Promise<Carrier> {
  const { server, address } = await listen();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  const client = new WebSocket(address, { perMessageDeflate: false });
  const [[far]] = (await Promise.all([once(sockets, "connection"), once(client, "open")])) as [
    [WebSocket],
    unknown,
  ];
  return {
    carry: async (bytes) => {
      let missing = bytes.length;
      const arrived = new Promise<void>((resolve) => {
        const take = (data: Buffer): void => {
          missing -= data.length;
          if (missing > 0) return;
          far.off("message", take);
          resolve();
        };
        far.on("message", take);
      });
      for (let start = 0; start < bytes.length; start += messageBytes) {
        client.send(bytes.subarray(start, start + messageBytes));
      }
      await arrived;
    },
    close: async () => {
      client.close();
      await once(far, "close");
      sockets.close();
      server.close();
    },
  };
}

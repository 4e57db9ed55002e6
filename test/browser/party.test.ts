import { createServer } from "node:http";
import { afterAll, expect, it } from "vitest";
import { bytesToHex } from "../../dist/bytes/encoding.js";
import { connect, generateIdentity, type Identity, type PartyEntry } from "../../dist/channel/index.js";
import { Prg } from "../../dist/random/index.js";
import { describeInBrowser, runInBrowser } from "../support/browser.js";
import type { PageTask } from "./fixtures/party-page.js";

interface PageResult {
  readonly hasNodeGlobals: boolean;
  readonly prg: readonly string[];
  readonly party?: {
    readonly heard?: unknown;
    readonly sessionId?: string;
    readonly error?: { readonly code: string; readonly party?: string };
  };
}

const server = createServer();
afterAll(() => {
  server.close();
});

async function partiesOf(identities: readonly Identity[]): Promise<PartyEntry[]> {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return identities.map((identity, i) => identity.entry(i === 0 ? `ws://127.0.0.1:${port}` : undefined));
}

const inBrowser = async (task: PageTask): Promise<PageResult> =>
  (await runInBrowser({ "page/main": "test/browser/fixtures/party-page.ts" }, task)) as PageResult;

describeInBrowser("a browser tab", () => {
  const node = generateIdentity("node");
  const tab = generateIdentity("tab");
  const taskOf = (identity: Identity, parties: readonly PartyEntry[]): PageTask => ({
    name: "tab",
    secretKey: [...identity.keys.exportSecretKey()],
    parties,
    message: [4, 5],
  });

  it("expands a seed to Node's bytes, and runs a protocol with a Node party over WebSocket and Noise", async () => {
    const parties = await partiesOf([node, tab]);
    const here = connect({ identity: node, parties, server }).then(async (party) => {
      const heard = await party.run({ name: "test/browser", version: 1 }, async (run) => {
        await run.agree({});
        const big = await run.exchange("big", new Uint8Array(3_000_000).fill(party.index));
        const small = await run.exchange("small", Uint8Array.of(1, 2, 3));
        return { small: small.map((bytes) => [...bytes]), big: big.map((bytes) => bytes[2_999_999]) };
      });
      const sessionId = bytesToHex(party.sessionId);
      await party.close();
      return { heard, sessionId };
    });
    const [mine, theirs] = await Promise.all([here, inBrowser(taskOf(tab, parties))]);
    expect(mine.heard).toEqual({
      small: [
        [1, 2, 3],
        [4, 5],
      ],
      big: [0, 1],
    });
    expect(theirs.party).toEqual(mine);
    expect(theirs.hasNodeGlobals).toBe(false);
    const prg = new Prg(new Uint8Array(32).map((_, i) => i));
    expect(theirs.prg).toEqual([1, 63, 64, 65, 1000, 7].map((length) => bytesToHex(prg.bytes(length))));
  }, 60_000);

  it("is refused with another key than the pinned one, and says so", async () => {
    const parties = await partiesOf([node, tab]);
    const impostor = generateIdentity("tab");
    const here = connect({ identity: node, parties, server, limits: { connectTimeoutMs: 8000 } });
    const [mine, theirs] = await Promise.all([
      here.catch((thrown: unknown) => thrown),
      inBrowser(taskOf(impostor, [parties[0] as PartyEntry, impostor.entry()])),
    ]);
    expect(theirs.party?.error).toMatchObject({ code: "PEER_UNAUTHENTICATED", party: "node" });
    expect(mine).toMatchObject({ code: "PEER_UNAUTHENTICATED", party: "tab" });
  }, 60_000);

  it("cannot be dialled, and says so before it waits for anybody", async () => {
    const parties = [tab.entry("ws://127.0.0.1:1"), node.entry()];
    const theirs = await inBrowser(taskOf(tab, parties));
    expect(theirs.party?.error).toMatchObject({ code: "UNSUPPORTED" });
  }, 60_000);
});

import { beforeAll, describe, expect, it } from "vitest";
import { VeilshareError } from "../../dist/errors.js";
import { concatBytes } from "../../dist/bytes/encoding.js";
import { voprf } from "../../dist/group/index.js";
import { PublishedSet } from "../../dist/lookup/set/published-set.js";
import { lookupSession, LookupStore, serveLookup, updateSet } from "../../dist/lookup/index.js";
import { encodeAnswer, encodeTerms } from "../../dist/lookup/session/rounds.js";
import {
  againstClient,
  againstServer,
  outcomeOf,
  type ClientMisdeeds,
  type ServerMisdeeds,
} from "./hand-written-parties.js";
import { answersOf, epoch, published, serverKey, session, shown } from "./sessions.js";

const entries = Array.from({ length: 80 }, (_, i) => ({ key: `k${i}`, label: `${i}` }));
const buckets = { bucketBits: 2 };
const identity = new Uint8Array(32);
const notCanonical = new Uint8Array(32).fill(0xff);
let set: PublishedSet;

beforeAll(async () => {
  set = await published(entries);
});

const ask = async (client: Parameters<Parameters<typeof lookupSession>[2]>[0]): Promise<string[]> =>
  answersOf(await client.lookup(["k1", "none", "k2"])).map(shown);

const flipped = (at: number) => (honest: Uint8Array) =>
  honest.map((byte, i) => (i === (at < 0 ? honest.length + at : at) ? byte ^ 1 : byte));
const put = (bytes: Uint8Array, at: number) => (honest: Uint8Array) => {
  const changed = honest.slice();
  changed.set(bytes, at);
  return changed;
};

/** An evaluation under another key, with that key's honest proof. */
function underAnotherKey(_: Uint8Array, blinded: Uint8Array): Uint8Array {
  return encodeAnswer({ kind: "evaluated", evaluation: voprf.evaluate(voprf.generateKey(), blinded) });
}

/** One element under another key, with the right key's proof over what it should be. */
function oneUnderAnotherKey(honest: Uint8Array, blinded: Uint8Array): Uint8Array {
  const other = voprf.evaluate(voprf.generateKey(), blinded).evaluated;
  return put(other.subarray(32, 64), 1 + 32)(honest);
}

/** An honest answer to the first two of three keys. */
function forFewer(_: Uint8Array, blinded: Uint8Array): Uint8Array {
  return encodeAnswer({ kind: "evaluated", evaluation: voprf.evaluate(serverKey, blinded.slice(0, 64)) });
}

function forMore(_: Uint8Array, blinded: Uint8Array): Uint8Array {
  const more = concatBytes(blinded, blinded.slice(0, 32));
  return encodeAnswer({ kind: "evaluated", evaluation: voprf.evaluate(serverKey, more) });
}

/** Bytes 81 and 82 are the most keys, the set's description stands before them. */
const termsOf = (change: object) => () => encodeTerms({ info: { ...set.info, ...change }, maxKeys: 8 });

const by = (step: string, code = "PEER_MALFORMED"): object => ({
  code,
  party: "server",
  step: expect.stringMatching(new RegExp(`^lookup.*/${step}$`)) as string,
});

describe("a server that speaks by hand", () => {
  it.each([{}, buckets])(
    "is believed while it is honest, so that each refusal below is of its one misdeed",
    async (options) => {
      expect(await againstServer(set, {}, options, ask)).toEqual(["=1", "absent", "=2"]);
    },
  );

  it.each<[string, ServerMisdeeds, object]>([
    ["evaluates under another key", { answer: underAnotherKey }, by("answer")],
    ["evaluates one element under another key", { answer: oneUnderAnotherKey }, by("answer")],
    ["changes the proof's challenge", { answer: flipped(-64) }, by("answer")],
    ["changes the proof's response", { answer: flipped(-32) }, by("answer")],
    ["sends a proof that is not canonical", { answer: put(notCanonical, 1 + 96) }, by("answer")],
    ["sends the identity", { answer: put(identity, 1) }, by("answer")],
    ["sends a bad encoding", { answer: put(notCanonical, 1) }, by("answer")],
    ["evaluates fewer keys", { answer: forFewer }, by("answer")],
    ["evaluates more keys", { answer: forMore }, by("answer")],
    ["answers nothing", { answer: () => new Uint8Array(0) }, by("answer")],
    ["answers in an unknown kind", { answer: put(Uint8Array.of(2), 0) }, by("answer")],
    [
      "refuses with bytes too many",
      { answer: () => Uint8Array.from([1, ...new Uint8Array(10)]) },
      by("answer"),
    ],
    ["refuses by an unknown limit", { answer: () => new Uint8Array(10).fill(1).fill(2, 1, 2) }, by("answer")],
    ["says a download of changes", { download: () => new Uint8Array(9).fill(1, 0, 1) }, by("download")],
    ["says no download", { download: () => Uint8Array.of(2) }, by("download")],
    ["says an unknown download", { download: () => Uint8Array.of(4) }, by("download")],
    ["says a long download", { download: (honest) => concatBytes(honest, honest) }, by("download")],
    ["answers twice", { answerTwice: true }, by("answer", "PEER_UNEXPECTED")],
    ["changes a tag of the set", { entries: flipped(15) }, by("entries")],
    ["changes a seal of the set", { entries: flipped(40) }, by("entries")],
    ["sends half an entry less", { entries: (whole) => whole.slice(29) }, by("entries")],
    [
      "repeats an entry in place of another",
      { entries: (all) => put(all.slice(0, 58), 58)(all) },
      by("entries"),
    ],
    [
      "says another public key",
      { terms: termsOf({ publicKey: voprf.generateKey().publicKey }) },
      by("terms", "PEER_MISMATCH"),
    ],
    [
      "says another epoch",
      { terms: termsOf({ epoch: epoch - 1 }) },
      { ...by("terms", "PEER_MISMATCH"), field: "epoch" },
    ],
    ["says another digest", { terms: termsOf({ digest: new Uint8Array(32) }) }, by("entries")],
    ["says fewer entries than there are", { terms: termsOf({ count: 79 }) }, by("entries")],
    [
      "says too many entries",
      { terms: termsOf({ count: 2 ** 24, treeBits: 20 }) },
      by("terms", "PEER_FLOODED"),
    ],
    ["says entries of 4 GiB", { terms: termsOf({ count: 2 ** 32 - 1, treeBits: 20 }) }, by("terms")],
    ["says tree bits that do not follow from the count", { terms: termsOf({ treeBits: 9 }) }, by("terms")],
    ["says entries without key columns", { terms: termsOf({ keyColumns: 0 }) }, by("terms")],
    ["says labels that are too long", { terms: termsOf({ labelBytes: 4097 }) }, by("terms")],
    ["takes no keys", { terms: put(Uint8Array.of(0, 0), 81) }, by("terms")],
    ["says its terms short", { terms: (whole) => whole.slice(1) }, by("terms")],
  ])("is refused when it %s", async (_, misdeeds, refusal) => {
    const outcome = await againstServer(set, misdeeds, {}, ask);
    expect(outcome).toBeInstanceOf(VeilshareError);
    expect(outcome).toMatchObject(refusal);
  });

  const pathBytes = 2 * 32;
  it.each<[string, (honest: Uint8Array) => Uint8Array]>([
    [
      "leaves an entry out",
      (bucket) => concatBytes(bucket.slice(0, pathBytes), bucket.slice(pathBytes + 58)),
    ],
    ["empties it", (bucket) => bucket.slice(0, pathBytes)],
    ["changes an entry", flipped(-1)],
    ["changes the path", flipped(0)],
    ["cuts an entry", (bucket) => bucket.slice(0, -1)],
    [
      "sends another bucket's entries",
      (bucket) => flipped(pathBytes)(bucket).map((b, i) => (i === pathBytes ? b ^ 128 : b)),
    ],
    ["repeats an entry", (bucket) => concatBytes(bucket, bucket.slice(-58))],
    ["sends nothing", () => new Uint8Array(0)],
  ])("is refused for a bucket when it %s", async (_, bucket) => {
    expect(await againstServer(set, { bucket }, buckets, ask)).toMatchObject(by("bucket"));
  });

  it.each(["terms", "download", "entries", "answer", "bucket"] as const)(
    "that leaves before %s is told so",
    async (step) => {
      const outcome = await againstServer(set, { closeBefore: step }, step === "bucket" ? buckets : {}, ask);
      expect(outcome).toMatchObject({ code: "PEER_CLOSED", party: "server" });
    },
  );

  it("cannot go back behind the version that the client has kept, nor have two of one revision", async () => {
    const later = await updateSet(serverKey, set, { remove: ["k5"] });
    const other = await updateSet(serverKey, set, { remove: ["k6"] });
    const options = { set: later };
    expect(await againstServer(set, {}, options, ask)).toMatchObject({
      ...by("terms", "PEER_MISMATCH"),
      field: "revision",
    });
    expect(await againstServer(other, {}, options, ask)).toMatchObject({
      ...by("terms", "PEER_MISMATCH"),
      field: "digest",
    });
    const pinned = { digest: later.info.digest };
    expect(await againstServer(other, {}, pinned, ask)).toMatchObject({
      ...by("terms", "PEER_MISMATCH"),
      field: "digest",
    });
    expect(await againstServer(later, {}, pinned, ask)).toEqual(["=1", "absent", "=2"]);
  });

  it("that spoiled an entry before publishing gets no sign of whether it was asked for", async () => {
    const spoiledEntries = set.slice(0, 80).slice();
    const position = await positionOf("k1");
    spoiledEntries[position * 58 + 57] = (spoiledEntries[position * 58 + 57] ?? 0) ^ 1;
    const spoiled = await PublishedSet.of(set.info, spoiledEntries);
    for (const options of [{}, buckets]) {
      const outcome = await againstServer(spoiled, {}, options, (client) => client.lookup(["k1", "k2"]));
      expect(outcome).toMatchObject({
        status: "answered",
        answers: [
          { status: "unreadable", error: { code: "PEER_MALFORMED", party: "server" } },
          { status: "found" },
        ],
      });
    }
  });
});

/** Where a key's entry stands: the one that taking it out removes. */
async function positionOf(key: string): Promise<number> {
  const without = await updateSet(serverKey, set, { remove: [key] });
  const differs = (i: number): boolean =>
    set.slice(i, i + 1).some((byte, j) => byte !== without.slice(i, i + 1)[j]);
  return Array.from({ length: 80 }, (_, i) => i).findIndex(differs);
}

describe("a client that speaks by hand", () => {
  const blinded = (count: number): Uint8Array =>
    voprf.generateKey().publicKey.slice(0, 32 * Math.min(1, count));
  const many = (count: number): Uint8Array => concatBytes(...Array.from({ length: count }, () => blinded(1)));
  const byClient = (step: string, code = "PEER_MALFORMED"): object => ({
    code,
    party: "client",
    step: expect.stringMatching(new RegExp(`^lookup.*/${step}$`)) as string,
  });
  const twoBits = { kind: "buckets", bits: 2 } as const;

  it("is served while it is honest", async () => {
    expect(await againstClient(set, twoBits, {})).toMatchObject({
      client: "client",
      requests: 1,
      evaluations: 2,
    });
  });

  it.each<[string, ClientMisdeeds, object]>([
    ["the identity", { request: concatBytes(many(1), identity) }, byClient("request")],
    ["a bad encoding", { request: concatBytes(notCanonical, many(1)) }, byClient("request")],
    ["half an element", { request: many(2).slice(16) }, byClient("request")],
    ["more keys than it may", { request: many(5) }, byClient("request", "PEER_FLOODED")],
    ["an unknown wish", { want: Uint8Array.of(4, 0) }, byClient("want")],
    ["bits without buckets", { want: Uint8Array.of(1, 1) }, byClient("want")],
    ["too fine buckets", { want: Uint8Array.of(2, 3) }, byClient("want")],
    ["a long wish", { want: Uint8Array.of(2, 2, 0) }, byClient("want")],
    ["changes since half a digest", { want: new Uint8Array(18).fill(3, 0, 1) }, byClient("want")],
    [
      "changes since one version after the other",
      { want: new Uint8Array(34).fill(3, 0, 1), wantAgain: new Uint8Array(34).fill(3, 0, 1) },
      byClient("want", "PEER_UNEXPECTED"),
    ],
    ["no prefix", { prefixes: new Uint8Array(0) }, byClient("prefixes")],
    ["a prefix of more bits", { prefixes: Uint8Array.of(4, 0, 0, 0) }, byClient("prefixes")],
    ["a prefix twice", { prefixes: Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0) }, byClient("prefixes")],
    [
      "more prefixes than keys",
      { prefixes: Uint8Array.from({ length: 12 }, (_, i) => (i % 4 === 0 ? i / 4 : 0)) },
      byClient("prefixes"),
    ],
    ["half a prefix", { prefixes: Uint8Array.of(1, 0) }, byClient("prefixes")],
  ])("is refused for %s", async (_, misdeeds, refusal) => {
    expect(await againstClient(set, twoBits, misdeeds)).toMatchObject(refusal);
  });
});

describe("two parties that do not fit", () => {
  it("are told by the client's pins, or by both wanting to serve or to ask", async () => {
    const wrongEpoch = outcomeOf(1, {}, (party) =>
      party.index === 0
        ? serveLookup(party, new LookupStore(serverKey, set), { budget: "unlimited" })
        : lookupSession(party, { publicKey: serverKey.publicKey, epoch: epoch + 1 }, ask),
    );
    expect(await wrongEpoch).toMatchObject({
      code: "PEER_MISMATCH",
      party: "server",
      field: "parameters.epoch",
    });
    const wrongKey = session({ set, options: { publicKey: voprf.generateKey().publicKey } }, ask);
    await expect(wrongKey).rejects.toMatchObject({ code: "PEER_MISMATCH", field: "parameters.publicKey" });
    const store = new LookupStore(serverKey, set);
    const twoServers = outcomeOf(0, {}, (party) => serveLookup(party, store, { budget: "unlimited" }));
    expect(await twoServers).toMatchObject({ code: "PEER_MISMATCH", field: "parameters.server" });
    const pinned = { publicKey: serverKey.publicKey, epoch };
    const twoClients = outcomeOf(0, {}, (party) => lookupSession(party, pinned, ask));
    expect(await twoClients).toMatchObject({ code: "PEER_MISMATCH", field: "parameters.server" });
  });
});

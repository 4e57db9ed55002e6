/**
 * Secrets that outlive a run: each party seals its part into a file, and all of them together bring the secrets back in a
 * later run, of the same parties in the same places and the same way of sharing.
 *
 * **Security.** A part is a share: alone it tells nothing, and under the party's key nobody else reads it. The files of as many
 * parties as may not collude, with their keys, are the secrets. Shares are refreshed before they are exported and again when they
 * come back, so that parts of two exports, or a part and a share in use, can't be put together. What masks, reusable operands and
 * correlated randomness are made of never leaves. *A lost part is a lost secret*: there is no way to have it back from the others.
 * Nothing tells an old export that is still complete from the newest one; the epoch, which a party keeps elsewhere, does.
 */

import { checkArgument, checkOptions, type RulesOf } from "../checks/options.js";
import { bytes, instanceOf, integer, recordOf, text } from "../checks/rules.js";
import { bytesFromWords, copyBytes, equalBytes, wordsFromBytes } from "../bytes/encoding.js";
import { wipe } from "../bytes/wipe.js";
import { invalidArgument, peerFault, VeilshareError } from "../errors.js";
import { secretRule } from "./arguments.js";
import { Engine, insideOf } from "./engine.js";
import { exactlyRounded } from "./opening.js";
import { describe } from "./products.js";
import { ringPart, ringSize } from "./round-message.js";
import type { Scheme } from "./scheme.js";
import { secretFromShare, shareOf, type SecretMatrix } from "./secret-matrix.js";
import {
  digestOfPart,
  digestText,
  exportIdOf,
  newSalt,
  openPart,
  sealPart,
  shareKeyBytes,
  type ShareFileHeader,
} from "./share-file.js";

/** Options of {@link exportShares}. */
export interface ExportOptions {
  /** 32 secret bytes of this party, which seal its part. Kept apart from the file. */
  readonly key: Uint8Array;
  /** What is exported: the same text at all parties, and when it is imported. */
  readonly label: string;
  /** Which export of it: the same number at all parties, and when it is imported. */
  readonly epoch: number;
}

const step = "mpc/round";

const exportRules: RulesOf<ExportOptions> = {
  key: bytes(shareKeyBytes),
  label: text,
  epoch: integer(0),
};

/**
 * Seals this party's part of some secrets. All computing parties call it at the same place of their programs.
 *
 * @param secrets - By name; at least one. What was truncated is rounded exactly first.
 * @returns The file's bytes; how they are kept is the caller's affair.
 * @throws VeilshareError INVALID_ARGUMENT; PEER_MISMATCH when another party exports something else.
 *
 * **Cost.** One round of 32 bytes to each other party; three replicated parties send one element for each more.
 */
export async function exportShares(
  engine: Engine,
  secrets: Readonly<Record<string, SecretMatrix>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  checkArgument("exportShares", "engine", engine, instanceOf(Engine, "an Engine"));
  checkArgument("exportShares", "secrets", secrets, recordOf(secretRule));
  checkOptions("exportShares", options, exportRules);
  const { label, epoch } = options;
  const named = Object.entries(secrets).sort(([a], [b]) => (a < b ? -1 : 1));
  if (named.length === 0) throw invalidArgument("exportShares", "at least one secret", "none");
  const key = copyBytes(options.key); // whatever the caller does to it meanwhile
  try {
    return await exported(engine, { named, key, label, epoch });
  } finally {
    wipe(key);
  }
}

interface NamedSecrets {
  readonly named: readonly (readonly [string, SecretMatrix])[];
  readonly key: Uint8Array;
  readonly label: string;
  readonly epoch: number;
}

/** The file, once everything given is checked. */
async function exported(engine: Engine, { named, key, label, epoch }: NamedSecrets): Promise<Uint8Array> {
  const { scheme, names, position } = insideOf(engine);
  const rounded = await Promise.all(named.map(([, secret]) => exactlyRounded(scheme, engine, secret)));
  scheme.rounds.note(`exportShares ${JSON.stringify([label, epoch, named.map(([name]) => name)])}`);
  for (const secret of rounded) scheme.rounds.note(describe("export", secret));
  const shares = await Promise.all(
    rounded.map((secret) => scheme.refresh(shareOf("exportShares", scheme.context, secret))),
  );
  const part = { salt: newSalt(), shares };
  const digests = await exchangedBytes(engine, digestOfPart(part, position));
  const header: ShareFileHeader = {
    label,
    epoch,
    scheme: nameOf(scheme),
    parties: names,
    position,
    digests: digests.map(digestText),
    secrets: rounded.map(({ rows, columns, fractionalBits, magnitude }, i) => ({
      name: named[i]?.[0] ?? "", // one name for each secret
      rows,
      columns,
      fractionalBits,
      magnitude,
    })),
  };
  return sealPart(header, part, key);
}

/**
 * Brings exported secrets back. All computing parties call it at the same place of their programs, each with its own file.
 *
 * @param file - What {@link exportShares} gave this party.
 * @returns The secrets by their names, refreshed.
 * @throws VeilshareError INVALID_DATA for a file that is damaged, sealed with another key, or of another party, label,
 *   epoch or way of sharing; PEER_MISMATCH when another party's file is of another export.
 *
 * **Cost.** As {@link exportShares}.
 */
export async function importShares(
  engine: Engine,
  file: Uint8Array,
  options: ExportOptions,
): Promise<Readonly<Record<string, SecretMatrix>>> {
  checkArgument("importShares", "engine", engine, instanceOf(Engine, "an Engine"));
  checkArgument("importShares", "file", file, bytes());
  checkOptions("importShares", options, exportRules);
  const { scheme, names, position } = insideOf(engine);
  const { header, part } = openPart(file, options.key);
  const expected = { ...options, parties: names, position, scheme: nameOf(scheme) };
  checkHeader(header, expected);
  if (digestText(digestOfPart(part, position)) !== header.digests[position]) {
    throw refused("a part that its own digest fits", "another");
  }
  scheme.rounds.note(`importShares ${JSON.stringify([header.label, header.epoch])}`);
  await compareExports(engine, exportIdOf(header.digests));
  for (const secret of header.secrets) scheme.rounds.note(describe("import", secret));
  const secrets = await Promise.all(
    header.secrets.map(async ({ name, ...shape }, i) => {
      const share = await scheme.refresh(part.shares[i] ?? []); // one share for each secret
      return [name, secretFromShare(scheme.context, shape, share)] as const;
    }),
  );
  return Object.fromEntries(secrets);
}

function nameOf(scheme: Scheme): "additive" | "replicated" {
  return scheme.zero(1).length === 2 ? "replicated" : "additive";
}

function refused(expected: string, got: string): VeilshareError {
  return new VeilshareError("INVALID_DATA", `importShares: expected ${expected}, got ${got}`, {
    expected,
    got,
  });
}

function checkHeader(
  header: ShareFileHeader,
  expected: Pick<ShareFileHeader, "label" | "epoch" | "scheme" | "parties" | "position">,
): void {
  for (const field of ["label", "epoch", "scheme"] as const) {
    if (header[field] !== expected[field]) {
      throw refused(`${field} ${JSON.stringify(expected[field])}`, JSON.stringify(header[field]));
    }
  }
  const [theirs, ours] = [header.parties.join(", "), expected.parties.join(", ")];
  if (theirs !== ours) throw refused(`a file of ${ours}`, `one of ${theirs}`);
  if (header.position !== expected.position) {
    throw refused(`the part of ${ours.split(", ")[expected.position] ?? ""}`, "another party's");
  }
  const names = header.secrets.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw refused("secrets of different names", "two of one name");
}

/** 32 bytes of every computing party, in their order. */
async function exchangedBytes(engine: Engine, own: Uint8Array): Promise<Uint8Array[]> {
  const { scheme, members, position } = insideOf(engine);
  const others = members.filter((_, i) => i !== position);
  const part = ringPart(wordsFromBytes(own));
  const { received } = await scheme.rounds.exchange({
    send: new Map(others.map((other) => [other, [part]])),
    receive: new Map(others.map((other) => [other, [ringSize(4)]])),
    words: 4,
  });
  return members.map((member) => {
    const words = received.get(member)?.[0]; // none of the own party's
    return words === undefined ? own : bytesFromWords(words);
  });
}

/** Refuses parts of two exports. */
async function compareExports(engine: Engine, own: Uint8Array): Promise<void> {
  const { names } = insideOf(engine);
  const all = await exchangedBytes(engine, own);
  for (const [i, id] of all.entries()) {
    if (equalBytes(id, own)) continue;
    throw peerFault("PEER_MISMATCH", {
      party: names[i] ?? "",
      step,
      field: "export",
      expected: "parts of one and the same export",
      got: "a part of another one",
    });
  }
}

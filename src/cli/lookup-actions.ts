/** What `veilshare lookup` does: publish, serve, ask. */

import type { Command } from "commander";
import { access } from "node:fs/promises";
import { bytesFromHex, bytesToHex, utf8ToBytes } from "../bytes/encoding.js";
import { printable, VeilshareError } from "../errors.js";
import { normalizationOf, normalized } from "../items/normalization.js";
import { EvaluationBudget } from "../lookup/session/budgets.js";
import type { LookupAnswer } from "../lookup/session/client.js";
import { defaultMaxKeys, serveLookup } from "../lookup/session/serve.js";
import {
  maxBucketBits,
  verifiedLookup,
  type LookupOptions,
  type LookupResult,
} from "../lookup/session/verified-lookup.js";
import { maxLabelBytes } from "../lookup/set/entry.js";
import { loadSet, saveSet } from "../lookup/set/file-node.js";
import { maxEpoch, publishSet, type LookupEntry } from "../lookup/set/publish.js";
import { contentLength } from "../lookup/set/labels.js";
import { LookupStore } from "../lookup/set/store.js";
import { count, declareData, declareKeys, normalizationOption, openData, writeResult } from "./data.js";
import { lookupKey } from "./lookup-key.js";
import { listOption, numberOption, optionFault, requiredText, textOption } from "./option-values.js";
import { declareSession, withSession } from "./session.js";
import { declareStore, withStore } from "./state.js";
import type { Terminal } from "./terminal.js";
import type { VerbOptions } from "./verb.js";

const hourMs = 3_600_000;
const mostPerHour = 2 ** 31;

/** Adds the options of all three. */
export function declareLookup(command: Command): void {
  declareSession(command, "optional");
  declareData(command, "optional");
  declareKeys(command, "optional");
  command
    .option("--label <column>", "publish: what is told of a key; none: only that it is known")
    .option("--label-bytes <number>", "publish: length that labels are padded to. Default: the longest")
    .option("--secret <file>", "publish, serve: the own secret; publish makes it where there is none")
    .option("--set <file>", "publish, serve: the sealed list; ask: keep it from session to session")
    .option("--epoch <number>", "number of the key; a new one ends what clients could ask before. Default: 1")
    .option("--per-hour <number>", "serve: keys that the client may ask for within an hour")
    .option("--total <number>", "serve: keys that it may ask for altogether. Default: no such limit")
    .option("--public-key <hex>", "ask: the server's key, as publish prints it")
    .option("--bucket-bits <bits>", "ask: fetch parts of the list only; tells so many bits of each key");
  declareStore(command, "serve: where it is kept what was asked");
}

function epochOption(options: VerbOptions): number {
  return numberOption(options, "epoch", { min: 0, max: maxEpoch }) ?? 1;
}

/** Makes the sealed list of the own file. */
export async function publishLookup(options: VerbOptions, terminal: Terminal): Promise<void> {
  const [secret, file, epoch] = [
    requiredText(options, "secret"),
    requiredText(options, "set"),
    epochOption(options),
  ];
  const { entries, withoutKey } = await ownEntries(options);
  const longest = labelLength(entries);
  const labelBytes = numberOption(options, "labelBytes", { min: longest, max: maxLabelBytes }) ?? longest;
  const key = await lookupKey(secret, epoch, true);
  const set = await publishSet(key, entries, {
    epoch,
    labelBytes,
    onProgress: (done) => {
      terminal.progress({ step: "sealing", done, total: entries.length });
    },
  });
  await saveSet(file, set);
  const publicKey = bytesToHex(key.publicKey);
  terminal.result(
    [
      `${count(set.info.count)} keys of ${count(entries.length)} rows are sealed in ${file}${withoutKey > 0 ? `; ${count(withoutKey)} rows have no key` : ""}.`,
      `Clients need: --public-key ${publicKey} --epoch ${epoch}`,
      "Whoever has the file learns the number of keys and the length of labels, until somebody answers for a key.",
    ],
    { publicKey, epoch, keys: set.info.count, rows: entries.length, withoutKey, labelBytes },
  );
}

async function ownEntries(
  options: VerbOptions,
): Promise<{ readonly entries: readonly LookupEntry[]; readonly withoutKey: number }> {
  requiredText(options, "in");
  const key = listOption(options, "key");
  if (key === undefined) throw optionFault("--key", "the columns of keys", "none");
  const label = textOption(options, "label");
  const entries: LookupEntry[] = [];
  let withoutKey = 0;
  for await (const { cells } of openData(options, label === undefined ? key : [...key, label])) {
    const fields = keyOf(options, cells.slice(0, key.length));
    if (fields === undefined) withoutKey++;
    else entries.push({ key: fields, label: label === undefined ? "" : (cells[key.length] ?? "") });
  }
  return { entries, withoutKey };
}

/** The fields of a key in the form that both sides take it in; undefined where one is blank. */
function keyOf(options: VerbOptions, cells: readonly string[]): readonly string[] | undefined {
  const steps = normalizationOption(options);
  const fields = cells.map((cell, i) => normalized(cell, normalizationOf("lookup", steps, i, cells.length)));
  const whole = fields.filter((field): field is string => field !== null && field.trim() !== "");
  return whole.length === cells.length ? whole : undefined;
}

/** Length of the longest content, of keys with several labels too. */
function labelLength(entries: readonly LookupEntry[]): number {
  const byKey = new Map<string, Set<string>>();
  for (const { key, label } of entries) {
    const name = JSON.stringify(key);
    const labels = byKey.get(name) ?? new Set();
    byKey.set(name, labels.add(String(label)));
  }
  let longest = 0;
  for (const labels of byKey.values())
    longest = Math.max(longest, contentLength(Array.from(labels, (label) => utf8ToBytes(label))));
  if (longest > maxLabelBytes)
    throw optionFault("--label", `labels of at most ${maxLabelBytes} bytes a key`, "longer ones");
  return longest;
}

/** Answers one session. */
export async function serveLookups(options: VerbOptions, terminal: Terminal): Promise<void> {
  const perWindow = numberOption(options, "perHour", { min: 1, max: mostPerHour });
  if (perWindow === undefined) throw optionFault("--per-hour", "keys that the client may ask for", "none");
  const total = numberOption(options, "total", { min: 0, max: Number.MAX_SAFE_INTEGER });
  const epoch = epochOption(options);
  const key = await lookupKey(requiredText(options, "secret"), epoch, false);
  const set = await loadSet(requiredText(options, "set"), { publicKey: key.publicKey, epoch });
  const served = await withStore(options, (store) =>
    withSession(options, terminal, (party) => {
      const name = `cli/${epoch}`;
      const budget = new EvaluationBudget({
        store,
        perWindow,
        windowMs: hourMs,
        name,
        ...(total === undefined ? {} : { total }),
      });
      return serveLookup(party, new LookupStore(key, set), { budget });
    }),
  );
  const refused = served.refusals > 0 ? `; ${count(served.refusals)} requests were refused by the limit` : "";
  terminal.result(
    [
      `${served.client} asked for ${count(served.evaluations)} keys in ${count(served.requests)} requests${refused}. This party did not learn which.`,
    ],
    { ...served },
  );
}

/** Asks for keys. */
export async function askLookup(
  options: VerbOptions,
  terminal: Terminal,
  operands: readonly string[],
): Promise<void> {
  const publicKey = bytesFromHex(requiredText(options, "publicKey"), "--public-key", 32);
  const bucketBits = numberOption(options, "bucketBits", { min: 1, max: maxBucketBits });
  const file = textOption(options, "set");
  if (file !== undefined && bucketBits !== undefined)
    throw optionFault("--bucket-bits", "none with --set", "some");
  const keys = await askedKeys(options, operands);
  const epoch = epochOption(options);
  const kept = file !== undefined && (await isThere(file)) ? await loadSet(file) : undefined;
  const asking: LookupOptions = {
    publicKey,
    epoch,
    ...(kept === undefined ? {} : { set: kept }),
    ...(bucketBits === undefined ? {} : { bucketBits }),
  };
  const result = await withSession(options, terminal, (party) => verifiedLookup(party, keys, asking));
  if (file !== undefined && result.set !== undefined) await saveSet(file, result.set);
  if (result.status === "refused") throw refusedError(result);
  await showAnswers(options, terminal, keys, result);
}

/** Of any length, as `printable` is for short texts. */
function visible(text: string): string {
  return (text.match(/.{1,80}/gsu) ?? []).map(printable).join("");
}

type Answered = Extract<LookupResult, { readonly status: "answered" }>;

async function showAnswers(
  options: VerbOptions,
  terminal: Terminal,
  keys: readonly (readonly string[])[],
  { answers, evaluations, info }: Answered,
): Promise<void> {
  const told = keys.flatMap((key, i) =>
    textsOf(answers[i]).map(({ status, label }) => ({ key: key.join(" "), fields: key, status, label })),
  );
  const columns = listOption(options, "key") ?? ["key"];
  const written = await writeResult(
    options,
    [...columns, "status", "label"],
    told.map(({ fields, status, label }) => [...fields, status, label]),
  );
  terminal.result(
    [
      // A label comes from the other party: nothing that a terminal would obey.
      ...told.map(
        ({ key, status, label }) => `${key}: ${status}${label === "" ? "" : `, ${visible(label)}`}`,
      ),
      `Asked for ${count(evaluations)} of the other party's ${count(info.count)} keys; it did not learn which.`,
      ...written,
    ],
    {
      answers: told.map(({ key, status, label }) => ({ key, status, label })),
      evaluations,
      keys: info.count,
    },
  );
}

function textsOf(
  answer: LookupAnswer | undefined,
): readonly { readonly status: string; readonly label: string }[] {
  if (answer?.status !== "found") return [{ status: answer?.status ?? "absent", label: "" }];
  const { label, labels = [label] } = answer;
  return labels.map((bytes) => ({ status: "found", label: new TextDecoder().decode(bytes) }));
}

async function askedKeys(
  options: VerbOptions,
  operands: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const fromFile = textOption(options, "in") !== undefined;
  if (fromFile === operands.length > 0)
    throw optionFault("lookup ask", "keys, or --in and --key", fromFile ? "both" : "none");
  const columns = listOption(options, "key");
  if (fromFile && columns === undefined) throw optionFault("--key", "the columns of keys", "none");
  const rows: (readonly string[])[] = operands.map((operand) => [operand]);
  if (fromFile) for await (const { cells } of openData(options, columns ?? [])) rows.push(cells);
  const keys = rows.map((cells) => keyOf(options, cells));
  const blank = keys.indexOf(undefined);
  if (blank >= 0)
    throw optionFault("lookup ask", "keys without blank fields", `a blank one at place ${blank + 1}`);
  const whole = keys.filter((key) => key !== undefined);
  if (new Set(whole.map((key) => JSON.stringify(key))).size > defaultMaxKeys)
    throw optionFault("lookup ask", `at most ${defaultMaxKeys} keys at once`, "more");
  return whole;
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function refusedError({
  retryAfterMs,
}: Extract<LookupResult, { readonly status: "refused" }>): VeilshareError {
  const when =
    retryAfterMs === undefined
      ? "it will not grant so many"
      : `try again in ${Math.ceil(retryAfterMs / 60_000)} minutes`;
  return new VeilshareError(
    "BUDGET_SPENT",
    `lookup: the other party's limit for this one is used up: ${when}`,
  );
}

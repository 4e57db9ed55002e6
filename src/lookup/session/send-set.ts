/** The server's part of a download: what the client wants, within the client's budget of bytes. */

import type { ProtocolRun } from "../../channel/party.js";
import type { DownloadBudget } from "./budgets.js";
import {
  decodeWanted,
  downloadByteLength,
  encodeDownload,
  maxWantedBytes,
  rowsPerPiece,
  type Download,
  type Wanted,
} from "./downloads.js";
import { tagBytes } from "../set/entry.js";
import { refusalOf } from "./refusal.js";
import { fromPeer, lookupFault } from "./session.js";
import type { SetDelta } from "../set/set-delta.js";
import type { StoreVersion } from "../set/store.js";

/** What a server sends to whom, and on whose account. */
export interface Sending {
  readonly run: ProtocolRun;
  readonly client: number;
  /** The client's authenticated name. */
  readonly name: string;
  readonly version: StoreVersion;
  readonly downloadBudget: DownloadBudget | "unlimited";
}

/** What a client got before its first request. */
export interface Sent {
  /** Bits of the buckets that it will ask for; undefined for none. */
  readonly bucketBits: number | undefined;
  readonly bytes: number;
  readonly refusals: number;
}

/** Answers what the client wants: at most two wishes, as changes may not be to be had. */
export async function sendWanted(sending: Sending): Promise<Sent> {
  let wanted = await receiveWanted(sending);
  if (wanted.kind === "changes") {
    const { set, history } = sending.version;
    const delta = await history.since(wanted.since, set);
    if (delta !== undefined) return sendDelta(sending, delta);
    await send(sending, { kind: "unavailable" });
    wanted = await receiveWanted(sending);
    if (wanted.kind === "changes") {
      const details = { expected: "another wish than changes", got: "changes again" };
      throw lookupFault(sending.run, "PEER_UNEXPECTED", "want", details);
    }
  }
  if (wanted.kind === "whole") return sendWhole(sending);
  return { bucketBits: wanted.kind === "buckets" ? wanted.bits : undefined, bytes: 0, refusals: 0 };
}

async function receiveWanted({ run, client, version }: Sending): Promise<Wanted> {
  const message = await run.receive(client, "want", { maxByteLength: maxWantedBytes });
  return fromPeer(run, "want", () => decodeWanted(message, version.set.info));
}

async function send({ run, client }: Sending, download: Download): Promise<void> {
  await run.send(client, "download", encodeDownload(download));
}

async function sendWhole(sending: Sending): Promise<Sent> {
  const { set } = sending.version;
  const sent = await begin(sending, { kind: "whole" });
  if (sent.refusals === 0) await sendRows(sending, "entries", set.slice(0, set.info.count), set.entryBytes);
  return sent;
}

async function sendDelta(sending: Sending, { put, removed }: SetDelta): Promise<Sent> {
  const { entryBytes } = sending.version.set;
  const sent = await begin(sending, {
    kind: "changes",
    put: put.length / entryBytes,
    removed: removed.length / tagBytes,
  });
  if (sent.refusals > 0) return sent;
  await sendRows(sending, "entries", put, entryBytes);
  await sendRows(sending, "removed", removed, tagBytes);
  return sent;
}

/** Says what comes, if the budget has room for it. */
async function begin(sending: Sending, download: Download): Promise<Sent> {
  const { name, version, downloadBudget } = sending;
  const bytes = downloadByteLength(version.set.info, download);
  const grant =
    downloadBudget === "unlimited" ? ({ granted: true } as const) : await downloadBudget.take(name, bytes);
  if (grant.granted) {
    await send(sending, download);
    return { bucketBits: undefined, bytes, refusals: 0 };
  }
  await send(sending, { kind: "refused", ...refusalOf("downloads", grant) });
  return { bucketBits: undefined, bytes: 0, refusals: 1 };
}

async function sendRows(
  { run, client }: Sending,
  step: "entries" | "removed",
  rows: Uint8Array,
  rowBytes: number,
): Promise<void> {
  const pieceBytes = rowsPerPiece(rowBytes) * rowBytes;
  for (let at = 0; at < rows.length; at += pieceBytes) {
    const end = Math.min(rows.length, at + pieceBytes);
    await run.send(client, step, rows.subarray(at, end));
    run.progress({ step: `lookup/${step}`, done: end / rowBytes, total: rows.length / rowBytes });
  }
}

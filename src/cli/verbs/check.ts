/** `veilshare check`: a doctor for one party's settings, before the first run and when one fails. */

import { lookup } from "node:dns/promises";
import { createConnection, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { loadIdentity, loadParties } from "../../channel/identity/files-node.js";
import { publicKeyOf, type Identity, type PartyEntry } from "../../channel/identity/identity.js";
import { bytesToHex } from "../../bytes/encoding.js";
import { toVeilshareError, VeilshareError } from "../../errors.js";
import { fingerprintOf } from "../fingerprint.js";
import { flagOption, requiredText } from "../option-values.js";
import { declareSession, listenOption, withSession } from "../session.js";
import { packageVersion } from "../version.js";
import type { Verb, VerbOptions } from "../verb.js";

const reachMs = 5000;

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

/** Looks at everything that a session needs. */
export const checkVerb: Verb = {
  name: "check",
  summary: "look at keys, port, names and reachability before a run",
  example: "veilshare check --identity bank-a.key.json --parties parties.json",
  declare(command) {
    declareSession(command);
    command.option(
      "--connect",
      "also open a session with the other parties, who run the same command",
      false,
    );
  },
  async run(options, terminal) {
    const findings: Finding[] = [
      good("version", `veilshare ${packageVersion()}, Node ${process.versions.node}, ${process.platform}`),
      good("clock", `${new Date().toISOString()} (compare with the other parties')`),
    ];
    const settings = await attempt(findings, "key file", async () => {
      const identity = await loadIdentity(requiredText(options, "identity"));
      return {
        value: identity,
        found: `readable by its owner only, fingerprint ${fingerprintOf(identity.keys.publicKey)}`,
      };
    });
    const parties = await attempt(findings, "parties file", async () => {
      const entries = await loadParties(requiredText(options, "parties"));
      return {
        value: entries,
        found: `${entries.length} parties: ${entries.map(({ name }) => name).join(", ")}`,
      };
    });
    if (settings !== undefined && parties !== undefined) {
      await checkTogether(findings, settings, parties, options);
      const bad = findings.some(({ ok }) => !ok);
      if (flagOption(options, "connect") && !bad) {
        await attempt(findings, "session", () =>
          withSession(options, terminal, (party) =>
            Promise.resolve({ value: true, found: `open with ${party.names.length - 1} other parties` }),
          ),
        );
      }
    }
    terminal.result(
      findings.map(({ what, ok, found }) => `${ok ? "ok  " : "FAIL"}  ${what}: ${found}`),
      { findings },
    );
    const failed = findings.filter(({ ok }) => !ok).length;
    if (failed > 0)
      throw new VeilshareError(
        "INVALID_CONFIG",
        `check: ${failed} of ${findings.length} findings need attention`,
      );
  },
};

async function checkTogether(
  findings: Finding[],
  identity: Identity,
  parties: readonly PartyEntry[],
  options: VerbOptions,
): Promise<void> {
  const own = parties.find(({ name }) => name === identity.name);
  const pinned = own !== undefined && bytesToHex(publicKeyOf(own)) === bytesToHex(identity.keys.publicKey);
  const words =
    own === undefined ? `no party "${identity.name}" in the parties file` : "another key than the key file's";
  findings.push({
    what: "own entry",
    ok: pinned,
    found: pinned ? `"${identity.name}", with the key of the key file` : words,
  });
  for (const entry of parties) {
    if (entry.name === identity.name) continue;
    findings.push(
      good(`key of ${entry.name}`, `fingerprint ${fingerprintOf(publicKeyOf(entry))} (compare by telephone)`),
    );
    if (entry.address !== undefined) await checkPeer(findings, entry.name, new URL(entry.address));
  }
  const where = listenOption(options) ?? ownPort(own?.address);
  if (where === undefined)
    findings.push(good("listening", "no own ws: address and no --listen: this party dials the others"));
  else await attempt(findings, "listening", async () => ({ value: true, found: await tryToListen(where) }));
}

function ownPort(address: string | undefined): { readonly host?: string; readonly port: number } | undefined {
  if (address === undefined) return undefined;
  const url = new URL(address);
  return url.protocol === "ws:"
    ? { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 80) }
    : undefined;
}

async function checkPeer(findings: Finding[], name: string, url: URL): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const resolved = await attempt(findings, `name of ${name}`, async () => {
    const { address } = await lookup(host);
    return { value: address, found: host === address ? address : `${host} is ${address}` };
  });
  if (resolved === undefined) return;
  const port = Number(url.port || (url.protocol === "wss:" ? 443 : 80));
  const reached = await reach(host, port, url.protocol === "wss:");
  // A party that is not started yet does not listen: that is no fault of the settings.
  findings.push(good(`way to ${name}`, reached));
}

/** How a port answers, in words. */
function reach(host: string, port: number, tls: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = tls ? connectTls({ host, port, servername: host }) : createConnection({ host, port });
    const end = (words: string): void => {
      socket.destroy();
      resolve(`${words} (${host}:${port})`);
    };
    socket.setTimeout(reachMs, () => {
      end("no answer within 5 s: a firewall, or not started");
    });
    socket.once(tls ? "secureConnect" : "connect", () => {
      end("reachable");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      end(
        error.code === "ECONNREFUSED"
          ? "reachable, nobody listens: not started yet?"
          : `not reachable: ${error.code ?? error.message}`,
      );
    });
  });
}

function tryToListen({ host, port }: { readonly host?: string; readonly port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reasons: Readonly<Record<string, string>> = {
        EADDRINUSE: "the port is taken",
        EADDRNOTAVAIL: "the address is not this machine's: use --listen",
        EACCES: "the port needs more rights",
      };
      const why = reasons[error.code ?? ""] ?? error.code ?? error.message;
      reject(new VeilshareError("INVALID_CONFIG", `cannot listen on ${host ?? "*"}:${port}: ${why}`));
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.close(() => {
        resolve(`${host ?? "*"}:${port} is free`);
      });
    });
  });
}

function good(what: string, found: string): Finding {
  return { what, ok: true, found };
}

async function attempt<T>(
  findings: Finding[],
  what: string,
  look: () => Promise<{ readonly value: T; readonly found: string }>,
): Promise<T | undefined> {
  try {
    const { value, found } = await look();
    findings.push(good(what, found));
    return value;
  } catch (thrown) {
    const found = thrown instanceof VeilshareError ? thrown.message : causeOf(thrown);
    findings.push({ what, ok: false, found });
    return undefined;
  }
}

function causeOf(thrown: unknown): string {
  const code =
    thrown instanceof Error && "code" in thrown ? String(thrown.code) : toVeilshareError(thrown).message;
  return code === "ENOTFOUND" ? "no such host" : code;
}

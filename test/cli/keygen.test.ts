import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  loadIdentity,
  loadParties,
  saveIdentity,
  generateIdentity,
  type PartyEntry,
} from "../../dist/channel/index.js";
import { bytesToHex } from "../../dist/bytes/encoding.js";

const folder = mkdtempSync(join(tmpdir(), "veilshare-keygen-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function veilshare(...args: string[]): Outcome {
  return spawnSync(process.execPath, ["dist/cli/main.js", ...args], { encoding: "utf8" });
}

describe("veilshare keygen", () => {
  it("writes a key file for its owner only and prints the entry that belongs to it", async () => {
    const out = join(folder, "bank.key.json");
    const { status, stdout } = veilshare(
      "keygen",
      "--name",
      "bank",
      "--out",
      out,
      "--address",
      "ws://bank:9000",
    );
    expect(status).toBe(0);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const identity = await loadIdentity(out);
    expect(JSON.parse(stdout)).toEqual({
      name: "bank",
      keys: [
        {
          link: bytesToHex(identity.keys.publicKey),
          signing: bytesToHex(identity.signingKey.publicKey),
        },
      ],
      address: "ws://bank:9000",
    });
    expect(stdout).not.toContain(bytesToHex(identity.keys.exportSecretKey()));
    expect(stdout).not.toContain(bytesToHex(identity.signingKey.exportSecretKey()));
  });

  it("makes another key every time", () => {
    const entries = ["a", "b"].map((name) => {
      const { stdout } = veilshare("keygen", "--name", name, "--out", join(folder, `${name}.json`));
      return JSON.stringify((JSON.parse(stdout) as PartyEntry).keys);
    });
    expect(entries[0]).not.toBe(entries[1]);
  });

  it("never overwrites a file", () => {
    const out = join(folder, "precious");
    writeFileSync(out, "precious");
    const { status, stderr, stdout } = veilshare("keygen", "--name", "bank", "--out", out);
    expect({ status, stdout, lines: stderr.trim().split("\n").length }).toEqual({
      status: 2,
      stdout: "",
      lines: 1,
    });
    expect(stderr).toContain(out);
    expect(readFileSync(out, "utf8")).toBe("precious");
  });

  it.each([
    ["a missing name", ["keygen", "--out", join(folder, "x1")]],
    ["a missing file", ["keygen", "--name", "bank"]],
    ["a name that cannot be one", ["keygen", "--name", "../bank", "--out", join(folder, "x2")]],
    ["a folder that is not there", ["keygen", "--name", "bank", "--out", join(folder, "no", "x3")]],
    [
      "an address of another kind",
      ["keygen", "--name", "b", "--out", join(folder, "x4"), "--address", "http://b"],
    ],
    ["an unknown option", ["keygen", "--name", "bank", "--out", join(folder, "x5"), "--force"]],
    ["an unknown command", ["frobnicate"]],
  ])("answers %s with one line, exit code 2 and no file", (_, args) => {
    const before = readdirSync(folder);
    const { status, stderr, stdout } = veilshare(...args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(readdirSync(folder)).toEqual(before);
  });

  it("explains itself", () => {
    expect(veilshare("--help").stdout).toContain("keygen");
    expect(veilshare("--help").status).toBe(0);
    expect(veilshare("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("identity files", () => {
  it("are refused when others than the owner may read the key", async () => {
    const file = join(folder, "open.json");
    await saveIdentity(file, generateIdentity("open"));
    chmodSync(file, 0o644);
    await expect(loadIdentity(file)).rejects.toMatchObject({ code: "INVALID_CONFIG", file, field: "mode" });
  });

  it("come back as they were saved", async () => {
    const file = join(folder, "round.json");
    const identity = generateIdentity("Größe 7");
    await saveIdentity(file, identity);
    const loaded = await loadIdentity(file);
    expect(loaded.entry()).toEqual(identity.entry());
    expect(loaded.keys.exportSecretKey()).toEqual(identity.keys.exportSecretKey());
  });

  it("are named when they are missing", async () => {
    const file = join(folder, "missing.json");
    await expect(loadParties(file)).rejects.toMatchObject({ code: "INVALID_CONFIG", file });
    expect(existsSync(file)).toBe(false);
  });

  it("of parties give the entries in their order", async () => {
    const parties = ["carol", "alice"].map((name) =>
      generateIdentity(name).entry(`wss://${name}.example:8443/x`),
    );
    const file = join(folder, "parties.json");
    writeFileSync(file, JSON.stringify({ version: 2, parties }));
    expect(await loadParties(file)).toEqual(parties);
  });
});

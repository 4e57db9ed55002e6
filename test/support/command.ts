/** The command `veilshare` in tests: as a process of its own, or within this one for what opens no session. */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runCommand } from "../../dist/cli/run.js";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** Within this process: for help, and for what ends before anything is sent. */
export async function inProcess(...args: string[]): Promise<Outcome> {
  let [stdout, stderr] = ["", ""];
  const streams = {
    out: { write: (text: string) => (stdout += text) },
    error: { write: (text: string) => (stderr += text) },
  };
  const code = (await runCommand(args, streams)) ?? 0;
  return { code, stdout, stderr };
}

/** A folder in which the command is run. */
export class CommandFolder {
  readonly path = mkdtempSync(join(tmpdir(), "veilshare-command-"));

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Writes a file and gives its name. */
  write(name: string, text: string): string {
    writeFileSync(join(this.path, name), text);
    return name;
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), "utf8");
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** As a process of its own. */
  run(...args: string[]): Promise<Outcome> {
    const child = spawn(process.execPath, [resolve("dist/cli/main.js"), ...args], { cwd: this.path });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    return new Promise((done) => {
      child.on("exit", (code) => {
        done({ code, stdout, stderr });
      });
    });
  }

  /** Keys of parties, and a parties file of the first two and of all. */
  async keys(...names: string[]): Promise<void> {
    for (const name of names) {
      const address = `ws://127.0.0.1:${await freePort()}`;
      const out = this.at(`${name}.key.json`);
      const made = await inProcess("keygen", "--name", name, "--out", out, "--address", address);
      this.write(`${name}.json`, made.stdout);
    }
    const entries = names.map((name) => this.at(`${name}.json`));
    await inProcess("keys", ...entries.slice(0, 2), "--out", this.at("two.json"));
    await inProcess("keys", ...entries, "--out", this.at("all.json"));
  }

  /** Options of a session. */
  session(name: string, parties = "two.json"): string[] {
    return ["--identity", this.at(`${name}.key.json`), "--parties", this.at(parties)];
  }
}

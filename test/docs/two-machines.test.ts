import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The README's own words, with a free port in place of 7001. */
const readme = readFileSync("README.md", "utf8");
const section = readme.slice(
  readme.indexOf("## Between two machines"),
  readme.indexOf("## See it on real data"),
);
const blocks = (language: string): string[] =>
  [...section.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    (match) => match[1] ?? "",
  );

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

describe("README, between two machines", () => {
  // Inside the package, so that a program finds it by its public name.
  mkdirSync("build", { recursive: true });
  const folder = mkdtempSync(join("build", "two-machines-"));
  let port = 0;

  beforeAll(async () => {
    port = await freePort();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A line of shell, with `npx veilshare` the built command. */
  const shell = (line: string): Promise<string> => {
    const command = line
      .replaceAll("npx veilshare", `"${process.execPath}" "${resolve("dist/cli/main.js")}"`)
      .replaceAll("7001", String(port));
    return new Promise((done, fail) => {
      const child = spawn("sh", ["-c", command], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
      let [out, errors] = ["", ""];
      child.stdout.on("data", (data: Buffer) => (out += data.toString()));
      child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
      child.on("exit", (code) => {
        if (code === 0) done(out);
        else fail(new Error(`${line}: exit code ${code ?? -1}\n${errors}`));
      });
    });
  };

  it("works word by word: keys, parties file, two processes of the command that find what they share", async () => {
    const [preparation = "", runs = ""] = blocks("sh");
    for (const line of preparation.trim().split("\n")) await shell(line);
    const [a = "", b = ""] = await Promise.all(runs.trim().split("\n").map(shell));
    expect(a).toContain("2 of your 3 keys are also among the other party's 3");
    expect(b).toContain("2 of your 3 keys are also among the other party's 3");
    expect(readFileSync(join(folder, "common-a.csv"), "utf8")).toBe("line,email\n2,ann@x.org\n4,eve@x.org\n");
    expect(readFileSync(join(folder, "common-b.csv"), "utf8")).toBe("line,email\n2,eve@x.org\n4,ann@x.org\n");
  });

  it("has a program that finds the same with the other bank's", async () => {
    const [program = ""] = blocks("ts");
    writeFileSync(join(folder, "bank-a.mjs"), program);
    writeFileSync(
      join(folder, "bank-b.mjs"),
      program
        .replaceAll("bank-a", "bank-b")
        .replace(/\["ann@x.org".*?\]/, '["eve@x.org", "dan@x.org", "ann@x.org"]'),
    );
    const runs = ["a", "b"].map((bank) => shell(`"${process.execPath}" bank-${bank}.mjs`));
    const [a = "", b = ""] = await Promise.all(runs);
    expect(a).toMatch(/rows in common Uint32Array\(2\) \[ (0, 2|2, 0) \]/);
    expect(b).toMatch(/rows in common Uint32Array\(2\) \[ (0, 2|2, 0) \]/);
  });
});

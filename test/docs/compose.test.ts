import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { inProcess } from "../support/command.js";

const text = readFileSync("examples/compose/compose.yaml", "utf8");
const section = text.slice(text.indexOf("\nservices:\n"), text.indexOf("\nvolumes:\n"));
const services = [...section.matchAll(/^ {2}([a-z-]+):\n((?: {4}.*\n)+)/gm)].map(
  ([, name = "", body = ""]) => ({
    name,
    party: /\bNAME: ([^,]+),/.exec(body)?.[1],
    parties: /\bPARTIES: "([^"]+)"/.exec(body)?.[1]?.split(" ") ?? [],
    supplier: /\bSUPPLIER: "([^"]+)"/.exec(body)?.[1],
    words: /\bcommand: (.*)/.exec(body)?.[1]?.split(" ") ?? [],
  }),
);

/** No container is started: what each would run is read as the command reads it, on the example's own files. */
describe("examples/compose", () => {
  const folder = mkdtempSync(join(tmpdir(), "veilshare-compose-"));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("has two banks and three suppliers, each under its own name and with parties that are there", () => {
    const names = services.map(({ name }) => name);
    expect(names).toEqual(["bank-a", "bank-b", "arden", "brook", "cedar"]);
    for (const { name, party, parties } of services) {
      expect(party).toBe(name);
      expect(parties).toContain(name);
      expect(names).toEqual(expect.arrayContaining(parties));
    }
  });

  it("has a script that the shell can read", () => {
    execFileSync("sh", ["-n", "examples/compose/party.sh"]);
  });

  it.each(services)(
    "starts $name with options and files that the command takes",
    async ({ words, supplier }) => {
      const [header = "", ...lines] = readFileSync("examples/data/scope3-suppliers.csv", "utf8").split("\n");
      const own = lines.filter((line) => supplier !== undefined && line.startsWith(`${supplier},`));
      if (supplier !== undefined) expect(own.length).toBeGreaterThan(0);
      const linesFile = join(folder, "lines.csv");
      writeFileSync(linesFile, `${[header, ...own].join("\n")}\n`);
      const args = words.map((word) =>
        word
          .replace(/^\/data\//, `${resolve("examples/data")}/`)
          .replace(/^\/results\//, `${folder}/`)
          .replace("/tmp/lines.csv", linesFile),
      );
      const who = [
        "--identity",
        join(folder, "no.key.json"),
        "--parties",
        "no.json",
        "--listen",
        "0.0.0.0:7001",
      ];
      const { code, stderr } = await inProcess(...args, ...who);
      // All that is missing is the key, which the script makes.
      expect(stderr).toMatch(/no\.key\.json: cannot read it: no such file/);
      expect(code).toBe(2);
    },
  );
});

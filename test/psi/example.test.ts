import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataPath, describeWithData } from "../support/data.js";
import { example, examplesInOne } from "../support/examples.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "veilshare-test-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("example:psi", () => {
  it("gives one JSON object on standard output, the same result in every run, equal to the plain one", async () => {
    const { code, stdout } = await example("psi", "--json");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").length).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ invented: true, common: 700, matchesPlaintext: true });
  });

  it("says for people who holds what, what was learned and what it took", async () => {
    const { code, stdout } = await example("psi");
    expect(code).toBe(0);
    for (const text of ["INVENTED", "Who holds what", "learned that 700", "bytes", "rounds", "the same"]) {
      expect(stdout).toContain(text);
    }
  });

  it("takes files and several key columns, counts repeated rows and rows without a key", async () => {
    const a = file("a.csv", "id,town,x\n1,A,5\n2,B,5\n2,B,6\n,C,7\n");
    const b = file("b.csv", "town,id\nB,2\nA,2\n");
    const { code, stdout } = await example("psi", "--a", a, "--b", b, "--key", "id,town", "--json");
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as { common: number; parties: readonly object[] };
    expect(result.common).toBe(1);
    expect(result.parties[0]).toMatchObject({ rows: 4, withoutKey: 1, duplicates: 1, firstLines: [3] });
  });

  it("finds the same names in a Parquet and a GB 18030 file", async () => {
    const columnData = [
      { name: "名称", data: ["中文", "东方"] },
      { name: "城市", data: ["福州", "福州"] },
    ];
    const a = file("names.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
    // Encoded by Python's codec: 城市,名称 / 福州,中文 / 福州,€
    const header = [0xb3, 0xc7, 0xca, 0xd0, 0x2c, 0xc3, 0xfb, 0xb3, 0xc6, 0x0a];
    const city = [0xb8, 0xa3, 0xd6, 0xdd, 0x2c];
    const rows = [...city, 0xd6, 0xd0, 0xce, 0xc4, 0x0a, ...city, 0xa2, 0xe3, 0x0a];
    const b = file("names-gb.csv", Uint8Array.from([...header, ...rows]));
    const files = ["--a", a, "--b", b, "--b-encoding", "gb18030"];
    const { stdout } = await example("psi", ...files, "--key", "名称", "--key", "城市", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ common: 1, matchesPlaintext: true });
  });

  it("takes a list without a header and a spreadsheet's export with another key name", async () => {
    const sanctions = '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA"\r\n306,"BANCO NACIONAL",-0- ,"CUBA"\r\n\x1a';
    const customers = 'sep=;\r\nNr;"Firma" ; Land;;\r\n1; "AEROCARIBBEAN AIRLINES" ;Kuba;;\r\n';
    const [a, b] = [file("sdn.csv", sanctions), file("kunden.csv", customers)];
    const sides = ["--a-columns", "id,name,kind,program", "--a-key", "name", "--b-key", "Firma"];
    const { stdout } = await example("psi", "--a", a, "--b", b, ...sides, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ common: 1, matchesPlaintext: true });
  });

  it("says what keys look like when nothing matches, and trims them on request", async () => {
    const [a, b] = [file("upper.csv", "id\n ANA \n0012\n"), file("lower.csv", "id\nANA\n12\n")];
    const { stdout } = await example("psi", "--a", a, "--b", b, "--key", "id");
    expect(stdout).toMatch(/Nothing in common, of 2 keys \(a\) and 2 keys \(b\)/);
    expect(stdout).toMatch(/a: 1 of the first 2 keys have blanks around them/);
    expect(stdout).toMatch(/a: 1 of the first 2 keys have leading zeros/);
    const trimmed = await example("psi", "--a", a, "--b", b, "--key", "id", "--a-trim", "--json");
    expect(JSON.parse(trimmed.stdout)).toMatchObject({ common: 1 });
  });

  it("refuses files that are wrong in one line with file and line, and ends with code 2", async () => {
    const cases: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
      ["column.csv", "name\nx\n", /column\.csv:1: column "id": expected/],
      ["empty.csv", "", /empty\.csv/],
      ["encoding.csv", new Uint8Array([105, 100, 10, 0xff, 0xfe, 10]), /encoding\.csv:2: column "id"/],
      ["short.csv", "id,x\n1,2\n3\n", /short\.csv:3/],
    ];
    const good = file("good.csv", "id\n1\n");
    const lists = cases.map(([name, content]) => ["--a", good, "--b", file(name, content), "--key", "id"]);
    const before = readdirSync(folder).length;
    const outcomes = await examplesInOne("psi", lists);
    for (const [i, [name, , line]] of cases.entries()) {
      const { code, stdout, stderr } = outcomes[i] ?? {};
      expect(stderr, name).toMatch(line);
      expect(stderr?.trimEnd().split("\n").length).toBe(1);
      expect([code, stdout]).toEqual([2, ""]);
    }
    expect(readdirSync(folder).length).toBe(before);
  });

  it("refuses arguments that do not fit together, and files that are not there, with one line and code 2", async () => {
    const lists = [
      ["--a", "x.csv"],
      ["--unknown"],
      ["--a", "x", "--b", "y", "--key", "id,"],
      ["--a", "x", "--b", "y", "--key", "id,id"],
      ["--a", "x", "--b", "y", "--key", "id", "--encoding", "latin1"],
      ["--a", "no-such-file.csv", "--b", "no-such-file.csv", "--key", "id"],
    ];
    const outcomes = await examplesInOne("psi", lists);
    expect(outcomes).toHaveLength(lists.length);
    for (const [i, { code, stdout, stderr }] of outcomes.entries()) {
      expect([code, stdout], lists[i]?.join(" ")).toEqual([2, ""]);
      expect(stderr.trimEnd().split("\n").length).toBe(1);
      expect(stderr).toMatch(/^error: /);
    }
  });
});

describeWithData("example:psi on the spu lists", ["psi/spu_alice.csv", "psi/spu_bob.csv"], () => {
  it("finds the published 165 common keys on idx and id", async () => {
    const files = ["--a", dataPath("psi/spu_alice.csv"), "--b", dataPath("psi/spu_bob.csv")];
    const { stdout } = await example("psi", ...files, "--key", "idx,id", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ common: 165, matchesPlaintext: true });
  });
});

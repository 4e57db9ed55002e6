import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openRows, readDataFile, readTable, writeDataFile, writeTable } from "../../dist/table/file-node.js";

const folder = mkdtempSync(join(tmpdir(), "veilshare-table-"));
const path = (name: string): string => join(folder, name);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("readTable", () => {
  it("reads what writeTable wrote", async () => {
    await writeTable(path("t.csv"), ["id", "x"], [["ä", "1"]]);
    expect((await readTable(path("t.csv"))).cells).toEqual([["ä"], ["1"]]);
  });

  it.each([
    ["a file that is not there", "none.csv", /a file that can be read, got no such file/],
    ["a folder", ".", /got a folder/],
  ])("refuses %s in one line", async (_, name, message) => {
    const failure = readTable(path(name));
    await expect(failure).rejects.toMatchObject({ code: "INVALID_DATA", file: path(name) });
    await expect(failure).rejects.toThrow(message);
  });

  it("refuses a file above the limit, and reads one at it", async () => {
    writeFileSync(path("big.csv"), "a\n12345\n");
    await expect(readDataFile(path("big.csv"), { maxBytes: 7 })).rejects.toThrow(/at most 7 bytes, got more/);
    expect((await readDataFile(path("big.csv"), { maxBytes: 8 })).length).toBe(8);
  });

  it("stops when cancelled", async () => {
    writeFileSync(path("c.csv"), "a\n1\n");
    await expect(readTable(path("c.csv"), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });
});

describe("openRows", () => {
  const csv = `id,x\n${Array.from({ length: 25_000 }, (_, i) => `${i},abcdef\n`).join("")}`;

  it("reads a file of several chunks row by row, each time from its start", async () => {
    writeFileSync(path("rows.csv"), csv);
    const rows = openRows(path("rows.csv"), { select: ["id"] });
    expect([rows.file, rows.columns]).toEqual([path("rows.csv"), ["id"]]);
    for (let pass = 0; pass < 2; pass++) {
      let count = 0;
      for await (const { line, cells } of rows) {
        if (cells[0] !== String(count) || line !== count + 2) throw new Error(`row ${count} is wrong`);
        count += 1;
      }
      expect(count).toBe(25_000);
    }
  });

  it.runIf(process.platform !== "win32")("reads a named pipe, which its writer opens once", async () => {
    execFileSync("mkfifo", [path("pipe.csv")]);
    const writer = spawn("sh", ["-c", 'printf "id\n1\n" > "$0"', path("pipe.csv")]);
    const left = once(writer, "close");
    const found: string[] = [];
    for await (const { cells } of openRows(path("pipe.csv"), { select: ["id"] })) found.push(...cells);
    expect(found).toEqual(["1"]);
    expect(await left).toEqual([0, null]);
  });

  it.runIf(existsSync("/proc/self/fd"))("closes the file when nobody wants more rows", async () => {
    writeFileSync(path("left.csv"), csv);
    const isOpen = (): boolean =>
      readdirSync("/proc/self/fd").some((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).endsWith("left.csv");
        } catch {
          return false; // the descriptor of the listing itself
        }
      });
    for await (const { line } of openRows(path("left.csv"), { select: ["id"] })) {
      expect(isOpen()).toBe(true);
      if (line > 1) break;
    }
    await expect.poll(isOpen).toBe(false);
  });

  it("says which file can't be read, and stops when cancelled", async () => {
    const first = (name: string, signal?: AbortSignal): Promise<unknown> =>
      openRows(path(name), { select: ["id"], ...(signal === undefined ? {} : { signal }) })
        [Symbol.asyncIterator]()
        .next();
    await expect(first("none.csv")).rejects.toMatchObject({ code: "INVALID_DATA", file: path("none.csv") });
    writeFileSync(path("c.csv"), "id\n1\n");
    await expect(first("c.csv", AbortSignal.abort())).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("writeDataFile", () => {
  it("replaces a file whole and leaves nothing beside it", async () => {
    writeFileSync(path("w.csv"), "old");
    await writeDataFile(path("w.csv"), "new");
    expect(readFileSync(path("w.csv"), "utf8")).toBe("new");
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("leaves the old file where the new one can't be made", async () => {
    writeFileSync(path("keep.csv"), "old");
    const bad = [["1"], ["1", "2"]];
    await expect(writeTable(path("keep.csv"), ["a"], bad)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(readFileSync(path("keep.csv"), "utf8")).toBe("old");
    await expect(writeDataFile(path("no/such/folder.csv"), "x")).rejects.toMatchObject({
      code: "INVALID_DATA",
    });
  });
});

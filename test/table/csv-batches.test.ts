import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fieldTexts } from "../../dist/bytes/field-batch.js";
import { isBlankText } from "../../dist/bytes/blank-text.js";
import { VeilshareError } from "../../dist/errors.js";
import { CsvScanner } from "../../dist/table/csv-scanner.js";
import { readCsvRows, RowKeys, type CsvRowsOptions, type TableRow } from "../../dist/table/index.js";
import { BatchedRows } from "../../dist/table/rows.js";

afterEach(() => {
  vi.restoreAllMocks();
});

interface Outcome {
  readonly rows: readonly TableRow[];
  /** By row: a cell of it is blank. */
  readonly blank: readonly boolean[];
  readonly error: string | undefined;
}

type Options = Omit<CsvRowsOptions, "file">;

function sourceOf(content: Uint8Array, options: Options, chunkLength: number): BatchedRows {
  const memory = new Uint8Array(chunkLength);
  function* chunks(): Generator<Uint8Array> {
    for (let start = 0; start < content.length; start += chunkLength) {
      const part = content.subarray(start, start + chunkLength);
      memory.set(part);
      yield memory.subarray(0, part.length); // which the next one writes over
    }
  }
  const source = readCsvRows({ [Symbol.iterator]: chunks }, { file: "in.csv", ...options });
  if (source instanceof BatchedRows) return source;
  throw new Error("expected rows in batches");
}

async function outcome(read: (rows: TableRow[], blank: boolean[]) => Promise<void>): Promise<Outcome> {
  const rows: TableRow[] = [];
  const blank: boolean[] = [];
  try {
    await read(rows, blank);
  } catch (thrown) {
    if (!(thrown instanceof VeilshareError)) throw thrown;
    return { rows, blank, error: `${thrown.code}: ${thrown.message}` };
  }
  return { rows, blank, error: undefined };
}

function oneByOne(source: BatchedRows): Promise<Outcome> {
  return outcome(async (rows, blank) => {
    for await (const row of source) {
      rows.push(row);
      blank.push(row.cells.some((cell) => isBlankText(cell)));
    }
  });
}

function inBatches(source: BatchedRows): Promise<Outcome> {
  return outcome(async (rows, blank) => {
    for await (const batch of source.batches()) {
      for (let i = 0; i < batch.count; i++) {
        rows.push({ line: batch.lines[i] ?? 0, cells: fieldTexts(batch, i) });
        blank.push(batch.blank[i] === 1);
      }
    }
  });
}

const encoder = new TextEncoder();
const bytesOf = (parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...encoder.encode(part)])));

/** Cells, ends of lines and what should not be there, most of the time such that rows are whole. */
const plainCells = ["", "7", "ab", " c ", "c ", "福州", "é", "😀", "\u3000", "x".repeat(40), "\ufb01", "a b"];
const quotedCells = ['"q"', '""', '"a,b"', '"a\nb"', '"a\r\nb\rc"', '"a""b"', '" q "', '"\t"'];
const oddCells: readonly (string | number)[] = [
  '"a\u001ab"',
  '"\ufeffa"',
  '"a\0b"',
  '"open',
  'a"b',
  ' "q"',
  '"q" ',
  '"q"x',
  0,
  0x1a,
  0xff,
  0xc3,
  "\ufeff",
  "\u00a0a",
  "a\u2003",
  "\t",
  "a,b",
];
const ends = ["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\n\r", " \n", ""];

const cell = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<string | number>(...plainCells) },
  { weight: 5, arbitrary: fc.constantFrom<string | number>(...quotedCells) },
  { weight: 1, arbitrary: fc.constantFrom<string | number>(...oddCells) },
);
const row = fc
  .tuple(fc.array(cell, { minLength: 3, maxLength: 3 }), fc.constantFrom(...ends), fc.nat(60))
  .map(([cells, end, odd]) => {
    const kept = odd === 0 ? cells.slice(1) : odd === 1 ? [...cells, ""] : cells;
    return [...kept.flatMap((one, i) => (i === 0 ? [one] : [",", one])), end];
  });

describe("CSV in batches", () => {
  it("has the rows, lines and failures of the reader for random odd files, however they arrive", async () => {
    const scan = vi.spyOn(CsvScanner.prototype, "scan");
    let [plain, others, failures] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("a,b,c\n", "a,b,c\r\n", '"a",b,\n', "sep=,\na,b,c\n", "\n\na,b,c\r"),
        fc.array(row, { maxLength: 30 }),
        fc.constantFrom(["a"], ["b", "a"]),
        fc.boolean(),
        fc.constantFrom(undefined, ","),
        fc.constantFrom(1, 7, 50, 4000),
        async (header, rows, select, trim, delimiter, chunkLength) => {
          const content = bytesOf([header, ...rows.flat()]);
          const options = { select, trim, ...(delimiter === undefined ? {} : { delimiter }) };
          const expected = await oneByOne(sourceOf(content, options, chunkLength));
          scan.mockClear();
          expect(await inBatches(sourceOf(content, options, chunkLength))).toEqual(expected);
          const found = scan.mock.results.filter(({ value }) => value !== undefined).length;
          plain += found;
          others += scan.mock.results.length - found;
          if (expected.error !== undefined) failures++;
        },
      ),
      { numRuns: 600 },
    );
    // Else this would show nothing.
    expect(Math.min(plain, others, failures)).toBeGreaterThan(100);
  });

  it.each([";", "\t", "|", " ", "x"])("knows rows with the delimiter %j", async (delimiter) => {
    const lines = Array.from({ length: 50 }, (_, i) => [`k${i}`, `"v${delimiter}${i}"`, ""].join(delimiter));
    const content = encoder.encode(["id,v,".replaceAll(",", delimiter), ...lines].join("\n"));
    const options = { select: ["v", "id"], delimiter };
    const found = await inBatches(sourceOf(content, options, 64));
    expect(found).toEqual(await oneByOne(sourceOf(content, options, 64)));
    expect(found.rows[49]).toEqual({ line: 51, cells: [`v${delimiter}49`, "k49"] });
  });

  it.each(["gb18030", "utf-16le"] as const)("knows rows of %s", async (encoding) => {
    const text = `\u53f7,x\n${Array.from({ length: 40 }, (_, i) => `\u798f${i},y`).join("\n")}\n`;
    // Encoded by Python's codec: 号 is BA C5, 福 is B8 A3.
    const gb18030 = text.replaceAll("\u53f7", "\u00ba\u00c5").replaceAll("\u798f", "\u00b8\u00a3");
    const content =
      encoding === "utf-16le"
        ? Uint8Array.of(0xff, 0xfe, ...new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer))
        : Uint8Array.from(gb18030, (c) => c.charCodeAt(0));
    const options = { select: ["号"], encoding };
    const found = await inBatches(sourceOf(content, options, 33));
    expect(found.error).toBeUndefined();
    expect(found).toEqual(await oneByOne(sourceOf(content, options, 33)));
    expect(found.rows[39]).toEqual({ line: 41, cells: ["福39"] });
  });

  it.each(['"a\0b"', '"a\ufeffb"', '"a\u001ab"'])("has what the reader makes of %j", async (quoted) => {
    const content = encoder.encode(`id,x\n1,2\n${quoted},3\n`);
    const options = { select: ["id"], delimiter: "," };
    const found = await inBatches(sourceOf(content, options, 8));
    expect(found).toEqual(await oneByOne(sourceOf(content, options, 8)));
    expect(found.error === undefined).toBe(!quoted.includes("\0"));
  });

  it("names the file's own faults where they stand, after the rows before them", async () => {
    const content = encoder.encode(`id,x\n${"1,2\n".repeat(100)}3\n4,5\n`);
    const { rows, error } = await inBatches(sourceOf(content, { select: ["id"], delimiter: "," }, 100));
    expect(rows).toHaveLength(100);
    expect(error).toContain("in.csv:102:");
  });
});

describe("keys of rows in batches", () => {
  it("are those that are given one by one, with the same lines, counts and advice", async () => {
    const cells = ["Ann", "", " ", "007", "é", "\u00ad", "x", "Ann"];
    const lines = Array.from({ length: 3000 }, (_, i) => `${cells[i % 8] ?? ""},${i % 3 === 0 ? "" : "y"}`);
    const content = encoder.encode(`a,b\n${lines.join("\n")}`);
    const keysOf = (): RowKeys => new RowKeys(sourceOf(content, { select: ["a", "b"], delimiter: "," }, 500));
    const [single, batched] = [keysOf(), keysOf()];
    const expected: unknown[] = [];
    for await (const key of single) expected.push(key);
    const found: unknown[] = [];
    for await (const batch of batched.batches() ?? []) {
      expect(batch.blank.subarray(0, batch.count).every((blank) => blank === 0)).toBe(true);
      for (let i = 0; i < batch.count; i++) found.push(fieldTexts(batch, i));
    }
    expect(found).toEqual(expected);
    expect(found.length).toBe(1250);
    const told = (keys: RowKeys): unknown => [
      keys.count,
      keys.withoutKey,
      keys.advice(),
      Array.from({ length: keys.count }, (_, i) => keys.lineOf(i)),
    ];
    expect(told(batched)).toEqual(told(single));
  });

  it("refuse a reading during which another one has begun", async () => {
    const content = encoder.encode(`a\n${"k\n".repeat(100)}`);
    const keys = new RowKeys(sourceOf(content, { select: ["a"], delimiter: "," }, 20));
    const first = keys.batches();
    await first?.next();
    await keys.batches()?.next();
    await expect(first?.next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

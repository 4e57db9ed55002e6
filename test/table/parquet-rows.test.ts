import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import { afterAll, describe, expect, it } from "vitest";
import { fieldTexts } from "../../dist/bytes/field-batch.js";
import { VeilshareError } from "../../dist/errors.js";
import { openRows, readTable } from "../../dist/table/file-node.js";
import {
  parseTable,
  readParquetRows,
  RowKeys,
  textColumn,
  type ParquetBytes,
  type ParquetRowsOptions,
  type TableRow,
} from "../../dist/table/index.js";
import { batchedParquet } from "../../dist/table/parquet-rows.js";
import type { BatchedRows } from "../../dist/table/rows.js";
import { describeWithData, readData, readDataJson } from "../support/data.js";

type WriteOptions = Parameters<typeof parquetWriteBuffer>[0];
type Column = WriteOptions["columnData"][number];
type Element = NonNullable<WriteOptions["schema"]>[number];

const file = "in.parquet";

function write(columnData: Column[], options: Partial<WriteOptions> = {}): ArrayBuffer {
  return parquetWriteBuffer({ columnData, ...options });
}

/** A column with a schema element of its own. */
function writeAs(element: Omit<Element, "name">, data: Column["data"]): ArrayBuffer {
  const columnData = [{ name: "key", data }];
  const schemaOverrides = { key: { name: "key", ...element } };
  return parquetWriteBuffer({ columnData, schema: schemaFromColumnData({ columnData, schemaOverrides }) });
}

async function read(
  bytes: ParquetBytes,
  options: Partial<ParquetRowsOptions> = {},
): Promise<{ readonly rows: readonly TableRow[]; readonly error: VeilshareError | undefined }> {
  const rows: TableRow[] = [];
  const source = batchedParquet(bytes, { file, select: ["key"], ...options });
  try {
    for await (const row of source) rows.push(row);
    expect(await unpacked(source)).toEqual(rows);
  } catch (thrown) {
    if (thrown instanceof VeilshareError) return { rows, error: thrown };
    throw thrown;
  }
  return { rows, error: undefined };
}

/** The same rows out of batches. */
async function unpacked(source: BatchedRows): Promise<readonly TableRow[]> {
  const rows: TableRow[] = [];
  for await (const batch of source.batches()) {
    for (let i = 0; i < batch.count; i++)
      rows.push({ line: batch.lines[i] ?? 0, cells: fieldTexts(batch, i) });
  }
  return rows;
}

async function textsOf(bytes: ParquetBytes): Promise<readonly (string | undefined)[]> {
  const { rows, error } = await read(bytes);
  expect(error).toBeUndefined();
  return rows.map(({ cells }) => cells[0]);
}

const optional = { repetition_type: "OPTIONAL" } as const;
const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

describe("readParquetRows gives as text", () => {
  it.each<[string, Omit<Element, "name">, Column["data"], readonly string[]]>([
    ["strings", { type: "BYTE_ARRAY", converted_type: "UTF8" }, ["福州", "", " a "], ["福州", "", " a "]],
    ["bytes without a logical type", { type: "BYTE_ARRAY" }, ["é", "x"], ["é", "x"]],
    ["32-bit integers", { type: "INT32" }, [0, -7, 2_147_483_647], ["0", "-7", "2147483647"]],
    [
      "64-bit integers",
      { type: "INT64" },
      [0n, -(2n ** 63n), 2n ** 53n + 1n],
      ["0", "-9223372036854775808", "9007199254740993"],
    ],
    [
      "unsigned 32-bit integers",
      { type: "INT32", converted_type: "UINT_32" },
      [1, 4_000_000_000],
      ["1", "4000000000"],
    ],
    [
      "dates",
      { type: "INT32", converted_type: "DATE" },
      [day("2026-11-25"), day("1969-12-31")],
      ["2026-11-25", "1969-12-31"],
    ],
    [
      "decimals in an integer",
      { type: "INT32", converted_type: "DECIMAL", scale: 2, precision: 9 },
      [12.5, -0.05, 0, 1_234_567.89],
      ["12.50", "-0.05", "0.00", "1234567.89"],
    ],
    [
      "decimals in bytes, of more digits than a number holds",
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, converted_type: "DECIMAL", scale: 0, precision: 38 },
      [1, -1, 2 ** 80],
      ["1", "-1", "1208925819614629174706176"],
    ],
    ["booleans", { type: "BOOLEAN" }, [true, false], ["true", "false"]],
    [
      "UUIDs",
      { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16, logical_type: { type: "UUID" } },
      ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
      ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    ],
  ])("%s", async (_, element, data, expected) => {
    expect(await textsOf(writeAs({ ...element, repetition_type: "REQUIRED" }, data))).toEqual(expected);
    const withNulls = [null, ...Array.from(data as ArrayLike<unknown>), null];
    expect(await textsOf(writeAs({ ...element, ...optional }, withNulls))).toEqual(["", ...expected, ""]);
  });

  it("several columns in the order chosen, over several row groups and pages, with the rows' numbers", async () => {
    const count = 5000;
    const ids = Array.from({ length: count }, (_, i) => i);
    const bytes = write(
      [
        { name: "id", data: ids, type: "INT32" },
        { name: "unread", data: ids.map(() => 0.5), type: "DOUBLE" },
        { name: "name", data: ids.map((i) => (i % 7 === 0 ? null : `name ${i}`)), type: "STRING" },
      ],
      { rowGroupSize: [1000, 1500], pageSize: 2000 },
    );
    const { rows, error } = await read(bytes, { select: ["name", "id"] });
    expect(error).toBeUndefined();
    expect(rows).toEqual(
      ids.map((i) => ({ line: i + 1, cells: [i % 7 === 0 ? "" : `name ${i}`, String(i)] })),
    );
  });

  it("the same uncompressed, with a dictionary and with delta encoding", async () => {
    const data = Array.from({ length: 3000 }, (_, i) => `town ${i % 5}`);
    const plain = await textsOf(write([{ name: "key", data, encoding: "PLAIN" }], { codec: "UNCOMPRESSED" }));
    expect(plain).toEqual(data);
    for (const encoding of ["RLE_DICTIONARY", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"] as const) {
      expect(await textsOf(write([{ name: "key", data, encoding }]))).toEqual(data);
    }
  });
});

describe("readParquetRows reads", () => {
  it("one row group at a time, when its rows are asked for, and of it the chosen column only", async () => {
    const data = Array.from({ length: 4000 }, (_, i) => `customer-${i}`);
    const other = { name: "other", data: data.map((text) => text.repeat(20)), type: "STRING" } as const;
    const buffer = write([other, { name: "key", data, type: "STRING" }], {
      rowGroupSize: 1000,
      codec: "UNCOMPRESSED",
    });
    let bytesRead = 0;
    const bytes: ParquetBytes = {
      byteLength: buffer.byteLength,
      slice(start, end) {
        bytesRead += (end ?? buffer.byteLength) - start;
        return buffer.slice(start, end);
      },
    };
    const readAfter: number[] = [];
    let last = 0;
    for await (const { line } of readParquetRows(bytes, { file, select: ["key"] })) {
      if (line === 1) last = bytesRead - 20_000; // the footer is read in one piece with what is before it
      if (line % 1000 === 1) readAfter.push(bytesRead - last);
      if (line % 1000 === 1) last = bytesRead;
    }
    expect(readAfter.length).toBe(4);
    for (const read of readAfter) expect(read).toBeLessThan(40_000); // 1,000 texts of 17 bytes; the others have 340
  });

  it("keys of which rows with null are left out, as rows with an empty cell are", async () => {
    const keys = new RowKeys(
      readParquetRows(write([{ name: "key", data: ["a", null, "", "b"], type: "STRING" }]), {
        file,
        select: ["key"],
      }),
    );
    const items: unknown[] = [];
    for await (const item of keys) items.push(item);
    expect([items, keys.withoutKey, keys.lineOf(1)]).toEqual([["a", "b"], 2, 4]);
  });
});

describe("readParquetRows refuses", () => {
  const listSchema: Element[] = [
    { name: "root", num_children: 1 },
    { name: "key", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "OPTIONAL", type: "BYTE_ARRAY", converted_type: "UTF8" },
  ];
  const texts: Column = { name: "key", data: ["a", "b"], type: "STRING" };

  it("a compression that nothing here undoes, by its name, with the column", async () => {
    const compressors = { LZO: (input: Uint8Array) => new Uint8Array(gzipSync(input)) };
    const { error } = await read(write([texts], { codec: "LZO", compressors }));
    expect(error).toMatchObject({
      code: "INVALID_DATA",
      file,
      column: "key",
      got: "one compressed with LZO",
    });
    // Of a column that is not chosen it does not matter.
    const mixed = [{ ...texts, name: "zipped", codec: "LZO" } as const, texts];
    expect((await read(write(mixed, { compressors }))).rows.length).toBe(2);
  });

  it.each<[string, ArrayBuffer, RegExp]>([
    ["floating point", write([{ name: "key", data: [1.5], type: "DOUBLE" }]), /got DOUBLE/],
    ["a time", write([{ name: "key", data: [new Date(0)], type: "TIMESTAMP" }]), /got TIMESTAMP/],
    ["lists", write([{ name: "key", data: [["a"], ["b"]] }], { schema: listSchema }), /got a group/],
    [
      "another name",
      write([{ ...texts, name: "kye" }]),
      /a column of this name, got 1 column of other names/,
    ],
  ])("a column of %s", async (_, bytes, message) => {
    const { error } = await read(bytes);
    expect(error).toMatchObject({ code: "INVALID_DATA", file, column: "key" });
    expect(error?.message).toMatch(message);
  });

  it("bytes that are not UTF-8, with the row", async () => {
    const data = [Uint8Array.of(0x61), Uint8Array.of(0xff, 0xfe)];
    for (const converted of [{}, { converted_type: "UTF8" }] as const) {
      const { rows, error } = await read(writeAs({ type: "BYTE_ARRAY", ...converted }, data));
      expect(rows).toEqual([{ line: 1, cells: ["a"] }]);
      expect(error).toMatchObject({ code: "INVALID_DATA", file, line: 2, column: "key" });
    }
  });

  it("a row group above the limit, counting chosen columns only", async () => {
    const data = Array.from({ length: 1000 }, (_, i) => `customer-${i}`);
    const bytes = write([
      { ...texts, data },
      { name: "long", data: data.map((text) => text.repeat(50)), type: "STRING" },
    ]);
    const { error } = await read(bytes, { select: ["long"], maxRowGroupBytes: 100_000 });
    expect(error?.message).toMatch(
      /in\.parquet: expected row groups with at most 100000 bytes in the chosen/,
    );
    expect((await read(bytes, { maxRowGroupBytes: 100_000 })).rows.length).toBe(1000);
  });

  it("what is no Parquet file, or half of one, in one line and without its content", async () => {
    const whole = new Uint8Array(
      write([{ ...texts, data: Array.from({ length: 100 }, (_, i) => `SECRET${i}`) }]),
    );
    const buffers = [new Uint8Array(0), new TextEncoder().encode("key\nSECRET\n"), whole.slice(0, -9)];
    for (let at = 4; at < whole.length; at += 13) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      buffers.push(damaged);
    }
    for (const bytes of buffers) {
      const { error } = await read(bytes.buffer);
      if (error === undefined) continue; // the damage is in a text, or in what nobody reads
      expect(error.code).toBe("INVALID_DATA");
      expect(JSON.stringify([error.message, error.toJSON(), error.cause])).not.toMatch(/SECRET|\n/);
    }
    expect((await read(new ArrayBuffer(0))).error?.message).toMatch(
      /expected a Parquet file, got a damaged one/,
    );
  });

  it("what can't be an option, and goes no further when cancelled", async () => {
    const bytes = write([texts]);
    for (const options of [{ select: [] }, { select: ["a", "a"] }, { maxRowGroupBytes: 0 }]) {
      expect(() => readParquetRows(bytes, { file, select: ["key"], ...options })).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
      );
    }
    const { error } = await read(bytes, { signal: AbortSignal.abort() });
    expect(error?.code).toBe("ABORTED");
  });
});

describe("openRows", () => {
  const folder = mkdtempSync(join(tmpdir(), "veilshare-parquet-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("reads a Parquet file by its name or by its stated format, as often as asked", async () => {
    const bytes = new Uint8Array(write([{ name: "key", data: ["a", "b"], type: "STRING" }]));
    writeFileSync(join(folder, "t.PARQUET"), bytes);
    writeFileSync(join(folder, "t.bin"), bytes);
    const named = openRows(join(folder, "t.PARQUET"), { select: ["key"] });
    const stated = openRows(join(folder, "t.bin"), { select: ["key"], format: "parquet" });
    for (const source of [named, named, stated]) {
      const cells: unknown[] = [];
      for await (const row of source) cells.push(row.cells[0]);
      expect(cells).toEqual(["a", "b"]);
    }
  });

  it("says that a file is not there, or no Parquet", async () => {
    const next = (name: string): Promise<unknown> =>
      openRows(join(folder, name), { select: ["key"] })
        [Symbol.asyncIterator]()
        .next();
    await expect(next("none.parquet")).rejects.toThrow(/a file that can be read, got no such file/);
    writeFileSync(join(folder, "csv.parquet"), "key\n1\n");
    await expect(next("csv.parquet")).rejects.toThrow(/expected a Parquet file/);
  });
});

describeWithData(
  "real and hostile texts through Parquet",
  ["psi/febrl4a.csv", "badinput/naughty-strings-part-a.json"],
  () => {
    it("come back as the CSV reader gives them", async () => {
      const table = parseTable(readData("psi/febrl4a.csv"), { file: "febrl4a.csv", trim: true });
      const data = [...textColumn(table, "soc_sec_id")];
      expect(await textsOf(write([{ name: "key", data, type: "STRING" }]))).toEqual(data);
      const naughty = readDataJson<string[]>("badinput/naughty-strings-part-a.json");
      expect(await textsOf(write([{ name: "key", data: naughty, type: "STRING" }]))).toEqual(naughty);
    });
  },
);

describe("Parquet files of other programs", () => {
  const files = "test/table/files";

  it.each(["polars.parquet", "pyarrow-gzip.parquet"])("%s is read, with its compression", async (name) => {
    const rows: (readonly string[])[] = [];
    for await (const { cells } of openRows(join(files, name), { select: ["id"] })) rows.push(cells);
    expect(rows).toEqual([["A-1"], ["A-2"]]);
    const table = await readTable(join(files, name));
    expect(table.columns).toEqual(name === "polars.parquet" ? ["id", "n"] : ["id"]);
  });

  it("a column that is there twice is refused by its name, and only where it is asked for", async () => {
    const path = join(files, "pyarrow-twice.parquet");
    await expect(readTable(path, { select: ["id"] })).rejects.toThrow(
      /column "id": expected distinct column names, got columns 1 and 2 of one name/,
    );
    await expect(readTable(path)).rejects.toMatchObject({ code: "INVALID_DATA", column: "id" });
  });

  it("numbers and times are texts in a table, and no keys in rows", async () => {
    const columnData: Column[] = [
      { name: "double", data: [0.1, -2.5e-7], type: "DOUBLE" },
      { name: "float", data: [0.1, 16_777_216], type: "FLOAT" },
      { name: "time", data: [new Date("2026-11-25T10:00:00.5Z"), day("1969-12-31")], type: "TIMESTAMP" },
    ];
    const folder = mkdtempSync(join(tmpdir(), "veilshare-parquet-"));
    const path = join(folder, "measures.parquet");
    try {
      writeFileSync(path, new Uint8Array(write(columnData)));
      expect((await readTable(path)).cells).toEqual([
        ["0.1", "-2.5e-7"],
        ["0.1", "16777216"],
        ["2026-11-25T10:00:00.500Z", "1969-12-31T00:00:00.000Z"],
      ]);
      const keys = openRows(path, { select: ["double"] })[Symbol.asyncIterator]();
      await expect(keys.next()).rejects.toThrow(/got DOUBLE/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const dist = new URL("../../dist/", import.meta.url).href;

/** Runs a script in a process of its own; it must end by itself. */
async function output(body: string): Promise<string> {
  const script = `
    import { createPool } from "${dist}parallel/index.js";
    import { hashToGroupJob } from "${dist}group/jobs.js";
    import { byteRowsFromTexts } from "${dist}bytes/byte-rows.js";
    const chunk = { rows: byteRowsFromTexts(["a", "b"]), dst: "veilshare test" };
    ${body}`;
  const args = ["--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  return stdout.trim();
}

describe("a process", () => {
  it("exits although nobody closed the pool once its work is done", async () => {
    const body = `
      const pool = createPool({ workers: 2 });
      for await (const bytes of pool.map(hashToGroupJob, [chunk, chunk, chunk])) console.log(bytes.length);`;
    expect(await output(body)).toBe("64\n64\n64");
  });

  it.each([0, 1])("does not exit before pending work is done, with %i workers", async (workers) => {
    const body = `
      createPool({ workers: ${workers} }).run(hashToGroupJob, chunk).then((bytes) => console.log(bytes.length));`;
    expect(await output(body)).toBe("64");
  });

  it("exits after close in the middle of work", async () => {
    const body = `
      const pool = createPool({ workers: 1 });
      const pending = pool.run(hashToGroupJob, chunk).catch((error) => console.log(error.code));
      await pool.close();
      await pending;`;
    expect(await output(body)).toBe("CLOSED");
  });
});

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";

/** Installed by scripts/test-runtimes.mjs: runtimes, bundlers, and veilshare from the packed tarball. */
export const installed: string = join(process.cwd(), "build/runtimes");

/** A fresh folder of an application, beside what is installed. */
export function applicationFolder(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(installed, "apps", name);
  rmSync(folder, { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/**
 * A page's program: intersects two lists, once with a worker and once without, and notes warnings.
 *
 * @param workerUrl - How the program names its worker's script; undefined where the bundler finds it.
 */
export function pageProgram(workerUrl?: string): string {
  const pool = workerUrl === undefined ? "{ workers: 1 }" : `{ workers: 1, workerUrl: ${workerUrl} }`;
  return `
import { simulate } from "veilshare";
import { createPool } from "veilshare/parallel";
import { intersect } from "veilshare/psi";
const warnings = [];
addEventListener("veilshare-warning", ({ detail }) => warnings.push(detail));
const lists = [0, 20].map((first) => Array.from({ length: 50 }, (_, i) => "id " + (first + i)));
const common = async (options) => {
  const found = await simulate(2, (party) => intersect(party, lists[party.index], { reveal: "both", ...options }));
  return found.map(({ size }) => size);
};
globalThis.test = async () => {
  const pool = createPool(${pool});
  const withWorker = await common({ pool });
  await pool.close();
  return { withWorker, okvs: await common({ method: "okvs", workers: 0 }), warnings };
};
globalThis.ready = true;
`;
}

/** What {@link pageProgram} gives where all is well: a worker that was found, and no warning. */
export const wellDone = { withWorker: [30, 30], okvs: [30, 30], warnings: [] };

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

const executable = process.env["VEILSHARE_CHROMIUM"] ?? process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Serves a folder to Chromium and gives what the page's `test()` gives. */
export async function runPage(folder: string, policy?: string): Promise<unknown> {
  const server = createServer((request, response) => {
    const name = request.url === "/" ? "/index.html" : (request.url ?? "").replace(/\?.*/, "");
    try {
      const content = readFileSync(join(folder, name));
      response.setHeader("content-type", types[extname(name)] ?? "application/octet-stream");
      if (policy !== undefined) response.setHeader("content-security-policy", policy);
      response.end(content);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  const browser = await chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    const failure = new Promise<never>((_, reject) => page.on("pageerror", reject));
    await page.goto(`http://127.0.0.1:${port}/`);
    return await Promise.race([resultOf(page), failure]);
  } finally {
    await browser.close();
    server.close();
  }
}

/** Asked again and again: what waits inside the page is evaluated there, which a policy may forbid. */
async function resultOf(page: Page): Promise<unknown> {
  while ((await page.evaluate("globalThis.ready")) !== true) await sleep(100);
  return page.evaluate("globalThis.test()");
}

/** A page that loads one module. */
export const pageHtml = (script: string): string =>
  `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;

/** A program for a runtime without a page: two lists, one worker, and what is common on standard output. */
export const serverProgram = `
import { simulate } from "veilshare";
import { createPool } from "veilshare/parallel";
import { intersect } from "veilshare/psi";
const lists = [0, 20].map((first) => Array.from({ length: 50 }, (_, i) => "id " + (first + i)));
const common = async (options) => {
  const found = await simulate(2, (party) => intersect(party, lists[party.index], { reveal: "both", ...options }));
  return found[0].size;
};
const pool = createPool({ workers: 1 });
const withWorker = await common({ pool });
await pool.close();
console.log("common", withWorker, await common({ method: "okvs", workers: 0 }));
`;

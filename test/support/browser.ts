import { build } from "esbuild";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { chromium } from "playwright-core";
import { describe } from "vitest";

/** Where Debian, Chrome's installer and the user put it. */
const executable = [
  process.env["VEILSHARE_CHROMIUM"],
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

/** Containers have no user namespaces for a sandbox, and the page is our own; nothing else may reach for the network. */
const browserArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const inCi = process.env["CI"] === "true" || process.env["CI"] === "1";

/** `describe` for tests in a real browser: skipped loudly where none is installed, but not in CI. */
export function describeInBrowser(name: string, body: () => void): void {
  if (executable !== undefined || inCi) {
    describe(name, body);
    return;
  }
  process.stderr.write(`SKIPPED ${name}: no Chromium; set VEILSHARE_CHROMIUM to its path\n`);
  describe.skip(name, body);
}

/**
 * Bundles modules as an application's bundler would, serves them to a page on the loopback interface, and gives what the
 * page's `globalThis.test()` resolves to.
 *
 * @param entries - Output path without extension to source file; `page/main` defines `globalThis.test`. Paths matter: a
 * worker's script is found relative to the module that starts it.
 * @param argument - JSON that `globalThis.test` gets.
 */
export async function runInBrowser(
  entries: Readonly<Record<string, string>>,
  argument: unknown = null,
): Promise<unknown> {
  const bundle = await build({
    entryPoints: entries,
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    outdir: "/",
    logLevel: "silent",
  });
  const files = new Map(bundle.outputFiles.map(({ path, text }) => [path, text]));
  const server = await serve(files);
  const browser = await chromium.launch({
    ...(executable === undefined ? {} : { executablePath: executable }),
    args: browserArguments,
  });
  try {
    const page = await browser.newPage();
    const failure = new Promise<never>((_, reject) => {
      page.on("pageerror", reject);
    });
    await page.goto(`http://127.0.0.1:${portOf(server)}/`);
    const result = page.evaluate(`globalThis.test(${JSON.stringify(argument)})`);
    return await Promise.race([result, failure]);
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve(files: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const script = files.get(request.url ?? "");
    if (script === undefined) {
      response.setHeader("content-type", "text/html");
      response.end(
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page/main.js"></script>',
      );
      return;
    }
    response.setHeader("content-type", "text/javascript");
    response.end(script);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("expected a port");
  return address.port;
}

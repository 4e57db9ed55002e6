// What the package does under other runtimes and bundlers, which are no development dependencies: they are installed
// here, into an ignored folder, together with the packed tarball. `npm run test:runtimes -- [names of test files]`.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";

const folder = "build/runtimes";
mkdirSync(folder, { recursive: true });
copyFileSync("test/runtimes/package.json", `${folder}/package.json`);
const packed = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    encoding: "utf8",
  }),
);
const install = ["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--no-package-lock"];
execFileSync("npm", [...install, `./${packed[0].filename}`], {
  cwd: folder,
  stdio: ["ignore", "inherit", "inherit"],
});

const { status } = spawnSync(
  "npx",
  ["vitest", "run", "--config", "vitest.runtimes.config.ts", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
process.exit(status ?? 1);

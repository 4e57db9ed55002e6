import jsdoc from "eslint-plugin-jsdoc";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "build/",
      "coverage/",
      "**/node_modules/",
      "test/package/consumer/",
      "**/kernels/**/assembly/",
      "**/*.generated.ts",
    ],
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
  },
  {
    files: ["src/**/*.ts"],
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ["**/*.ts"],
    ignores: ["src/**"],
    languageOptions: {
      parserOptions: { project: "./tsconfig.test.json", tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ["**/*.ts"],
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // A type assertion is how this code says "the index was checked"; the proof stands beside it.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      "no-restricted-properties": ["error", { object: "Math", property: "random", message: "Use random/." }],
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true } }],
      // The compiler says these: unused names (noUnusedLocals), and there is no enum (erasableSyntaxOnly). They cost seconds.
      "@typescript-eslint/no-unused-vars": "off",
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      // Hot loops over typed arrays are plain on purpose.
      "@typescript-eslint/prefer-for-of": "off",
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { jsdoc },
    rules: {
      "jsdoc/require-jsdoc": [
        "error",
        {
          publicOnly: true,
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: ["TSInterfaceDeclaration", "TSTypeAliasDeclaration"],
        },
      ],
      "jsdoc/check-param-names": ["error", { checkDestructured: false, disableMissingParamChecks: true }],
      "no-console": "error",
    },
  },
  {
    // Messages are JSON: a type alias is assignable to the JSON type, an interface is not.
    files: ["examples/*/messages.ts"],
    rules: { "@typescript-eslint/consistent-type-definitions": "off" },
  },
  {
    // Vitest wants default exports, and a data reader's type parameter is its caller's claim about a file.
    files: ["vitest*.config.ts", "test/support/*.ts"],
    rules: { "no-restricted-exports": "off", "@typescript-eslint/no-unnecessary-type-parameters": "off" },
  },
);

// Builds with webpack 4, whose command line is another package: node build.cjs [external].
const webpack = require("webpack4");

const options = {
  mode: "production",
  context: __dirname,
  entry: "./main.js",
  output: { path: __dirname, filename: "bundle.js" },
  externals: process.argv[2] === "external" ? { "verto-wasm": "window" } : {},
};
webpack(options, (error, stats) => {
  if (!error && !stats.hasErrors()) return;
  console.error(String(error || stats.toString("errors-only")));
  process.exitCode = 1;
});

// The assets keep fixed names: the server adds a fingerprint to their addresses itself.
export default {
  build: {
    outDir: "../crates/web/assets",
    // `public/` brings back the .gitkeep that emptying takes away.
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    target: ["chrome110", "firefox115", "safari16.4"],
    rolldownOptions: {
      input: "src/main.ts",
      output: { entryFileNames: "app.js", assetFileNames: "app.[ext]" },
    },
  },
};

import { defineConfig } from "vite";

// Output: var/static (or WATTDESK_VAR/static) with manifest.json, read by django-vite.
declare const process: { env: Record<string, string | undefined> };
const outDir = process.env["WATTDESK_STATIC"] ?? "../var/static";

export default defineConfig({
  base: "/static/",
  build: {
    outDir,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    // Content policy: no data: scripts; fonts stay files, so that they are cached by themselves.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
    rollupOptions: {
      input: "src/staff.ts",
      onwarn(warning, warn) {
        // htmx can evaluate strings; here it may not (allowEval, content policy).
        if (warning.code !== "EVAL") warn(warning);
      },
    },
  },
});

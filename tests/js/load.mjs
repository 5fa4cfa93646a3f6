// Loads scripts of views as one module, put together as the package puts them together.

import { readFile } from "node:fs/promises";

const STATIC = new URL("../../imagelab/views/static/", import.meta.url);

/** Import the texts of several files as one module; they belong to no package.json. */
export async function load(...names) {
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, STATIC), "utf8")));
  return import(`data:text/javascript,${encodeURIComponent(texts.join("\n"))}`);
}

// The pure parts of the grid's script: words, order, and where arrow keys lead.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const grid = await load("common.js", "lightbox.js", "tiles.js", "arranging.js", "grid.js");

// Two rows and two columns; the place at the bottom right holds two samples.
const TILES = [
  { position: 0, row: 0, column: 0 },
  { position: 1, row: 0, column: 1 },
  { position: 2, row: 1, column: 0 },
  { position: 3, row: 1, column: 1 },
  { position: 4, row: 1, column: 1 },
];
const RUNNING = { pictures: 6, landed: 4, from_ledger: 0, troubled: 0, spent: "$0.18", quoted: "$0.44", seconds_left: 7.2, stopping: false, finished: false };
const TOTALS = { rows: [], columns: [], all: "$0.44", simulated: false };

test("a run says pictures, dollars of dollars, and time left", () => {
  assert.deepEqual(grid.headline(6, TOTALS, RUNNING), ["4 of 6 pictures", "$0.18 of $0.44", "about 8 s left"]);
});

test("a run without a quote says what it spent", () => {
  assert.deepEqual(grid.headline(6, TOTALS, { ...RUNNING, quoted: "" })[1], "$0.18");
});

test("pictures from the ledger and without a picture are counted", () => {
  const parts = grid.headline(6, TOTALS, { ...RUNNING, from_ledger: 2, troubled: 1 });
  assert.ok(parts.includes("2 from the ledger") && parts.includes("1 without a picture"));
});

test("a run that stops says what it waits for, not a time", () => {
  const parts = grid.headline(6, TOTALS, { ...RUNNING, stopping: true });
  assert.equal(parts.at(-1), "finishing what is under way");
});

test("a comparison that no run is behind says pictures and dollars", () => {
  assert.deepEqual(grid.headline(6, TOTALS, {}), ["6 pictures", "$0.44"]);
});

test("a finished run says what came from the ledger, and what that saved", () => {
  const parts = grid.headline(6, TOTALS, { ...RUNNING, landed: 6, from_ledger: 4, saved: "$0.08", finished: true });
  assert.deepEqual(parts, ["6 pictures", "$0.44", "4 from the ledger, saved $0.08"]);
});

test("sideways arrows follow the order of reading", () => {
  assert.equal(grid.step(TILES, 1, "ArrowRight"), 2);
  assert.equal(grid.step(TILES, 2, "ArrowLeft"), 1);
});

test("up and down stay in the column", () => {
  assert.equal(grid.step(TILES, 1, "ArrowDown"), 3);
  assert.equal(grid.step(TILES, 4, "ArrowUp"), 1);
});

test("arrows lead nowhere at the edges", () => {
  assert.equal(grid.step(TILES, 0, "ArrowLeft"), null);
  assert.equal(grid.step(TILES, 4, "ArrowRight"), null);
  assert.equal(grid.step(TILES, 0, "ArrowUp"), null);
});

test("Home and End lead to the first and the last picture", () => {
  assert.equal(grid.step(TILES, 2, "Home"), 0);
  assert.equal(grid.step(TILES, 2, "End"), 4);
});

test("a sorted place is read in its order, not by position", () => {
  const sorted = [{ position: 5, row: 0, column: 0, order: 0 }, { position: 2, row: 0, column: 0, order: 1 }];
  assert.deepEqual(grid.readingOrder(sorted).map((tile) => tile.position), [5, 2]);
});

test("other keys and unknown pictures lead nowhere", () => {
  assert.equal(grid.step(TILES, 0, "x"), null);
  assert.equal(grid.step(TILES, 99, "ArrowRight"), null);
});

test("pictures that are missing are counted against all", () => {
  assert.deepEqual(grid.headline(8, { ...TOTALS, shown: 2 }, {}), ["2 of 8 pictures", "$0.44"]);
});

test("an unknown cost is not said twice as what was paid now", () => {
  const parts = grid.headline(6, { ...TOTALS, all: "$0.44 + ?", shown: 6 }, { ...RUNNING, landed: 6, spent: "$0.44", finished: true });
  assert.deepEqual(parts, ["6 pictures", "$0.44 + ?"]);
});

test("what is not finished says whether it is on its way or all that came", () => {
  assert.equal(grid.begunWords("waiting", "partial 1 of 2"), "partial 1 of 2");
  assert.equal(grid.begunWords("unknown", "partial"), "unknown: unfinished");
  assert.equal(grid.begunWords("done", ""), "");
});

test("documents that could run scripts are told from pictures", () => {
  assert.ok(["image/svg+xml", "text/html", "application/xhtml+xml"].every(grid.isDocument));
  assert.ok(!["image/png", "image/gif", "image/webp", "application/octet-stream"].some(grid.isDocument));
});

test("bytes become a data URL, however they come", () => {
  const bytes = new Uint8Array([0, 104, 105, 255]);
  const part = new DataView(bytes.buffer, 1, 2);
  assert.equal(grid.dataUrl(part, "image/svg+xml"), `data:image/svg+xml;base64,${btoa("hi")}`);
  assert.equal(grid.dataUrl(bytes.buffer.slice(1, 3), "image/png"), `data:image/png;base64,${btoa("hi")}`);
});

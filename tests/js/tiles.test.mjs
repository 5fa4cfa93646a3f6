// Selecting tiles, and letting go of thumbnails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const tiles = await load("common.js", "tiles.js");
const ALL = [0, 2, 1, 3, 4]; // as they stand, not as they are numbered

test("choosing one adds it where it stands, and again takes it away", () => {
  assert.deepEqual(tiles.choose(ALL, [3], 2), [2, 3]);
  assert.deepEqual(tiles.choose(ALL, [2, 3], 2), [3]);
});

test("a range goes from the last one to this one, either way, and keeps the rest", () => {
  assert.deepEqual(tiles.choose(ALL, [4], 1, { range: 0 }), [0, 2, 1, 4]);
  assert.deepEqual(tiles.choose(ALL, [], 0, { range: 1 }), [0, 2, 1]);
});

test("a range from one that is gone is only this one", () => {
  assert.deepEqual(tiles.choose(ALL, [], 3, { range: 99 }), [3]);
});

test("only the oldest that are not needed go, and only as many as are too many", () => {
  const needed = (name) => name === "b";
  assert.deepEqual(tiles.tooMany(["a", "b", "c", "d"], 2, needed), ["a", "c"]);
  assert.deepEqual(tiles.tooMany(["a", "b"], 2, needed), []);
});

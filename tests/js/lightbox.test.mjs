// What is written under an original.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const grid = await load("common.js", "lightbox.js");

test("a picture's facts are price, seconds, size and note", () => {
  const tile = { status: "done", price: "$0.04", seconds: "3.2 s", width: 1536, height: 1024, note: "" };
  assert.deepEqual(grid.facts(tile), ["$0.04", "3.2 s", "1536 × 1024"]);
});

test("a refused picture's facts have no size", () => {
  const tile = { status: "refused", price: "not billed", seconds: "", width: 1024, height: 1024, note: "why" };
  assert.deepEqual(grid.facts(tile), ["refused", "not billed"]);
});

test("tokens, settings that came otherwise and a remark are facts too, the size only once", () => {
  const tile = { status: "done", price: "$0.04", seconds: "", width: 1536, height: 1024, note: "", details: ["272 tokens", "1536x1024", "auto → high"], remark: "good" };
  assert.deepEqual(grid.facts(tile), ["$0.04", "1536 × 1024", "272 tokens", "auto → high", "“good”"]);
});

// The pure parts of the bench.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { fitting, pressed } = await load("common.js", "lightbox.js", "tiles.js", "along.js", "bench.js");
const TIERS = ["low", "medium", "high", "auto"];

test("what another model takes too stays as it is", () => {
  assert.equal(fitting("medium", TIERS), "medium");
});

test("a tier above the highest becomes the highest, and an unknown one the first", () => {
  assert.equal(fitting("max", TIERS), "high");
  assert.equal(fitting("odd", TIERS), "low");
  assert.equal(fitting("1000x1000", ["1024x1024", "auto"]), "1024x1024");
});

test("a model that nobody knows keeps everything", () => {
  assert.equal(fitting("max", []), "max");
});

test("a press says how far it is until it is over", () => {
  assert.deepEqual(pressed({}), []);
  assert.deepEqual(pressed({ pictures: 4, landed: 1, seconds_left: 9 }), ["1 of 4 pictures", "about 9 s left"]);
  assert.deepEqual(pressed({ pictures: 4, landed: 1, stopping: true }), ["1 of 4 pictures", "finishing what is under way"]);
  assert.deepEqual(pressed({ pictures: 4, landed: 4, finished: true }), []);
});

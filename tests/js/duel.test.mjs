// The pure parts of the duel's script: keys, words, and where a picture is looked at.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const duel = await load("common.js", "duel.js");

const BEGUN = { rater: "ann", votes: 12, own: 12, unseen: 18, sure: 0.614, settled: false, to_go: 9, gone: 0 };

test("keys mean sides, tie, skip, undo and zoom, in either case", () => {
  const keys = ["ArrowLeft", "ArrowRight", "ArrowDown", "t", "T", "s", "u", "Backspace", "Z"];
  const means = ["left", "right", "tie", "tie", "tie", "skip", "undo", "undo", "zoom"];
  assert.deepEqual(keys.map(duel.meaning), means);
});

test("other keys mean nothing here", () => {
  assert.deepEqual(["x", "Enter", "Tab", " ", "ArrowUp"].map(duel.meaning), [null, null, null, null, null]);
});

test("progress counts one's own votes and the pairs that are left", () => {
  assert.deepEqual(duel.progress(BEGUN), ["12 votes of yours", "18 pairs not seen yet"]);
  assert.deepEqual(duel.progress({ ...BEGUN, own: 1, unseen: 1 }), ["1 vote of yours", "12 with those of others", "1 pair not seen yet"]);
});

test("progress says that every pair was seen, and what cannot be shown", () => {
  assert.deepEqual(duel.progress({ ...BEGUN, unseen: 0, gone: 1 }), ["12 votes of yours", "every pair seen", "1 picture cannot be shown and is left out"]);
});

test("how sure it is never rounds up", () => {
  assert.equal(duel.sureness({ ...BEGUN, sure: 0.9499 }), "94 % sure · about 9 more");
});

test("before ten votes nothing is guessed", () => {
  assert.equal(duel.sureness({ ...BEGUN, votes: 9 }), "61 % sure");
});

test("pairs that may not be enough are said not to be", () => {
  assert.equal(duel.sureness({ ...BEGUN, to_go: 18 }), "61 % sure · the pairs left may not settle it");
});

test("what is settled is settled", () => {
  assert.equal(duel.sureness({ ...BEGUN, settled: true, to_go: 0 }), "settled");
});

test("the end says why", () => {
  assert.match(duel.ending({ ...BEGUN, settled: true }), /^It is settled/);
  assert.match(duel.ending({ ...BEGUN, unseen: 0 }), /^You have seen every pair/);
  assert.match(duel.ending({ ...BEGUN, own: 0, unseen: 0 }), /^There is no pair/);
});

test("a pointer is found in per cent, and kept inside", () => {
  const box = { left: 100, top: 50, width: 200, height: 400 };
  assert.deepEqual(duel.spot(box, 150, 250), [25, 50]);
  assert.deepEqual(duel.spot(box, 0, 9999), [0, 100]);
});

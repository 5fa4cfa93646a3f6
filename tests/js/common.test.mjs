// The pure parts that all views' scripts share.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const common = await load("common.js");

test("time left is rounded up, and said in minutes when it is long", () => {
  assert.equal(common.timeLeft(7.2), "about 8 s left");
  assert.equal(common.timeLeft(600), "about 10 min left");
});

test("a time that nobody knows is not said", () => {
  assert.equal(common.timeLeft(null), "");
  assert.equal(common.timeLeft(undefined), "");
});

test("a run says what it waits for", () => {
  assert.equal(common.waitingFor({ seconds_left: 20, limited: true }), "about 20 s left at the provider's limit");
  assert.equal(common.waitingFor({ seconds_left: 20 }), "about 20 s left");
  assert.equal(common.waitingFor({ seconds_left: 20, stopping: true }), "finishing what is under way");
});

test("one picture is counted in the singular", () => {
  assert.equal(common.counted(1), "1 picture");
  assert.equal(common.counted(0), "0 pictures");
});

test("keys with a modifier belong to the notebook", () => {
  assert.ok(common.belongsToNotebook({ ctrlKey: true, metaKey: false, altKey: false }));
  assert.ok(!common.belongsToNotebook({ ctrlKey: false, metaKey: false, altKey: false }));
});

test("what is set often is saved at once, and then at most every so often", async () => {
  let saved = 0;
  const save = common.gently({ save_changes: () => (saved += 1) }, 20);
  for (let at = 0; at < 50; at += 1) save();
  assert.equal(saved, 1);
  await new Promise((done) => setTimeout(done, 60));
  assert.equal(saved, 2);
});

test("a view that ends saves what was still to be saved", () => {
  let saved = 0;
  const save = common.gently({ save_changes: () => (saved += 1) }, 1000);
  save();
  save();
  save.end();
  assert.equal(saved, 2);
});

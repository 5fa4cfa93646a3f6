// The pure parts of the gallery.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const gallery = await load("common.js", "lightbox.js", "tiles.js", "gallery.js");

test("a search says what it found, and no search how many there are", () => {
  assert.equal(gallery.summary(12, { prompt: "", star: false }), "12 pictures");
  assert.equal(gallery.summary(1, { prompt: "fox", star: false }), "1 picture found");
});

test("arrow keys go down by a row of the shelf as it stands", () => {
  const places = gallery.placed([9, 8, 7, 6, 5], 3);
  assert.equal(gallery.step(places, 9, "ArrowDown"), 6);
  assert.equal(gallery.step(places, 5, "ArrowUp"), 8);
  assert.equal(gallery.step(places, 7, "ArrowRight"), 6);
});

test("what is asked for one by one is one question, and nothing is asked for twice", async () => {
  const asked = [];
  const want = gallery.gatherer((ids) => asked.push(ids), 5);
  [1, 2, 1, 3].forEach(want);
  await new Promise((done) => setTimeout(done, 30));
  want(2);
  await new Promise((done) => setTimeout(done, 30));
  assert.deepEqual(asked, [[1, 2, 3]]);
});

// Pictures that go along: parts of files, and where JupyterLab serves them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { cuts, served, tooLarge } = await load("common.js", "lightbox.js", "tiles.js", "along.js");

test("a file is cut into parts that are full but for the last", () => {
  assert.deepEqual(cuts(25, 10), [0, 10, 20]);
  assert.deepEqual(cuts(20, 10), [0, 10]);
});

test("a file of nothing is one part, so that somebody says so", () => {
  assert.deepEqual(cuts(0, 10), [0]);
});

test("a file of the browser's lies under files, each folder written for an address", () => {
  assert.equal(served("/user/me/", "my pictures/a#1.png"), "/user/me/files/my%20pictures/a%231.png");
  assert.equal(served("/", "RTC:fox.png"), "/files/fox.png");
});

test("what is too large is not sent, and both sizes are named", () => {
  const words = tooLarge({ name: "fox.png", size: 60 * 2 ** 20 }, 50 * 2 ** 20);
  assert.equal(words, "fox.png has 60.0 MB, and one picture must stay below 50 MB.");
  assert.equal(tooLarge({ name: "fox.png", size: 10 }, 50 * 2 ** 20), "");
});

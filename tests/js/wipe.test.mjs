// The pure parts of Wipe: colours, words, and where the line is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const wipe = await load("common.js", "looking.js", "wipe.js");

test("no difference is black and the largest is bright", () => {
  assert.deepEqual(wipe.heat(0, 32), [0, 0, 4]);
  assert.deepEqual(wipe.heat(255, 1), [252, 255, 164]);
});

test("amplified, a small difference is as bright as a large one", () => {
  assert.deepEqual(wipe.heat(10, 8), wipe.heat(80, 1));
  assert.deepEqual(wipe.heat(200, 8), wipe.heat(255, 1));
});

test("more is never darker", () => {
  const light = Array.from({ length: 256 }, (_, levels) => wipe.heat(levels, 1)).map(([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b);
  assert.ok(light.every((one, at) => !at || one >= light[at - 1] - 0.5));
});

test("the numbers are a line", () => {
  assert.deepEqual(wipe.told({ ssim: 0.58537, mean_difference: 31.89, fitted: "" }), ["SSIM 0.585", "mean difference 31.9 of 255"]);
});

test("that a picture is fitted is said, even before the numbers are there", () => {
  assert.deepEqual(wipe.told({ fitted: "32 × 24 fitted into 64 × 48" }), ["32 × 24 fitted into 64 × 48"]);
});

test("numbers that cannot be had say why", () => {
  assert.deepEqual(wipe.told({ fitted: "", error: "The file is gone." }), ["The file is gone."]);
});

test("the line follows the pointer and stays on the picture", () => {
  const box = { left: 100, width: 400 };
  assert.deepEqual([100, 300, 500, 50, 900].map((x) => wipe.across(x, box)), [0, 50, 100, 0, 100]);
});

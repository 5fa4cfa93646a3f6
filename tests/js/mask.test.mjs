// The pure parts of MaskPad: steps, widths, pixels and boxes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const mask = await load("common.js", "looking.js", "mask.js");

test("at first there is nowhere to go", () => {
  assert.deepEqual(mask.ways({ at: 0, top: 0 }), { back: false, on: false });
});

test("one can go back to the oldest step that is kept, and on to the newest", () => {
  assert.deepEqual(mask.ways({ at: 3, top: 5 }), { back: true, on: true });
  assert.deepEqual(mask.ways({ at: 17, top: 40 }), { back: false, on: true });
  assert.deepEqual(mask.ways({ at: 40, top: 40 }), { back: true, on: false });
});

test("a brush grows and shrinks by a fifth, or by one if it is fine", () => {
  assert.deepEqual([mask.sized(50, 1, 1024), mask.sized(50, -1, 1024), mask.sized(3, -1, 1024)], [60, 40, 2]);
  assert.deepEqual([mask.sized(1, -1, 1024), mask.sized(1000, 1, 1024)], [1, 1024]);
});

test("a pointer is over a pixel of the picture, whatever size that is shown at", () => {
  const box = { left: 10, top: 20, width: 300, height: 200 };
  assert.deepEqual(mask.pixel({ clientX: 160, clientY: 120 }, box, { width: 1536, height: 1024 }), { x: 768, y: 512 });
  assert.deepEqual(mask.pixel({ clientX: 0, clientY: 999 }, box, { width: 1536, height: 1024 }), { x: 0, y: 1024 });
});

test("a box spans whole pixels between two corners, in any order", () => {
  const box = { x: 10, y: 5, width: 21, height: 16 };
  assert.deepEqual(mask.spanned({ x: 10.2, y: 5.9 }, { x: 30.1, y: 20.5 }), box);
  assert.deepEqual(mask.spanned({ x: 30.1, y: 20.5 }, { x: 10.2, y: 5.9 }), box);
  assert.deepEqual(mask.spanned({ x: 4, y: 4 }, { x: 4, y: 4 }), { x: 4, y: 4, width: 1, height: 1 });
});

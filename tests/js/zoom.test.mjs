// The arithmetic of Zoom: levels, places, and what stays under the hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const zoom = await load("common.js", "looking.js", "zoom.js");

const FOX = { width: 1024, height: 1024 };
const ROOM = { width: 400, height: 400 };
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-6, `${one} is not ${other}`);

test("a picture fits by its longer side, and is not enlarged to fit", () => {
  near(zoom.fits(FOX, ROOM, 1), 400 / 1024);
  near(zoom.fits({ width: 2048, height: 512 }, ROOM, 1), 400 / 2048);
  near(zoom.fits({ width: 100, height: 100 }, ROOM, 1), 1);
});

test("on a screen of two pixels to the point a picture fits at twice the level", () => {
  near(zoom.fits(FOX, ROOM, 2), 800 / 1024);
});

test("at 100 % a pixel is a pixel of the screen", () => {
  near(zoom.placed(FOX, FOX, ROOM, { level: 1, x: 0.5, y: 0.5 }, 1).width, 1024);
  near(zoom.placed(FOX, FOX, ROOM, { level: 1, x: 0.5, y: 0.5 }, 2).width, 512);
});

test("the middle of the picture is in the middle of its frame", () => {
  const { left, width } = zoom.placed(FOX, FOX, ROOM, { level: 1, x: 0.5, y: 0.5 }, 1);
  near(left + width / 2, 200);
});

test("a picture lies on whole pixels of the screen", () => {
  for (const ratio of [1, 1.5, 2]) {
    const { left } = zoom.placed(FOX, FOX, ROOM, { level: 3, x: 0.4123, y: 0.5 }, ratio);
    near(left * ratio, Math.round(left * ratio));
  }
});

test("no frame shows what is beyond an edge", () => {
  const { left } = zoom.placed(FOX, FOX, ROOM, { level: 2, x: 0, y: 0.5 }, 1);
  assert.equal(left, 0);
});

test("a picture of half the size is shown twice as large, so that both show the same part", () => {
  const half = { width: 512, height: 512 };
  const [one, other] = [FOX, half].map((each) => zoom.placed(each, FOX, ROOM, { level: 2, x: 0.3, y: 0.6 }, 1));
  assert.deepEqual([one.left, one.top, one.width], [other.left, other.top, other.width]);
  near(other.level, 4);
});

test("what is under the hand stays there", () => {
  const look = { level: 1, x: 0.5, y: 0.5 };
  const point = { x: 120, y: 300 };
  const under = (seen) => {
    const { left, top, width, height } = zoom.placed(FOX, FOX, ROOM, seen, 1);
    return [(point.x - left) / width, (point.y - top) / height];
  };
  const before = under(look);
  const after = under(zoom.about(look, 4, point, FOX, ROOM, 1));
  assert.ok(Math.abs(before[0] - after[0]) < 0.001 && Math.abs(before[1] - after[1]) < 0.001);
});

test("levels end at 3,200 % and at 2 %", () => {
  const look = { level: 1, x: 0.5, y: 0.5 };
  assert.equal(zoom.about(look, 99, { x: 0, y: 0 }, FOX, ROOM, 1).level, 32);
  assert.equal(zoom.about(look, 0, { x: 0, y: 0 }, FOX, ROOM, 1).level, 0.02);
});

test("pictures stand abreast as the cell has room", () => {
  assert.deepEqual([2, 3, 4, 6].map((number) => zoom.abreast(number, 1200)), [2, 3, 2, 3]);
  assert.deepEqual([2, 3, 4, 6].map((number) => zoom.abreast(number, 600)), [2, 2, 2, 2]);
  assert.deepEqual([2, 6].map((number) => zoom.abreast(number, 300)), [1, 1]);
});

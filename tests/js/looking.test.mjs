// The pure parts that Zoom, Wipe and MaskPad share.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const look = await load("common.js", "looking.js");

/** A clock that is wound by hand. */
function clock() {
  const waiting = [];
  return { wait: (act, milliseconds) => waiting.push([act, milliseconds]), tick: () => waiting.shift()[0](), waiting };
}

test("what moves fast is told once at first and once at the end of the pace", () => {
  const { wait, tick, waiting } = clock();
  let told = 0;
  const tell = look.paced(() => (told += 1), 100, wait);
  for (let at = 0; at < 50; at += 1) tell();
  assert.equal(told, 1);
  assert.equal(waiting[0][1], 100);
  tick();
  assert.equal(told, 2);
});

test("what rests is told at once again", () => {
  const { wait, tick } = clock();
  let told = 0;
  const tell = look.paced(() => (told += 1), 100, wait);
  tell();
  tick();
  tell();
  assert.equal(told, 2);
});

test("what still waits when a view is closed is told then", () => {
  const { wait } = clock();
  let told = 0;
  const tell = look.paced(() => (told += 1), 100, wait);
  tell.now();
  assert.equal(told, 0);
  tell();
  tell();
  tell.now();
  assert.equal(told, 2);
});

test("a level is written in per cent", () => {
  assert.deepEqual([0.05, 0.325, 1, 4].map(look.percent), ["5.0 %", "33 %", "100 %", "400 %"]);
});

test("a picture is called by its label and its price, if it has one", () => {
  assert.equal(look.called({ label: "low", price: "$0.011" }), "low · $0.011");
  assert.equal(look.called({ label: "fox.png", price: "" }), "fox.png");
});

test("a slider keeps its arrows, a button its space bar, and a picture neither", () => {
  assert.ok(look.ownsKeys({ tagName: "INPUT" }, "ArrowLeft"));
  assert.ok(look.ownsKeys({ tagName: "BUTTON" }, " "));
  assert.ok(!look.ownsKeys({ tagName: "BUTTON" }, "ArrowLeft"));
  assert.ok(!look.ownsKeys({ tagName: "INPUT" }, "d"));
  assert.ok(!look.ownsKeys({ tagName: "DIV" }, " "));
});

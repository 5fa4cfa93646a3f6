// Words told apart, and what an axis may be.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { wordDiff, axisChoices } = await load("common.js", "arranging.js");
const text = (parts, ...kinds) => parts.filter(([kind]) => kinds.includes(kind)).map(([, words]) => words).join("");

test("what is added is marked, and the rest is the same", () => {
  assert.deepEqual(wordDiff("a red fox in snow", "a red fox in snow, watercolour"), [["same", "a red fox in snow"], ["added", ", watercolour"]]);
});

test("what is gone comes before what stands in its place", () => {
  assert.deepEqual(wordDiff("a red fox", "a blue fox"), [["same", "a"], ["gone", " red"], ["added", " blue"], ["same", " fox"]]);
});

test("a word in the middle of many is found", () => {
  const parts = wordDiff("one two three four five six", "one three two four nine six");
  assert.equal(text(parts, "same", "added"), "one three two four nine six");
  assert.equal(text(parts, "gone").trim().split(" ").length, 2);
});

test("equal texts have no difference, and empty ones no parts", () => {
  assert.deepEqual(wordDiff("a fox", "a fox"), [["same", "a fox"]]);
  assert.deepEqual(wordDiff("", ""), []);
});

test("texts that have nothing in common are not cut to pieces", () => {
  assert.deepEqual(wordDiff("a red fox in snow", "two boats under sail at dawn"), [["same", "two boats under sail at dawn"]]);
});

test("the new text can always be read whole", () => {
  const words = ["fox", "snow", "red", ",", "½", "über", "don’t"];
  for (let seed = 1; seed < 200; seed += 1) {
    const make = (n) => Array.from({ length: 6 }, (_, at) => words[(seed * n * (at + 3) + at * at) % words.length]).join(" ");
    const other = make(7);
    assert.equal(text(wordDiff(make(5), other), "same", "added"), other);
  }
});

test("very long texts are told apart in no time, by what they begin and end with", () => {
  const long = (word) => `start ${Array.from({ length: 3000 }, (_, at) => `${word}${at}`).join(" ")} end`;
  assert.deepEqual(wordDiff(long("a"), long("b")), [["same", long("b")]]);
});

test("an axis may be nothing, any factor, or what it is with one more", () => {
  assert.deepEqual(axisChoices(["prompt", "size"], ["prompt"]).map((one) => one.words), ["nothing", "prompt", "size", "prompt · size"]);
});

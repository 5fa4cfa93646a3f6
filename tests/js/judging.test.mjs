// What a judge's view says of its progress and of what was said last.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { judgingLine, verdictLine } = await load("common.js", "lightbox.js", "tiles.js", "judging.js");

test("a judge at work is at a question, has spent something, and has time left", () => {
  const parts = judgingLine("gpt-4o", { pictures: 12, landed: 3, spent: "$0.01", from_ledger: 2, troubled: 1, seconds_left: 20 });
  assert.deepEqual(parts, ["gpt-4o is at question 4 of 12", "$0.01", "2 from the ledger", "1 without an answer", "about 20 s left"]);
});

test("the last question is not passed, and a finished judge is at none", () => {
  assert.equal(judgingLine("gpt-4o", { pictures: 12, landed: 12 })[0], "gpt-4o is at question 12 of 12");
  assert.deepEqual(judgingLine("gpt-4o", { pictures: 12, landed: 12, finished: true, spent: "$0.02" }), ["gpt-4o: 12 of 12 questions", "$0.02"]);
});

test("stopping says that it finishes what is under way", () => {
  assert.ok(judgingLine("gpt-4o", { pictures: 2, landed: 1, stopping: true }).includes("finishing what is under way"));
});

test("a verdict names the winner, or a tie, or nothing before the first", () => {
  assert.equal(verdictLine({ left: "low", right: "high", winner: "high" }), "low or high: high");
  assert.equal(verdictLine({ left: "low", right: "high", winner: "" }), "low or high: a tie");
  assert.equal(verdictLine({}), "");
});

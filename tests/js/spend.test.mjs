// What the purse says to who cannot see its bar.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { spoken } = await load("common.js", "lightbox.js", "tiles.js", "spend.js");

test("what there is is said, and what there is nothing of is not", () => {
  assert.equal(spoken({ spent: "$1.20", at_risk: "$0.04", held: "$0", left: "$3.76", budget: "$5.00" }), "$1.20 spent, $0.04 at risk, $3.76 left of $5.00");
});

test("an untouched purse without a budget says so", () => {
  assert.equal(spoken({ spent: "$0", at_risk: "$0", held: "$0", left: "", budget: "" }), "nothing spent, no budget");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { claim, judged, width } from "../src/parts/figure.tsx";
import { untold } from "../src/parts/picture.tsx";
import type { Enclosure } from "../src/engine/protocol.ts";

const enclosure: Enclosure = {
  lower: "0.1", upper: "0.11", is_exact: false, near: [0.1, 0.11], width: 0.0909, verdict: "enclosed",
};
const report = (given: object) => ({ claim: { norm: "sup", semantics: "real", weights: "exact", tolerance: null, ...given } });

test("a figure says what it is about", () => {
  assert.equal(claim({ enclosure, report: report({}) }), "Claim: sup error, exact weights, real arithmetic.");
  assert.equal(
    claim({ enclosure, report: report({ norm: "area", weights: "stored", semantics: "float32" }) }),
    "Claim: area, stored weights, float32 arithmetic.",
  );
  assert.equal(claim({ enclosure, report: report({ norm: "l2" }) }), "Claim: L² error, exact weights, real arithmetic.");
});

test("with a tolerance, the verdict comes first", () => {
  for (const [verdict, words] of [["proved", "Proved: at most 1/9. "], ["refuted", "Refuted: it is more than 1/9. "],
    ["undecided", "Undecided: is it at most 1/9? "]] as const) {
    const answer = { enclosure: { ...enclosure, verdict }, report: report({ tolerance: "1/9" }) };
    assert.ok(claim(answer).startsWith(words), verdict);
    assert.ok(claim(answer, false).startsWith("Claim: "), `${verdict}, of the last question`);
  }
});

test("a guess is judged by the enclosure, also as a fraction", () => {
  assert.equal(judged("0.105", enclosure), ", inside");
  assert.equal(judged("1/10", enclosure), ", inside");
  assert.equal(judged("0,22", enclosure), ", 2 times too large");
  assert.equal(judged("0.05", enclosure), ", 2 times too small");
  assert.equal(judged("0.111", enclosure), ", just too large");
  assert.equal(judged("about a tenth", enclosure), "");
  assert.equal(judged("7", { ...enclosure, near: [0.1, null] }), ", inside");
  assert.equal(judged("1", { ...enclosure, near: [0, 0] }), ", too large");
});

test("a width is told in two digits", () => {
  assert.equal(width(enclosure), "9.1 % wide");
  assert.equal(width({ ...enclosure, width: 1e-9 }), "less than 0.1 % wide");
  assert.equal(width({ ...enclosure, width: null, upper: null }), "no upper bound yet");
  assert.equal(width({ ...enclosure, is_exact: true }), "exact");
});

test("a picture to be guessed does not tell the figure in its title", () => {
  const svg = "<svg><title>3 steps within 0.1</title>\n<desc>Proved: 0.1\n≤ 0.11.</desc><text>0.1</text></svg>";
  const shown = untold(svg);
  assert.ok(!/<title>[^<]*[0-9]|<desc>[^<]*[0-9]/.test(shown), shown);
  assert.ok(shown.endsWith("<text>0.1</text></svg>"), shown);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { clip, clock, figure, fraction, money } from "../node_modules/.test/format.js";
import { barHeights, readUse } from "../node_modules/.test/report.js";
import { parts, percent, together } from "../node_modules/.test/share.js";

test("a clock rounds down and pads its seconds", () => {
  assert.equal(clock(0), "0:00");
  assert.equal(clock(83.99), "1:23");
  assert.equal(clock(Number.NaN), "0:00");
});

test("a balance keeps every micro-unit, however large", () => {
  const parts = figure(1_234_567_890n, "$", 2);
  assert.deepEqual(parts, { whole: "$1,234.", minor: "56", micro: "7890" });
  assert.equal(money(9_007_199_254_740_993n, "$"), "$9,007,199,254.740993");
  assert.equal(money(-43_333n, "$"), "−$0.043333");
  assert.deepEqual(figure(1_500_000n, "¥", 0), { whole: "¥1.", minor: "", micro: "500000" });
});

test("a clip tells what was used and what was billed", () => {
  assert.equal(clip(12_400, 13_000), "12.4 s → 13 s");
});

test("a pointer beyond the edge means the edge", () => {
  assert.equal(fraction(150, 100, 100), 0.5);
  assert.equal(fraction(10, 100, 100), 0);
  assert.equal(fraction(500, 100, 100), 1);
  assert.equal(fraction(5, 0, 0), 0);
});

test("an event that isn't a whole use is not shown", () => {
  assert.equal(readUse("not json"), null);
  assert.equal(readUse('{"id":"a","earned_micros":1.5,"balance_micros":2}'), null);
  assert.equal(readUse('{"id":"a","earned_micros":1}'), null);
  const use = readUse('{"id":"a","earned_micros":1,"balance_micros":"9007199254740993"}');
  assert.equal(use.balance, 9_007_199_254_740_993n);
});

test("the highest bar is full and a single use is still seen", () => {
  assert.deepEqual(barHeights([0, 1, 1000], 64), [0, 1, 64]);
  assert.deepEqual(barHeights([0, 0], 64), [0, 0]);
});

test("a part is read as the server reads it, and the sum says what is missing", () => {
  const read = ["50", "33,3333", "12.5 %", "333334 ppm", "100.1", "a third", ""].map(parts);
  assert.deepEqual(read, [500_000, 333_333, 125_000, 333_334, null, null, null]);
  assert.deepEqual([1_000_000, 500_000, 333_333].map(percent), ["100", "50", "33.3333"]);
  assert.equal(together(900_000), "Together 90 %: 10 % is missing.");
  assert.equal(together(1_100_000), "Together 110 %: 10 % too much.");
  assert.equal(together(1_000_000), "Together 100 %: it adds up.");
});

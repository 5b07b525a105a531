// Which handlers are twins: the same source text and the same userData. What becomes of them after a
// login is the core's decision (tests/core/resubscribing.rs).
import assert from "node:assert/strict";
import { test } from "node:test";
import { Registrations } from "../../pkg-template/host/registrations.js";

const make = () => () => {};
const twin = (registrations, handler, userData) => registrations.listener(handler, userData).twin.number;

test("the same code with the same userData is a twin, another is none", () => {
  const registrations = new Registrations();
  const first = twin(registrations, make(), 1);
  assert.equal(twin(registrations, make(), 1), first);
  assert.notEqual(twin(registrations, make(), 2), first);
  assert.notEqual(twin(registrations, () => 1, 1), first);
});

test("bound functions, whose text is the same, are told apart by their names", () => {
  const registrations = new Registrations();
  const page = { dial() {}, show() {} };
  const dial = twin(registrations, page.dial.bind(page));
  assert.notEqual(twin(registrations, page.show.bind(page)), dial);
  assert.equal(twin(registrations, page.dial.bind(page)), dial);
});

test("a twin is known as long as one of its handlers is", () => {
  const registrations = new Registrations();
  const [first, second] = [registrations.listener(make()), registrations.listener(make())];
  registrations.forgetUnused(first);
  registrations.forgetUnused(first);
  assert.equal(twin(registrations, make()), second.twin.number);
});

// What a form holds becomes answers or faults, twin of survey/instrument/answers.py: both run the cases of
// tests/unit/instrument/answer_cases.json. The server reads everything once more; here a worker is told at the door.

import { evaluate } from "./condition.js";

const INTEGER = /^[+-]?[0-9]{1,9}$/;
const AREA = /^[0-9A-Za-z][0-9A-Za-z_-]{0,31}$/;
const TEXT_LENGTH = 300;
// Control characters, lone surrogates and non-characters cannot be stored; line ends and tabs can.
const UNSTORABLE = /(?![\n\t])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/**
 * Read one form. `items`: definitions of the questionnaire's items in order; `raw`: item name to the strings given;
 * `context`: what the place carries. Returns the names asked, their faults as [name, key, detail], and the item whose
 * under-age stop ended the form (then nothing may be kept).
 */
export function readAnswers(items, raw, context = {}) {
  const known = { ...context };
  const asked = [];
  const faults = [];
  for (const item of items) {
    if (item.type === "note") continue;
    if (item.relevant && !evaluate(item.relevant.tree, known)) continue;
    asked.push(item.name);
    const { value, fault } = readItem(item, raw[item.name] ?? [], known);
    if (fault) faults.push([item.name, ...fault]);
    known[item.name] = fault ? "" : value;
    if (item.minimum_age && evaluate(item.minimum_age.stop.tree, known, known[item.name])) {
      return { asked: [], faults: [], stoppedAt: item };
    }
  }
  return { asked, faults, stoppedAt: null, known };
}

function readItem(item, given, known) {
  const clean = given.map(cleaned).filter(Boolean);
  if (!clean.length) return item.required ? { value: "", fault: ["required"] } : { value: "" };
  if (item.type !== "select_multiple" && clean.length > 1) return { fault: ["more_than_one"] };
  const read = READERS[item.type](item, clean);
  if (read.fault || !item.constraint) return read;
  const holds = evaluate(item.constraint.tree, { ...known, [item.name]: read.value }, read.value);
  return holds ? read : { fault: ["constraint"] };
}

const READERS = {
  select_one(item, [code]) {
    return item.choices.some((choice) => choice.name === code) ? { value: code } : { fault: ["unknown_code", code] };
  },

  select_multiple(item, codes) {
    const stranger = codes.find((code) => !item.choices.some((choice) => choice.name === code));
    if (stranger !== undefined) return { fault: ["unknown_code", stranger] };
    const chosen = item.choices.filter((choice) => codes.includes(choice.name));
    const alone = chosen.find((choice) => choice.exclusive);
    if (alone && chosen.length > 1) return { fault: ["exclusive_choice", alone.name] };
    if (item.maximum_choices && chosen.length > item.maximum_choices) {
      return { fault: ["too_many_choices", item.maximum_choices] };
    }
    return { value: chosen.map((choice) => choice.name).join(" ") };
  },

  text(item, [text]) {
    const limit = item.maximum_length ?? TEXT_LENGTH;
    return [...text].length > limit ? { fault: ["text_too_long", limit] } : { value: text };
  },

  integer(_item, [text]) {
    const digits = text.normalize("NFKC"); // Chinese keyboards write full-width digits
    return INTEGER.test(digits) ? { value: String(Number(digits)) } : { fault: ["not_an_integer"] };
  },

  area(_item, [code]) {
    return AREA.test(code) ? { value: code } : { fault: ["unknown_area", code] };
  },
};

const cleaned = (text) => text.replace(/\r\n?/g, "\n").normalize("NFC").replace(UNSTORABLE, "").trim();

// After the interview: what the interviewer notes down about it. Then answer and visit are closed into two boxes, and
// from then on nobody opens them on this device.

import { read } from "./database.js";
import * as drafts from "./drafts.js";
import { finish } from "./outbox.js";
import { fill, go, on, place, say, show, summary, word } from "./page.js";
import { putQuestionnaire } from "./questionnaire.js";
import { findCase, noteVisit } from "./session.js";
import { makeVisit, presence } from "./visit.js";
import { formKey } from "./work.js";

const HOW = { R: "1", S: "2" }; // the codes of interview_how

export async function showEnding(draft) {
  const screen = show("ending");
  const form = screen.querySelector("form");
  const [html, definition] = await Promise.all([
    read("forms", formKey(draft.wave, document.documentElement.lang)), read("forms", formKey(draft.wave, "definition")),
  ]);
  const names = itemNames(definition);
  const items = putQuestionnaire(place(screen, "form"), {
    html,
    definition,
    audience: "interviewer",
    values: { ...draft.closing?.values, ...(names.has("interview_how") ? { interview_how: [HOW[draft.mode]] } : {}) },
    context: { ...draft.context, ...draft.known },
    onChange: () => {},
  });
  if (names.has("interview_how")) items.hide("interview_how");
  place(screen, "present").hidden = names.has("interview_present");
  fill(screen, "address", draft.address);
  putBack(form, draft);
  form.addEventListener("input", () => {
    draft.closing = { values: items.read().values, present: presence(form), note: form.elements.note.value };
    draft.disposition = form.elements.disposition.value;
    drafts.save(draft).catch(() => say("problem", word("problem-storage")));
  });
  on(screen, "close", () => close(screen, form, items, draft));
  return true;
}

/** What was noted down on this screen before the tab was killed. */
function putBack(form, { disposition, closing }) {
  form.elements.disposition.value = disposition;
  form.elements.note.value = closing?.note ?? "";
  form.querySelectorAll("[name=present]").forEach((box) => { box.checked = closing?.present.includes(box.value) ?? false; });
}

async function close(screen, form, items, draft) {
  const { values, faults } = items.read();
  const present = values.interview_present ?? presence(form);
  const lines = items.faults(faults);
  if (!present.length && !values.interview_present) lines.push(["ending-present", word("choose-present")]);
  summary(screen, lines);
  if (lines.length) return;
  const one = findCase(draft.case) ?? { wave: draft.wave.id, id: draft.caseId };
  const visit = makeVisit(one, {
    id: draft.visit,
    at: new Date(draft.ended),
    disposition: form.elements.disposition.value,
    note: form.elements.note.value.trim(),
    mode: draft.mode,
    present,
    next: null,
  });
  await finish([answerOf(draft, values), visit], draft.id);
  if (one.visits) await noteVisit(one, visit);
  go("today", word("saved"));
}

/** The answer carries its place in the sample and never the case. */
function answerOf(draft, interviewerValues) {
  return {
    kind: "answer",
    id: draft.id,
    wave: draft.wave.id,
    questionnaire: draft.wave.questionnaire,
    version: draft.wave.version,
    language: draft.language,
    mode: draft.mode,
    place: draft.place,
    started: draft.started,
    ended: draft.ended,
    answers: { ...draft.values, ...interviewerValues },
    sealed: draft.sealed,
    eligible: draft.eligible,
  };
}

function itemNames(definition) {
  const sections = definition.sections.filter((section) => section.audience === "interviewer");
  return new Set(sections.flatMap((section) => section.items.map((item) => item.name)));
}

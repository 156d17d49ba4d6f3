// Before an interview: how many persons may be asked, the next birthday chooses one; how, and in which language.

import * as drafts from "./drafts.js";
import { fill, on, place, say, show, word } from "./page.js";
import { findCase, waveOf } from "./session.js";

export function showChoose(key) {
  const one = findCase(key);
  if (!one) return false;
  const screen = show("choose");
  const form = screen.querySelector("form");
  fill(screen, "address", one.address);
  if (one.eligible) form.eligible.value = one.eligible;
  on(screen, "start", async (event) => {
    const mode = event.submitter.value;
    if (mode === "Q") location.hash = `letter/${key}`;
    else if (mode === "away") location.hash = `visit/${key}?225`;
    else await begin(one, key, mode, form);
  });
  return true;
}

export function showLetter(key) {
  const one = findCase(key);
  if (!one) return false;
  const screen = show("letter");
  fill(screen, "address", one.address);
  place(screen, "visit").href = `#visit/${key}?225Q`;
  return true;
}

async function begin(one, key, mode, form) {
  const eligible = Number(form.eligible.value.normalize("NFKC"));
  if (!Number.isInteger(eligible) || eligible < 1 || eligible > 20) {
    say("problem", word("eligible-wrong"));
    form.eligible.focus();
    return;
  }
  const draft = newDraft(one, key, mode, { eligible, language: form.elements.language.value });
  await drafts.save(draft);
  const asked = waveOf(one).recording?.kinds.length;
  location.hash = `${asked ? "consent" : "interview"}/${draft.id}`;
}

/** The ids of the answer and of the visit are made now, before anything is filled in. */
export function newDraft(one, key, mode, { eligible, language }) {
  const wave = waveOf(one);
  return {
    id: crypto.randomUUID(),
    visit: crypto.randomUUID(),
    case: key,
    caseId: one.id,
    address: one.address,
    place: one.place,
    wave: { id: wave.id, questionnaire: wave.questionnaire, version: wave.version },
    context: { place_type: "home" },
    mode,
    eligible,
    language,
    started: new Date().toISOString(),
    stage: "respondent",
    values: {},
    sealed: null,
  };
}

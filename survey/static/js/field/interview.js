// An interview: the worker reads (R) or the respondent fills in alone (S). Written to the device at every change.

import { closeBox } from "./box.js";
import { newDraft } from "./choose.js";
import { read } from "./database.js";
import * as drafts from "./drafts.js";
import { showEnding } from "./ending.js";
import { guest, leaveToGuest, returnFromGuest } from "./guest.js";
import { fill, on, place, say, show, summary, word } from "./page.js";
import { putQuestionnaire } from "./questionnaire.js";
import { findCase } from "./session.js";
import { showUnlock } from "./unlock.js";
import { formKey } from "./work.js";

const COMPLETE = 0.8; // AAPOR's usual line between complete and partial: four fifths of the items that were asked
let release = null;

/** Give the draft that is open here back, for other tabs. */
export function leave() {
  release?.();
  release = null;
}

export async function showInterview(id) {
  release = await drafts.take(id);
  if (!release) return showBusy(id);
  const draft = await drafts.load(id).catch(() => null);
  if (!draft) {
    location.hash = "today";
    return true;
  }
  if (draft.stage === "ending") return showEnding(draft);
  return draft.mode === "S" ? showHandover(draft) : showForm(draft);
}

async function showBusy(id) {
  const screen = show("busy");
  const draft = await drafts.load(id).catch(() => null);
  const one = draft && findCase(draft.case);
  place(screen, "fresh").hidden = !one;
  place(screen, "fresh").addEventListener("click", async (event) => {
    event.preventDefault();
    const fresh = newDraft(one, draft.case, draft.mode, draft);
    await drafts.save(fresh);
    location.hash = `interview/${fresh.id}`;
  });
  return true;
}

function showHandover(draft) {
  const screen = show("handover");
  place(screen, "resumed").hidden = !Object.keys(draft.values).length;
  on(screen, "begin", () => {
    leaveToGuest(draft.id);
    return showForm(draft, { onlyEmpty: true });
  });
  return true;
}

async function showForm(draft, { onlyEmpty = false } = {}) {
  const screen = show("interview");
  const [html, definition] = await Promise.all([
    read("forms", formKey(draft.wave, draft.language)), read("forms", formKey(draft.wave, "definition")),
  ]);
  fill(screen, "where", guest() ? "" : draft.address);
  const form = putQuestionnaire(place(screen, "form"), {
    html,
    definition,
    audience: "respondent",
    values: draft.values,
    context: draft.context,
    onlyEmpty,
    onChange: (values) => {
      draft.values = values;
      drafts.save(draft).catch(() => say("problem", word("problem-storage")));
    },
  });
  fill(screen, "finish", word(`finish-${draft.mode}`));
  on(screen, "done", () => finishForm(screen, form, draft));
  on(screen, "stop", () => showStop(draft));
  return true;
}

async function finishForm(screen, form, draft) {
  const { values, asked, faults, stoppedAt, known } = form.read();
  if (stoppedAt) return stopYoung(draft, stoppedAt);
  summary(screen, form.faults(faults));
  if (faults.length) return undefined;
  draft.share = asked.filter((name) => known[name]).length / Math.max(1, asked.length);
  draft.disposition = draft.share < COMPLETE ? "120" : "110";
  draft.ended = new Date().toISOString();
  draft.stage = "ending";
  if (draft.mode === "S") {
    // From here on nobody opens these answers on this device.
    const { officePoint } = await read("settings", "device");
    Object.assign(draft, { sealed: await closeBox(values, officePoint), values: {}, known: {} });
  } else {
    Object.assign(draft, { values, known });
  }
  await drafts.save(draft);
  return draft.mode === "S" ? afterGuest("thanks", () => showEnding(draft)) : showEnding(draft);
}

async function stopYoung(draft, item) {
  await drafts.discard(draft.id);
  const showWords = () => {
    const screen = show("young");
    const labels = item.minimum_age.label;
    fill(screen, "words", labels[draft.language] ?? labels["zh-Hans"]);
    place(screen, "case").href = `#case/${draft.case}`;
  };
  return guest() ? afterGuest("thanks-stopped", showWords) : showWords();
}

function showStop(draft) {
  const screen = show("stop");
  on(screen, "continue", () => showForm(draft, { onlyEmpty: Boolean(guest()) }));
  on(screen, "discard", async () => {
    await drafts.discard(draft.id);
    const record = () => { location.hash = `visit/${draft.case}?212`; };
    if (guest()) afterGuest("thanks-stopped", record);
    else record();
  });
}

/** The respondent is done: only the PIN leads on. */
function afterGuest(thanks, next) {
  const screen = show("returned");
  fill(screen, "thanks", word(thanks));
  showUnlock(screen, () => {
    returnFromGuest();
    return next();
  });
}

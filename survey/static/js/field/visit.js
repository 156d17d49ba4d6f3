// The outcome of a visit without an interview (or before one): what happened, when, who was there, when to come again.

import { fromField, toField } from "./moments.js";
import { finish } from "./outbox.js";
import { fill, go, on, place, show, summary, word } from "./page.js";
import { findCase, noteVisit } from "./session.js";

const isRefusal = (code) => code.startsWith("21");
const metSomebody = (code) => /^2[13]|^225|^470/.test(code);

/** `preset`: an outcome that is chosen already; `mode`: "Q" when a household's code was left. */
export function showVisit(key, { preset = "", mode = null } = {}) {
  const one = findCase(key);
  if (!one) return false;
  const screen = show("visit");
  const form = screen.querySelector("form");
  fill(screen, "address", one.address);
  form.at.value = toField(new Date());
  if (preset) form.elements.disposition.value = preset;
  const adapt = () => {
    const code = form.elements.disposition.value;
    place(screen, "reasons").hidden = !isRefusal(code);
    place(screen, "present").hidden = !metSomebody(code);
  };
  form.addEventListener("change", adapt);
  adapt();
  on(screen, "record", async () => {
    const { visit, faults } = readVisit(form, one, mode);
    summary(screen, faults);
    if (faults.length) return;
    await finish([visit]);
    await noteVisit(one, visit);
    go("today", word("recorded"));
  });
  return true;
}

function readVisit(form, one, mode) {
  const disposition = form.elements.disposition.value;
  const reason = isRefusal(disposition) ? form.elements.reason.value : "";
  const at = fromField(form.at.value) ?? new Date();
  const next = fromField(form.next.value);
  const now = new Date();
  const present = metSomebody(disposition) ? presence(form) : [];
  const faults = [
    disposition ? null : ["disposition", word("choose-outcome")],
    isRefusal(disposition) && !reason ? ["disposition", word("choose-reason")] : null,
    at > now ? ["at", word("at-wrong")] : null,
    next && (next <= at || next <= now) ? ["next", word("next-wrong")] : null,
  ].filter(Boolean);
  const note = [reason ? `原因：${reason}。` : "", form.elements.note.value.trim()].join("");
  return { faults, visit: makeVisit(one, { at, disposition, note, mode, present, next }) };
}

export const presence = (form) => {
  const chosen = [...form.querySelectorAll("[name=present]:checked")].map((box) => box.value);
  return chosen.includes("99") ? ["99"] : chosen;
};

/** A visit as the office reads it; its id is made here, once. */
export function makeVisit(one, { id, at, disposition, note, mode, present, next }) {
  return {
    kind: "visit",
    id: id ?? crypto.randomUUID(),
    wave: one.wave,
    case: one.id,
    at: at.toISOString(),
    disposition,
    note,
    mode,
    present,
    next_appointment: next ? next.toISOString() : null,
  };
}

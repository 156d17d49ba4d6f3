// One case: where it is, what happened there before, what was promised.

import { moment } from "./moments.js";
import { fill, place, show, text, word } from "./page.js";
import { findCase, waveOf } from "./session.js";

export function showCase(key) {
  const one = findCase(key);
  if (!one) return false;
  const screen = show("case");
  fill(screen, "address", one.address);
  fill(screen, "area", text(one.area_name));
  fill(screen, "appointment", one.appointments.map(told).join(" "));
  place(screen, "interview").href = `#choose/${key}`;
  place(screen, "visit").href = `#visit/${key}`;
  place(screen, "visits").append(...one.visits.map(visitLine));
  place(screen, "no-visits").hidden = one.visits.length > 0;
  const wave = waveOf(one);
  fill(screen, "phone", `${wave.phone} · ${text(wave.organiser)}`);
  return true;
}

function told({ due, reason }) {
  const parts = [due ? word("due", { when: moment(due) }) : "", reason ? word("asked", { reason }) : ""];
  return parts.filter(Boolean).join(" ");
}

function visitLine(visit) {
  const line = document.createElement("li");
  line.textContent = [moment(visit.at), word(`outcome-${visit.disposition}`), visit.note].filter(Boolean).join(" · ");
  return line;
}

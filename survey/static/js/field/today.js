// The day's list: what was promised for today first, then the cases in the order of the route.

import * as drafts from "./drafts.js";
import { moment, sameDay } from "./moments.js";
import { fill, on, piece, place, say, show, text, word } from "./page.js";
import { caseKey, findCase, refresh, work } from "./session.js";

// AAPOR: nobody met yet (2.2), or not known who lives there (3): somebody has to go there again.
const needsVisit = (one) => /^(22|3)/.test(one.disposition) || one.appointments.length > 0;
const due = (one) => one.appointments.map((appointment) => appointment.due).find(Boolean);
const isToday = (one) => Boolean(due(one)) && (sameDay(due(one), Date.now()) || new Date(due(one)) < new Date());

export async function showToday({ lock }) {
  const screen = show("today");
  const { cases, interviewer, fetched } = work();
  fill(screen, "fetched", word("fetched", { who: interviewer, when: moment(fetched) }));
  const open = cases.filter(needsVisit).sort(byTurn);
  const done = cases.filter((one) => !needsVisit(one));
  place(screen, "cases").append(...open.map(row));
  place(screen, "others").append(...done.map(row));
  fill(screen, "open", `${open.length}`);
  fill(screen, "done", `${done.length}`);
  place(screen, "none").hidden = cases.length > 0;
  place(screen, "drafts").append(...(await drafts.list()).map(draftRow).filter(Boolean));
  on(screen, "lock", lock);
  on(screen, "refresh", async () => {
    try {
      await refresh();
    } catch {
      say("problem", word("not-refreshed"));
      return;
    }
    await showToday({ lock });
    say("news", word("refreshed"));
  });
}

function byTurn(a, b) {
  if (isToday(a) !== isToday(b)) return isToday(a) ? -1 : 1;
  if (isToday(a)) return new Date(due(a)) - new Date(due(b));
  return a.area.localeCompare(b.area) || a.route - b.route;
}

function row(one) {
  const line = piece("case-row");
  line.querySelector("a").href = `#case/${caseKey(one)}`;
  fill(line, "address", one.address);
  fill(line, "area", text(one.area_name));
  fill(line, "due", due(one) ? word("due", { when: moment(due(one)) }) : "");
  const last = one.visits.at(-1);
  fill(line, "last", last ? word("last", { when: moment(last.at), what: word(`outcome-${last.disposition}`) }) : word("never"));
  return line;
}

function draftRow(draft) {
  const one = findCase(draft.case);
  const line = piece("draft-row");
  place(line, "link").href = `#interview/${draft.id}`;
  fill(line, "address", one?.address ?? draft.address);
  return line;
}

// The day's work: fetched with the token that lies under the PIN, kept sealed, and worked on without a network.

import { read, write } from "./database.js";
import { open, seal } from "./vault.js";

const LANGUAGES = ["zh-Hans", "zh-Hant", "en"];

export async function load() {
  const sealed = await read("sealed", "work");
  return sealed ? open(sealed) : null;
}

export async function save(work) {
  await write("sealed", "work", await seal(work));
}

/** Fetch the list and every questionnaire page that is not here yet. Throws when there is no network. */
export async function refresh(token) {
  const before = await load();
  const fresh = await (await ask("/field/work", token)).json();
  for (const wave of fresh.waves) await fetchForms(wave, token);
  for (const one of fresh.cases) {
    const known = new Set(one.visits.map((visit) => visit.id));
    const earlier = before?.cases.find((other) => other.id === one.id && other.wave === one.wave);
    one.visits.push(...(earlier?.visits ?? []).filter((visit) => visit.local && !known.has(visit.id)));
  }
  const work = { ...fresh, token, fetched: Date.now() };
  await save(work);
  return work;
}

async function fetchForms(wave, token) {
  await write("forms", formKey(wave, "definition"), wave.definition);
  for (const language of LANGUAGES) {
    const key = formKey(wave, language);
    if ((await read("forms", key)) !== undefined) continue;
    const page = await ask(`/field/form/${wave.id}/${wave.questionnaire}/${wave.version}/${language}`, token);
    await write("forms", key, await page.text());
  }
}

export const formKey = (wave, language) => `${wave.id}/${wave.questionnaire}/${wave.version}/${language}`;

async function ask(address, token) {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(address, { headers, redirect: "error", credentials: "omit", cache: "no-store" });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

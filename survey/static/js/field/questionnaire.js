// A questionnaire on the screen: the server's partials, shown and hidden by the conditions, filled from a draft and read
// back. The same items that residents see.

import { readAnswers } from "./answers.js";
import { word } from "./page.js";

/**
 * Put the part of a questionnaire that `audience` fills in into `container`. `html`: the page of the version;
 * `definition`: its items; `values`: what was filled in; `context`: what conditions may look at besides; `onChange` is
 * told the values at every change. `onlyEmpty`: leave out what was filled in before.
 */
export function putQuestionnaire(container, { html, definition, audience, values, context, onChange, onlyEmpty = false }) {
  container.innerHTML = html;
  const sections = definition.sections.filter((section) => section.audience === audience);
  const items = sections.flatMap((section) => section.items);
  container.querySelectorAll(`section:not([data-audience="${audience}"])`).forEach((section) => section.remove());
  const blocks = new Map([...container.querySelectorAll("[data-block]")].map((block) => [block.dataset.block, block]));
  const kept = onlyEmpty ? filledIn(values) : new Set();
  blocks.forEach((block, name) => setValues(block, values[name] ?? []));

  const collect = () => Object.fromEntries(
    items.filter((item) => item.type !== "note").map((item) => [item.name, valuesOf(blocks.get(item.name))]),
  );
  const read = () => ({ values: collect(), ...readAnswers(items, collect(), context) });
  const adapt = () => {
    const asked = askedBlocks(items, read());
    blocks.forEach((block, name) => { block.hidden = !asked.has(name) || kept.has(name); });
    container.querySelectorAll("section").forEach((section) => {
      section.hidden = !section.querySelector("[data-block]:not([hidden])");
    });
  };
  container.addEventListener("input", () => {
    adapt();
    onChange(collect());
  });
  adapt();
  return { read, faults: (found) => showFaults(blocks, found), hide: (name) => kept.add(name) && adapt() };
}

/** The blocks to show: what is asked, notes, and after an under-age stop nothing more. */
function askedBlocks(items, { asked, stoppedAt }) {
  const until = stoppedAt ? items.slice(0, items.indexOf(stoppedAt) + 1) : items;
  const names = new Set(asked);
  const open = until.filter((item) => stoppedAt || item.type === "note" || names.has(item.name));
  return new Set(open.map((item) => item.name));
}

const filledIn = (values) => new Set(Object.keys(values).filter((name) => values[name].length));

function valuesOf(block) {
  const fields = [...block.querySelectorAll("input, select, textarea")];
  const chosen = fields.filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked);
  return chosen.map((field) => field.value).filter((value) => value !== "");
}

function setValues(block, values) {
  for (const field of block.querySelectorAll("input, select, textarea")) {
    if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length) [field.value] = values;
  }
}

/** Mark the items and return the lines of the summary. */
function showFaults(blocks, faults) {
  blocks.forEach((block) => {
    block.querySelector(".message")?.remove();
    block.querySelector(".item")?.classList.remove("wrong");
  });
  return faults.map(([name, key, detail]) => {
    const block = blocks.get(name);
    const message = document.createElement("p");
    message.className = "message";
    message.textContent = word(`fault-${key}`, { n: detail });
    block.querySelector(".item").classList.add("wrong");
    block.querySelector("legend, .question").after(message);
    const [, number] = /^\s*(\d+)\./.exec(block.querySelector("legend, .question").textContent) ?? [];
    return [name, word("question", { n: number, text: message.textContent })];
  });
}

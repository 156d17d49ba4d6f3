// The one page: shows screens, fills them, and finds the sentences that the server has translated.

let news = "";
const main = () => document.querySelector("[data-app]");

/** A sentence by its key, with the values in their places. */
export function word(key, values = {}) {
  const found = document.querySelector(`[data-word="${key}"]`);
  const text = found ? found.textContent : key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Put a screen on the page under its title; returns its element. */
export function show(name) {
  const screen = document.createElement("div");
  screen.append(document.querySelector(`template[data-screen="${name}"]`).content.cloneNode(true));
  main().replaceChildren(screen);
  main().dataset.screen = name;
  const title = document.querySelector("[data-title]");
  title.textContent = word(`title-${name}`);
  document.title = title.textContent;
  say("problem", "");
  say("news", news);
  news = "";
  scrollTo(0, 0);
  title.focus({ preventScroll: true });
  return screen;
}

export const shown = () => main().dataset.screen;

/** One sentence above the screen: "problem" or "news"; empty: none. */
export function say(kind, text) {
  const box = document.querySelector(`[data-${kind}]`);
  box.textContent = text;
  box.hidden = !text;
}

/** Go to a screen, with a sentence above it that is gone on the one after. */
export function go(address, sentence = "") {
  news = sentence;
  location.hash = address;
}

export function fill(screen, name, text) {
  const place = screen.querySelector(`[data-fill="${name}"]`);
  place.textContent = text;
  place.hidden = text === "";
  return place;
}

export const place = (screen, name) => screen.querySelector(`[data-fill="${name}"]`);
export const piece = (name) => (
  document.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true)
);

/** Do something when a button is pressed or a form is sent; a second press waits for the first. */
export function on(screen, action, work) {
  const target = screen.querySelector(`[data-go="${action}"]`);
  let busy = false;
  target.addEventListener(target.tagName === "FORM" ? "submit" : "click", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    try {
      await work(event);
    } catch (error) {
      say("problem", word("problem-storage"));
      throw error;
    } finally {
      busy = false;
    }
  });
}

/** The faults of a form above it, each a link to its field. */
export function summary(screen, faults) {
  const box = place(screen, "summary");
  box.hidden = !faults.length;
  box.querySelector("ul").replaceChildren(...faults.map(([field, text]) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${field}`;
    link.textContent = text;
    // The part after # is the screen's name, so the jump is made here.
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById(field)?.focus();
    });
    line.append(link);
    return line;
  }));
  if (faults.length) box.focus();
}

export const language = () => document.documentElement.lang;
export const text = (labels) => labels?.[language()] ?? labels?.["zh-Hans"] ?? "";

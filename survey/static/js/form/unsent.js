// What was filled in and has not reached the server is kept in this browser: a tab that is killed without a network loses
// nothing. It is deleted as soon as the server has it, is void after a day, and never made on a shared tablet (the pages
// leave this script out). A browser without storage does without.
const form = document.querySelector("form#answers");
const line = document.querySelector("[data-status]");
const words = document.querySelector("script[data-restored]").dataset;
const DAY = 86400000;
const [, , sealed, , ...page] = location.pathname.split("/");
const name = [sealed, ...page].join("/"); // the same in every language and size of text

const database = new Promise((resolve) => {
  try {
    const request = indexedDB.open("minyi", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("unsent");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  } catch {
    resolve(null);
  }
});

/** The result of one request, when it is written; null where there is no storage. */
async function stored(mode, ask) {
  const opened = await database;
  return opened && new Promise((resolve) => {
    const transaction = opened.transaction("unsent", mode);
    const request = ask(transaction.objectStore("unsent"));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => resolve(null);
  });
}

const forget = (which) => stored("readwrite", (store) => store.delete(which));

/** What is kept and not yet void, the newest first; the rest is deleted. */
async function valid() {
  const kept = await stored("readonly", (store) => store.getAll()) || [];
  const oldest = Date.now() - DAY;
  for (const one of kept) if (one.at < oldest) forget(one.name);
  return kept.filter((one) => one.at >= oldest).sort((one, other) => other.at - one.at);
}

function say(text, ...buttons) {
  line.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
  for (const [label, act] of buttons) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label, className: "link" });
    button.addEventListener("click", () => {
      line.replaceChildren();
      act();
    });
    line.append(button);
  }
}

/** On the first page, for whoever scans the poster again: the form that could not be sent. */
async function offer() {
  const [newest] = await valid();
  if (newest) say(words.restored, [words.goOn, () => location.assign(newest.path)], [words.clear, () => forget(newest.name)]);
}

function filledIn() {
  const given = [...new FormData(form)].filter(([field, value]) => value && field !== "proof-of-work");
  return new URLSearchParams(given).toString();
}

function fill(content) {
  const values = new URLSearchParams(content);
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit") continue;
    if (/radio|checkbox/.test(field.type)) field.checked = values.getAll(field.name).includes(field.value);
    else field.value = values.get(field.name) || "";
  }
  form.dispatchEvent(new Event("input"));
}

async function keep() {
  const shown = filledIn();
  let known = shown; // what the server has
  let held = [shown]; // what it may have: only beside one of these is what is kept here the newer
  const write = () => {
    const content = filledIn();
    if (content === known) return forget(name);
    return stored("readwrite", (store) => store.put({ name, path: location.pathname, content, held, at: Date.now() }, name));
  };
  form.addEventListener("input", write);
  form.addEventListener("keeping", () => held.push(filledIn()));
  form.addEventListener("kept", () => {
    known = held[held.length - 1];
    write();
  });
  form.addEventListener("leaving", ({ detail }) => {
    const whole = IDBKeyRange.bound(`${sealed}/`, `${sealed}/\uffff`);
    detail.first.push(forget(detail.sent ? whole : name));
  });

  const kept = (await valid()).find((one) => one.name === name);
  if (!kept) return;
  if (kept.content === shown || !kept.held.includes(shown)) forget(name); // the server has it, or from elsewhere a newer
  else {
    held = kept.held;
    fill(kept.content);
    say(words.restored, [words.clear, () => fill(shown)]);
  }
}

if (form) keep();
else offer();

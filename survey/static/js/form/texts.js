// A text in the person's own words: how much may still be written, and a warning where a number of a person seems to
// stand in it. The patterns are the server's (survey/opinion/personal_data.py), which masks such numbers anyway.
for (const note of document.querySelectorAll("[data-counts]")) {
  const field = document.getElementById(note.dataset.counts);
  const patterns = read(note.dataset.personal);
  const show = () => {
    const left = Number(note.dataset.limit) - [...field.value].length;
    const personal = patterns.some((pattern) => pattern.test(field.value));
    note.classList.toggle("warns", personal);
    note.textContent = personal ? note.dataset.warning : note.dataset.left.replace("{n}", left);
    note.setAttribute("aria-live", personal ? "polite" : "off");
  };
  field.addEventListener("input", show);
  show();
}

/** Python's `\d` means every script's digits, and so does this; a browser that cannot look behind warns of nothing. */
function read(sources) {
  try {
    return JSON.parse(sources).map((source) => new RegExp(source.replaceAll("\\d", "\\p{Nd}"), "u"));
  } catch {
    return [];
  }
}

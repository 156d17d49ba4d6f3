// Several choices: one that stands alone ("none of these") unticks the others and they it; too many are told at once.
// The server checks the same when the form is sent.
const line = document.querySelector("[data-status]");

for (const item of document.querySelectorAll("fieldset[data-several]")) {
  const boxes = [...item.querySelectorAll("input[type=checkbox]")];
  const most = Number(item.dataset.maximum) || Infinity;
  let told = false;
  item.addEventListener("change", ({ target }) => {
    if (target.checked) {
      const alone = "exclusive" in target.dataset;
      for (const other of boxes) if (other !== target && (alone || "exclusive" in other.dataset)) other.checked = false;
    }
    const tooMany = boxes.filter((box) => box.checked).length > most;
    if (tooMany || told) line.textContent = tooMany ? item.dataset.tooMany : "";
    told = tooMany;
  });
}

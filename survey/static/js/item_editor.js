// The form of one question: parts that another type of question needs are hidden. Without this script all are shown.
const kind = document.querySelector("#kind");
const parts = [...document.querySelectorAll("[data-for]")];

const decide = () => {
  for (const part of parts) part.hidden = !part.dataset.for.split(" ").includes(kind.value);
};

kind.addEventListener("change", decide);
decide();

// A new choice gets the next code as soon as it has words; any other code may be written instead.
const rows = [...document.querySelectorAll(".choices-table tbody tr")];
const codeOf = (row) => row.querySelector("input");

for (const row of rows) {
  row.addEventListener("input", (event) => {
    const code = codeOf(row);
    if (event.target === code || code.value || !event.target.value) return;
    const used = rows.map((other) => Number(codeOf(other).value)).filter((number) => number < 90);
    code.value = String(Math.max(0, ...used) + 1);
  });
}

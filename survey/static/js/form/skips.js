// All questions on one page: those whose condition does not hold are hidden while one answers. The server decides the
// same when the form is sent; without this script a sentence says who has to answer.
const script = document.querySelector("script[data-conditions]");
const form = document.querySelector("form#answers");
const items = [...form.querySelectorAll("[data-item]")].map((place) => ({
  place,
  name: place.dataset.item,
  relevant: place.dataset.relevant && JSON.parse(place.dataset.relevant),
}));

if (items.some((item) => item.relevant)) {
  const { evaluate } = await import(script.dataset.conditions);
  const decide = () => {
    const given = new FormData(form);
    const values = JSON.parse(script.dataset.context || "{}");
    for (const { place, name, relevant } of items) {
      const asked = !relevant || evaluate(relevant, values);
      place.hidden = !asked;
      values[name] = asked ? given.getAll(name).map((value) => value.trim()).filter(Boolean).join(" ") : "";
    }
  };
  form.classList.add("skips");
  form.addEventListener("input", decide);
  addEventListener("pageshow", decide); // the browser may fill in what was chosen before
  decide();
}

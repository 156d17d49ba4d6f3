// The editor of questionnaires: beside the list, on a wide screen, the form as a phone shows it. Without this script,
// and on a narrow screen, a link opens the same page.
const place = document.querySelector("[data-phone]");
const wide = matchMedia("(min-width: 70rem)");

const show = () => {
  if (!wide.matches || place.firstChild) return;
  const frame = document.createElement("iframe");
  frame.name = "preview";
  frame.title = place.dataset.title;
  frame.src = place.dataset.phone;
  place.append(frame);
};

wide.addEventListener("change", show);
show();

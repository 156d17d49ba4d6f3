// While a respondent holds the device: large text, no way to other screens. Only the PIN ends it.

let draft = null;

/** The draft that the respondent is filling in, or null. */
export const guest = () => draft;

export function leaveToGuest(id) {
  draft = id;
  document.documentElement.classList.add("large", "alone");
}

export function returnFromGuest() {
  draft = null;
  document.documentElement.classList.remove("large", "alone");
}

// The interpreter of conditions (`relevant`, `constraint`), twin of survey/instrument/evaluate.py: both run the cases of
// tests/unit/instrument/expression_cases.json. A tree is nested arrays; the rules are those of XPath 1.0 §3.4.

const NUMBER = /^\s*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*$/;
const COMPARE = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** Whether the condition holds. `values`: item name to text, several codes joined by spaces; `current`: what `.` means. */
export function evaluate(tree, values, current = "") {
  const [operator, ...branches] = tree;
  if (operator === "and") return branches.every((branch) => evaluate(branch, values, current));
  if (operator === "or") return branches.some((branch) => evaluate(branch, values, current));
  if (operator === "not") return !evaluate(branches[0], values, current);
  const [left, right] = branches.map((branch) => valueOf(branch, values, current));
  if (operator === "selected") return words(String(left)).includes(String(right));
  return compare(operator, left, right);
}

function valueOf([kind, content], values, current) {
  switch (kind) {
    case "item": return values[content] ?? "";
    case "self": return current;
    case "count-selected": return words(String(valueOf(content, values, current))).length;
    case "number": return Number(content);
    default: return String(content);
  }
}

function compare(operator, left, right) {
  const equality = operator === "=" || operator === "!=";
  if (equality && typeof left === "string" && typeof right === "string") return COMPARE[operator](left, right);
  return COMPARE[operator](asNumber(left), asNumber(right));
}

function asNumber(value) {
  if (typeof value === "number") return value;
  return NUMBER.test(value) ? Number(value) : NaN;
}

const words = (text) => text.split(/\s+/).filter(Boolean);

"""Step 1: conditions of an XLSForm in our grammar: renamed, recoded, freed of the limits that are keys of our items."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from survey.instrument.condition import Condition
from survey.instrument.parse import ConditionSyntaxError, parse_condition
from survey.instrument.unparse import Codes, condition_text, recoded

_REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_WORD = re.compile(r"(?P<word>and|or)\b")
_LIMITS = {
    "maximum_choices": re.compile(r"count-selected\(\.\) <= (\d+)"),
    "maximum_length": re.compile(r"string-length\(\.\) <= (\d+)"),
    "exclusive": re.compile(r"not\(selected\(\., '(\w+)'\) and count-selected\(\.\) > 1\)"),
}


class NotOurConditionError(ValueError):
    """The expression is legal somewhere else; the message says what it needs."""


@dataclass(frozen=True)
class Limits:
    """What a constraint says about choices and length, and the rest of it."""

    rest: str
    maximum_choices: int | None = None
    maximum_length: int | None = None
    exclusive: tuple[str, ...] = ()


@dataclass
class Translation:
    """Names and codes of the sheet that are other ones with us; `dropped` are questions that are left out."""

    names: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    def condition(self, written: str, known: Callable[[str], bool], current: str = "") -> str:
        """The condition for our questionnaire; `known`: whether our item of that name comes before this place.

        Raises `NotOurConditionError`, and `KeyError` with the name of a question that the sheet does not have.
        """
        renamed = _REFERENCE.sub(self._reference, written)
        parsed = _parsed(renamed)
        for name in sorted(parsed.item_names()):
            if not known(name):
                raise NotOurConditionError(f"{name} comes later")
        codes: Codes = {name: new for name, new in self.codes.items() if new}
        tree = recoded(parsed.tree, codes, current)
        return renamed if tree == parsed.tree else condition_text(tree)

    def _reference(self, match: re.Match[str]) -> str:
        name = match[1]
        if name in self.dropped:
            raise NotOurConditionError(f"{name} is left out")
        if name not in self.names:
            raise KeyError(name)
        return f"${{{self.names[name]}}}"


def _parsed(written: str) -> Condition:
    try:
        return parse_condition(written)
    except ConditionSyntaxError as error:
        raise NotOurConditionError(f"character {error.position}") from None


def read_limits(written: str) -> Limits:
    """The limits among the conjuncts of a constraint, and what remains of it (the very text if there are none).

    >>> read_limits("(. != '') and string-length(.) <= 40")
    Limits(rest=". != ''", maximum_choices=None, maximum_length=40, exclusive=())
    """
    found: dict[str, list[str]] = {name: [] for name in _LIMITS}
    rest = []
    for part in conjuncts(written):
        plain = " ".join(part.split())
        match = next(((name, m[1]) for name, limit in _LIMITS.items() if (m := limit.fullmatch(plain))), None)
        if match is None:
            rest.append(part)
        else:
            found[match[0]].append(match[1])
    if not any(found.values()):
        return Limits(written)
    return Limits(
        without_brackets(" and ".join(rest)) if len(rest) == 1 else " and ".join(rest),
        maximum_choices=min(map(int, found["maximum_choices"]), default=None),
        maximum_length=min(map(int, found["maximum_length"]), default=None),
        exclusive=tuple(found["exclusive"]),
    )


def without_gates(written: str, gates: list[str]) -> str:
    """The condition without the conjuncts that only say that the form has not ended before."""
    parts = conjuncts(written)
    rest = [part for part in parts if part not in gates]
    if len(rest) == len(parts):
        return written
    return without_brackets(rest[0]) if len(rest) == 1 else " and ".join(rest)


def conjuncts(written: str) -> list[str]:
    """The parts that `and` joins at the outermost level; the whole when an `or` stands there.

    >>> conjuncts("(a and b) and not(c) and 'd and e' = .")
    ['(a and b)', 'not(c)', "'d and e' = ."]
    """
    parts, start = [], 0
    for place, sign, depth in _outside_quotes(written):
        if depth == 0 and sign in "ao" and (place == 0 or written[place - 1] in " )\t\n'\""):
            match = _WORD.match(written, place)
            if match and match["word"] == "or":
                return [written]
            if match:
                parts.append(written[start:place].strip())
                start = match.end()
    return [*parts, written[start:].strip()]


def without_brackets(written: str) -> str:
    """The text inside a pair of brackets that encloses all of it; otherwise the text."""
    if not (written.startswith("(") and written.endswith(")")):
        return written
    if any(sign == ")" and depth == 0 for _, sign, depth in _outside_quotes(written[:-1])):
        return written
    return written[1:-1].strip()


def _outside_quotes(written: str) -> Iterator[tuple[int, str, int]]:
    """Place and sign of everything that is not quoted, with the number of brackets that are open after it."""
    depth, quote = 0, ""
    for place, sign in enumerate(written):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        else:
            depth += (sign == "(") - (sign == ")")
            yield place, sign, depth

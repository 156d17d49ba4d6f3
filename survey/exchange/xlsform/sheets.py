"""Step 1: a questionnaire as the three sheets of an XLSForm (survey, choices, settings), rows of text cells.

What XLSForm has a word for is written with that word. What only we know (polarity, purpose, …) stands in columns that
begin with `minyi_`, which other tools leave alone, so that the sheet can come back as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey.instrument.choice import Choice
from survey.instrument.item import Item, ItemType
from survey.instrument.questionnaire import Audience, Questionnaire, Section
from survey.instrument.text import Text
from survey.instrument.unparse import condition_text, of_item

Row = dict[str, str]

LANGUAGE_COLUMNS = {"zh-Hans": "中文 (zh)", "en": "English (en)", "zh-Hant": "繁體中文 (zh-Hant)"}
AREA_FILE = "areas.csv"
OWN = "minyi_"
TITLE = f"{OWN}title_"


@dataclass(frozen=True)
class XlsForm:
    """The sheets; a cell that is empty is not there."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: Row

    def columns(self, sheet: str) -> list[str]:
        """The columns of a sheet in the order in which its rows first use them."""
        rows: Mapping[str, tuple[Row, ...]] = {
            "survey": self.survey,
            "choices": self.choices,
            "settings": (self.settings,),
        }
        return list(dict.fromkeys(column for row in rows[sheet] for column in row))


def sheets_of(questionnaire: Questionnaire) -> XlsForm:
    """The whole questionnaire. Conditions stay as their author wrote them."""
    writer = _Writer(questionnaire)
    return XlsForm(tuple(writer.survey()), tuple(writer.choices()), _without_empty(writer.settings()))


def in_columns(name: str, text: Text | None, languages: tuple[str, ...]) -> Row:
    """One text as the columns of the languages: `label::English (en)`."""
    if text is None:
        return {}
    return {f"{name}::{LANGUAGE_COLUMNS.get(tag, f'{tag} ({tag})')}": text.in_language(tag) for tag in languages}


def limits_of(item: Item) -> Iterator[str]:
    """The limits that are keys of our items and constraints of an XLSForm; `read_limits` reads them back."""
    if item.maximum_choices is not None:
        yield f"count-selected(.) <= {item.maximum_choices}"
    if item.type is ItemType.SELECT_MULTIPLE:
        for code in sorted(item.exclusive_codes):
            yield f"not(selected(., '{code}') and count-selected(.) > 1)"
    if item.maximum_length is not None:
        yield f"string-length(.) <= {item.maximum_length}"


def stop_name(item: Item) -> str:
    """Name of the note that says why the form ends below the minimum age."""
    return f"{item.name}_stop"


class _Writer:
    """Writes the rows in order; after an under-age stop everything is asked only where the stop does not hold."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.languages = questionnaire.languages
        self._gates: list[str] = []
        self._lists: dict[tuple[Choice, ...], str] = {}
        names: set[str] = set()
        for item in questionnaire.items:
            if item.is_select and item.choices not in self._lists:
                name = item.scale if item.scale and item.scale not in names else item.name
                self._lists[item.choices] = name
                names.add(name)

    def survey(self) -> Iterator[Row]:
        for value in self.questionnaire.context:
            label = in_columns("label", Text(value.name), self.languages)
            yield {"type": f"select_one {value.name}", "name": value.name, **label, f"{OWN}context": "yes"}
        for section in self.questionnaire.sections:
            yield from self._section(section)

    def choices(self) -> Iterator[Row]:
        for value in self.questionnaire.context:
            for code in value.values:
                yield {"list_name": value.name, "name": code, **in_columns("label", Text(code), self.languages)}
        for choices, name in self._lists.items():
            for choice in choices:
                yield _without_empty({"list_name": name, "name": choice.code, **self._choice(choice)})

    def settings(self) -> Row:
        questionnaire = self.questionnaire
        population = questionnaire.in_population
        return {
            "form_title": questionnaire.title.zh_hans,
            "form_id": questionnaire.name,
            "version": str(questionnaire.version),
            "default_language": LANGUAGE_COLUMNS["zh-Hans"],
            **{
                f"{TITLE}{tag.lower().replace('-', '_')}": text
                for tag, text in questionnaire.title.to_mapping().items()
                if tag != "zh-Hans" and tag in self.languages
            },
            f"{OWN}population": str(questionnaire.population),
            f"{OWN}randomize": " ".join(questionnaire.randomize),
            f"{OWN}in_population": population.source if population else "",
        }

    def _section(self, section: Section) -> Iterator[Row]:
        audience = "" if section.audience is Audience.RESPONDENT else str(section.audience)
        # A group of an XLSForm must not share its name with a question that a condition looks at.
        shared = section.name in {item.name for item in self.questionnaire.items}
        name = f"{section.name}_section" if shared else section.name
        head = {"type": "begin_group", "name": name, **in_columns("label", section.label, self.languages)}
        head |= {"relevant": " and ".join(self._gates), f"{OWN}audience": audience}
        head |= {f"{OWN}section": section.name if shared else ""}
        yield _without_empty(head)
        outside = list(self._gates)
        for item in section.items:
            yield _without_empty(self._item(item, self._gates[len(outside) :]))
            yield from self._stop(item)
        yield {"type": "end_group", "name": name}

    def _item(self, item: Item, gates: list[str]) -> Row:
        constraint = [f"({item.constraint.source})"] if item.constraint else []
        limits = list(limits_of(item))
        return {
            "type": self._type(item),
            "name": item.name,
            **in_columns("label", item.label, self.languages),
            **in_columns("hint", item.hint, self.languages),
            "required": "yes" if item.required else "",
            "relevant": joined(item.relevant.source if item.relevant else "", gates),
            "constraint": " and ".join(constraint + limits) if limits else (item.constraint or _NOTHING).source,
            **in_columns("constraint_message", item.constraint_message, self.languages),
            "appearance": item.appearance,
            f"{OWN}purpose": "" if item.purpose == "none" else str(item.purpose),
            f"{OWN}indicator": item.indicator,
            f"{OWN}scale": item.scale,
        }

    def _stop(self, item: Item) -> Iterator[Row]:
        age = item.minimum_age
        if age is None:
            return
        holds = of_item(age.stop.tree, item.name)
        yield {
            "type": "note",
            "name": stop_name(item),
            **in_columns("label", age.label, self.languages),
            "relevant": condition_text(holds),
            f"{OWN}minimum_age": str(age.years),
        }
        self._gates.append(condition_text(("not", holds)))

    def _type(self, item: Item) -> str:
        if item.type is ItemType.AREA:
            return f"select_one_from_file {AREA_FILE}"
        return f"{item.type} {self._lists[item.choices]}" if item.is_select else str(item.type)

    def _choice(self, choice: Choice) -> Row:
        coefficient = choice.coefficient
        return {
            **in_columns("label", choice.label, self.languages),
            f"{OWN}polarity": str(choice.polarity) if choice.polarity else "",
            f"{OWN}coefficient": "" if coefficient is None else f"{coefficient:g}",
            f"{OWN}exclusive": "yes" if choice.exclusive else "",
        }


@dataclass(frozen=True)
class _Nothing:
    source: str = ""


_NOTHING = _Nothing()


def joined(own: str, gates: list[str]) -> str:
    """An item's own condition together with the gates that it stands behind."""
    return " and ".join([*([f"({own})"] if own and gates else [own] if own else []), *gates])


def _without_empty(row: Row) -> Row:
    return {column: cell for column, cell in row.items() if cell}

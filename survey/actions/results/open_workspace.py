"""Open the results of a wave for closer study: figures, questionnaire, and what was asked of the analysis besides."""

from dataclasses import dataclass

from survey.actions.results.ask_question import Answered, read_question
from survey.actions.results.show_results import WaveResults, show_results
from survey.exchange.export.export_columns import item_column_name
from survey.exchange.plan.question_plan import RANKED, RECORDED, area_classes, crossed_items, group_columns
from survey.instrument.item import Item
from survey.instrument.questionnaire import Questionnaire
from survey.programme.area import AreaLevel, AreaTree
from survey.programme.question import Question, QuestionKind
from survey.response.response import Source
from survey.storage import Storage
from survey.storage.questionnaires import require_questionnaire


@dataclass(frozen=True)
class Workspace:
    """`whole`: the account is one of the whole district, so that figures which are not of one area may be shown."""

    results: WaveResults
    questionnaire: Questionnaire

    @property
    def whole(self) -> bool:
        return bool(self.results.areas) and self.results.areas[0].parent is None

    @property
    def has_sample(self) -> bool:
        """Whether there is a finished analysis of a drawn sample, of which further questions can be asked."""
        return Source.PROB in self.results.evidence

    @property
    def items(self) -> list[tuple[str, Item]]:
        """Columns that a cross-table can have, with their items."""
        return [(item_column_name(item.name), item) for item in crossed_items(self.questionnaire)]

    def classes(self, level: str) -> dict[str, list[str]]:
        """The classes in which areas of this level are compared, with the codes of their areas."""
        return area_classes(AreaTree(self.results.areas), AreaLevel(level)) if self.whole else {}

    @property
    def groups(self) -> list[tuple[str, Item | None]]:
        """Columns that make the groups of the table of results; None for one that is not an item."""
        names = {item_column_name(item.name): item for item in self.questionnaire.asked_items}
        return [(name, names.get(name)) for name in group_columns(self.questionnaire, self.results.indicators)]

    def crossing(self, first: str, second: str) -> Question:
        """Every indicator by two columns, the same question in whatever order they are named."""
        order = [*RANKED, *(name for name, _ in self.groups)]
        return Question(QuestionKind.CROSSED, *sorted((first, second), key=order.index))

    def can_be_asked(self, question: Question) -> bool:
        """Whether the columns of a question are those of the answers."""
        groups, items = {name for name, _ in self.groups}, {name for name, _ in self.items}
        if question.kind is QuestionKind.CROSSED:
            return question.row in groups | {*RANKED} and question.column in groups
        return question.kind is not QuestionKind.CROSSTAB or {question.row, question.column} <= items | {*RECORDED}


def open_workspace(storage: Storage, wave_id: str, area: str) -> Workspace | None:
    """The workspace of an account of `area`; None when there is no such wave."""
    results = show_results(storage, wave_id, area)
    if results is None:
        return None
    with storage.read() as session:
        questionnaire = require_questionnaire(session, results.wave.questionnaire, results.wave.version)
    return Workspace(results, questionnaire)


def answer_to(storage: Storage, workspace: Workspace, question: Question) -> Answered:
    """What is known of a question to the run that is shown."""
    run = workspace.results.shown
    return Answered(None) if run is None else read_question(storage, workspace.results.wave.id, run.id, question)

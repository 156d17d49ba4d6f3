"""What the evidence bundle tells of coded texts: categories, agreement, counts; coders have numbers for names."""

from sqlalchemy.orm import Session

from survey.actions.texts.compare_coders import compare_coders
from survey.actions.texts.count_words import count_categories
from survey.actions.texts.open_texts import text_items
from survey.actions.texts.weigh_categories import category_column
from survey.exchange.plan.wave_definition import WaveDefinition
from survey.instrument.item import Item
from survey.storage.text_codings import load_categories, load_open_texts


def summarise_coding(session: Session, definition: WaveDefinition) -> list[dict[str, object]]:
    """One entry for each open question with categories; `column`: the column of the category in responses.csv."""
    items = text_items(definition.questionnaire)
    return [entry for item in items if (entry := _of_item(session, definition, item)) is not None]


def _of_item(session: Session, definition: WaveDefinition, item: Item) -> dict[str, object] | None:
    categories = load_categories(session, definition.wave.id, item.name)
    if not categories:
        return None
    everywhere = frozenset(one.code for one in definition.areas.areas)
    texts = load_open_texts(session, definition.wave.id, item.name, everywhere)
    numbers = {coder: k for k, coder in enumerate(sorted({name for one in texts for name in one.codings}), start=1)}
    return {
        "item": item.name,
        "texts": len(texts),
        "coded": sum(bool(one.codings) for one in texts),
        "coded_by_several": sum(len(one.codings) > 1 for one in texts),
        "settled": sum(one.settled is not None for one in texts),
        "differing": sum(one.differs for one in texts),
        "categories": [
            {
                "code": one.category.code,
                "label": one.category.label,
                "meaning": one.category.meaning,
                "column": category_column(item, one.category),
                "texts": {source.value: n for source, n in one.texts.items()},
            }
            for one in count_categories(texts, categories)
        ],
        "agreement": [
            {
                "coders": [numbers[name] for name in one.coders] or "all",
                "category": one.category.code if one.category else None,
                "texts": one.texts,
                "agreed": one.agreed,
                "coefficient": "cohen_kappa" if one.coders else "krippendorff_alpha",
                "value": one.coefficient,
                "lower": one.lower,
                "upper": one.upper,
            }
            for one in compare_coders(texts, categories)
        ],
    }

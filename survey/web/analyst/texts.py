"""What people wrote in their own words: words, phrases, search; the categories with their counts and agreement."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from survey.actions.results.open_workspace import answer_to
from survey.actions.texts.compare_coders import FEWEST_COMPARED, compare_coders
from survey.actions.texts.count_words import FEWEST_TEXTS, Counted, count_categories, count_words
from survey.actions.texts.edit_categories import add_category, change_category
from survey.actions.texts.open_texts import LOOKED_AT, OpenTexts, open_texts
from survey.programme.figure import read_figure
from survey.response.response import Source
from survey.response.text_coding import KEYS, LABEL_LIMIT, MEANING_LIMIT, OpenText, TextCategory, TextCodingError
from survey.web import data_tables as cells
from survey.web.analyst.found import found_workspace
from survey.web.analyst.view import Chart, show
from survey.web.charts_of_counts import counts_chart
from survey.web.data_tables import Cell, DataTable
from survey.web.i18n import current_time
from survey.web.listing import Column, Filter, Listing
from survey.web.numbers import MISSING
from survey.web.security import signed_in_account
from survey.web.services import services
from survey.web.words import SOURCES

_SHOWN_WORDS = 20  # of the chart
CODED = {"mine": lazy_gettext("我编过的"), "open": lazy_gettext("我还没有编的")}


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/<wave_id>/texts", "texts", texts)
    blueprint.add_url_rule("/<wave_id>/texts/<item>", "texts_of", texts)
    blueprint.add_url_rule("/<wave_id>/texts/<item>/categories", "categories", categories)
    blueprint.add_url_rule("/<wave_id>/texts/<item>/categories", "save_category", save_category, methods=["POST"])


def coded_texts(wave_id: str, item: str) -> OpenTexts:
    """The item with the texts that somebody coded."""
    found = open_texts(services().storage, wave_id, item, signed_in_account().area, only_coded=True)
    if found is None:
        abort(404)
    return found


def texts(wave_id: str, item: str = "") -> str | Response:
    """`?q=` looks for words, `?source=` and `?coded=` narrow; words and phrases are those of the texts found."""
    account, search = signed_in_account(), request.args.get("q", "")
    found = open_texts(services().storage, wave_id, item, account.area, search=search, most=LOOKED_AT)
    if found is None:
        wave = found_workspace(wave_id).results.wave
        return abort(404) if item else render_template("analyst/no_texts.html", wave=wave)
    coder = account.email
    listing = _listing(found, coder)
    counted = count_words(listing.found(found.texts, request.args))
    title = gettext("最常见的词")
    most = [(one.word, one.texts) for one in counted.words[:_SHOWN_WORDS]]
    return show(
        "analyst/texts.html",
        found.wave,
        [_words(gettext("词"), counted.words), _words(gettext("词组"), counted.phrases)],
        [Chart(title, counts_chart("chart", title, most))] if most else [],
        found=found,
        page=listing.page(found.texts, request.args),
        coder=coder,
        fewest=FEWEST_TEXTS,
        looked_at=LOOKED_AT,
        labels={one.code: one.label for one in found.categories},
    )


def _listing(found: OpenTexts, coder: str) -> Listing[OpenText]:
    """The texts in the order of their random ids, which tells nothing of who wrote them when."""
    return Listing(
        columns=(Column("id", gettext("原文"), lambda row: row.response), Column("mine", gettext("我的编码"))),
        identity=lambda row: row.response,
        text=lambda row: row.text,
        sort="id",
        filters=(
            Filter("source", gettext("来源"), {k.value: str(v) for k, v in SOURCES.items()}, lambda row: row.source),
            Filter(
                "coded",
                gettext("编码"),
                {k: str(v) for k, v in CODED.items()} if found.categories else {},
                lambda row: "mine" if coder in row.codings else "open",
            ),
        ),
    )


def _words(head: str, counted: tuple[Counted, ...]) -> DataTable:
    def address(word: str) -> str:
        kept = {name: request.args[name] for name in ("source",) if name in request.args}
        return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept, "q": word})

    rows = [[cells.text(one.word, link=address(one.word)), cells.count(one.texts)] for one in counted]
    return cells.parts(head, [head, gettext("出现在几份里")], rows, [1])


def categories(wave_id: str, item: str) -> str | Response:
    return _categories(wave_id, item)


def save_category(wave_id: str, item: str) -> ResponseReturnValue:
    """Add a category, or change the one whose code is sent; `ended` ends it or, empty, takes it up again."""
    found, form = coded_texts(wave_id, item), request.form
    label, meaning, code = form.get("label", "").strip(), form.get("meaning", "").strip(), form.get("code", "")
    place = (services().storage, wave_id, item)
    try:
        if code:
            changed = TextCategory(code, label, meaning, bool(form.get("ended")))
            before = change_category(*place, changed, current_time(), signed_in_account().email)
            if before is None:
                abort(404)
            flash(
                gettext("已改动：“%(before)s”→“%(after)s”。", before=_named(before), after=_named(changed)), "success"
            )
        else:
            add_category(*place, label, meaning, current_time(), signed_in_account().email)
            flash(gettext("已添加类别“%(label)s”。", label=label), "success")
    except TextCodingError:
        problem = gettext(
            "没有保存：名称要有 1 到 %(n)s 个字，不能与别的类别同名；说明最多 %(m)s 个字；类别最多 %(k)s 个。",
            n=LABEL_LIMIT,
            m=MEANING_LIMIT,
            k=len(KEYS),
        )
        return _categories(wave_id, item, [problem]), 422
    return redirect(url_for("analyst.categories", wave_id=wave_id, item=found.item.name), 303)


def _named(category: TextCategory) -> str:
    return f"{category.label}（{gettext('停用')}）" if category.ended else category.label


def _categories(wave_id: str, item: str, problems: list[str] | None = None) -> str | Response:
    found, space = coded_texts(wave_id, item), found_workspace(wave_id)
    weighed = answer_to(services().storage, space, found.question)
    tables = [_counts(found, weighed.result if space.whole else None), _agreement(found)]
    return show(
        "analyst/text_categories.html",
        found.wave,
        tables,
        found=found,
        space=space,
        question=found.question,
        asked=weighed.asked,
        answer=weighed.result,
        coder=signed_in_account().email,
        coders=sorted({coder for one in found.texts for coder in one.codings}),
        counted=sum(one.result is not None for one in found.texts),
        differing=sum(one.differs for one in found.texts),
        fewest=FEWEST_TEXTS,
        compared=FEWEST_COMPARED,
        problems=problems or [],
        typed=request.form,
    )


def _counts(found: OpenTexts, weighed: Mapping[str, Any] | None) -> DataTable:
    """Texts of each category by source; beside them the weighted share among the residents who wrote something."""
    prefix = f"{found.question.row}_about_"
    figures = {str(one["indicator"]): read_figure(one) for one in (weighed or {"estimates": ()})["estimates"]}
    rows = []
    for one in count_categories(found.texts, found.categories):
        row = [cells.text(_named(one.category), note=one.category.meaning)]
        row += [_count(one.texts[source]) for source in Source]
        figure = figures.get(prefix + one.category.code)
        if weighed is not None:
            shown = [cells.rate(figure), *cells.limits(figure, place=1)] if figure else [Cell(MISSING, "", "n")] * 3
            row += shown
        rows.append(row)
    heads = [gettext("编码类别"), *(gettext("%(source)s：份数", source=SOURCES[source]) for source in Source)]
    if weighed is not None:
        heads += [gettext("加权后的比例"), gettext("95% 区间下限"), gettext("95% 区间上限")]
    return cells.parts(gettext("各类别"), heads, rows, range(1, len(heads)))


def _count(n: int | None) -> Cell:
    return Cell(gettext("少于 %(n)s", n=FEWEST_TEXTS), "", "held-back") if n is None else cells.count(n)


def _agreement(found: OpenTexts) -> DataTable:
    rows = [
        [
            cells.text(_category_name(one.category)),
            cells.text(gettext("、").join(one.coders) if one.coders else gettext("全部编码员")),
            cells.count(one.texts),
            cells.share(one.agreed),
            cells.text(gettext("Cohen κ") if one.coders else gettext("Krippendorff α")),
            *(cells.decimal(value) for value in (one.coefficient, one.lower, one.upper)),
        ]
        for one in compare_coders(found.texts, found.categories)
    ]
    heads = [
        *(gettext("编码类别"), gettext("编码员"), gettext("都编过的份数"), gettext("一致的比例"), gettext("系数")),
        *(gettext("数值"), gettext("95% 区间下限"), gettext("95% 区间上限")),
    ]
    return cells.parts(gettext("编码员之间的一致程度"), heads, rows, (2, 3, 5, 6, 7))


def _category_name(category: TextCategory | None) -> str:
    return gettext("全部类别合起来") if category is None else _named(category)

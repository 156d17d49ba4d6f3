"""The evidence bundle of a wave: one zip from which a third party can recompute every figure with R alone. Step 8.

The same answers give the same bytes: nothing in it tells when it was made, and files stand in the order of their names.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from survey.exchange.export.pseudonyms import IDENTIFYING, RENAMED
from survey.exchange.manifest import described, write_manifest
from survey.exchange.plan.wave_definition import WaveDefinition
from survey.instrument.load import to_definition
from survey.response.integrity import IntegritySummary
from survey.response.response import Source

QUESTIONNAIRE = "questionnaire.json"
INTEGRITY = "integrity.json"
TEXT_CODING = "text_coding.json"
README = "README.md"
MANIFEST = "manifest.json"
_DATE = (1980, 1, 1, 0, 0, 0)  # the first day that a zip can name
_README_TEXT = Path(__file__).with_name("evidence_readme.md")
_SOURCES = {
    Source.PROB: "概率抽样 drawn sample",
    Source.QR: "自愿扫码，不代表全体居民 self-selected, not for all residents",
}


@dataclass(frozen=True)
class SourceEvidence:
    """The folder of one source. `without_script`: why there is no recompute.R, where the plan has no words in R."""

    source: Source
    rows: int
    outside: int
    warnings: tuple[str, ...]
    without_script: str = ""


@dataclass(frozen=True)
class EvidenceBundle:
    """What was packed; `sha256` of the zip itself, `names`: pseudonyms of sampling units by code."""

    sha256: str
    rows: Mapping[str, int]
    names: Mapping[str, str] = field(repr=False)


def write_about(folder: Path, definition: WaveDefinition, sources: Sequence[SourceEvidence]) -> None:
    """README, questionnaire and manifest beside the folders of the sources."""
    questionnaire = json.dumps(to_definition(definition.questionnaire), ensure_ascii=False, indent=1)
    (folder / QUESTIONNAIRE).write_text(questionnaire + "\n", encoding="utf-8")
    (folder / README).write_text(_readme(definition, sources), encoding="utf-8")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    facts: dict[str, object] = {
        "schema_version": 1,
        "wave": definition.wave.id,
        "questionnaire": definition.questionnaire.name,
        "questionnaire_version": definition.questionnaire.version,
        "questionnaire_sha256": definition.questionnaire.sha256,
        "left_out": [*IDENTIFYING, "open texts"],
        "pseudonyms": list(RENAMED),
        "sources": {
            one.source.value: {"rows": one.rows, "outside_population": one.outside, "warnings": list(one.warnings)}
            for one in sources
        },
        "files": [described(path) | {"file": path.relative_to(folder).as_posix()} for path in files],
    }
    write_manifest(folder / MANIFEST, facts)


def write_integrity(folder: Path, summary: IntegritySummary) -> None:
    """What the check looked for and found, and every decision with its reason; people have numbers for names.

    Answers have no names here either: an excluded one is not in the data, the others stand there with their marks.
    """
    people = {by: number for number, by in enumerate(sorted({one.by for one in summary.decided}), start=1)}
    told = {
        "rules_version": summary.check.version if summary.check else None,
        "answers_checked": summary.check.answers if summary.check else 0,
        "rules": summary.check.rules if summary.check else {},
        "findings": {kind.value: n for kind, n in summary.counts.items()},
        "decisions": [
            {
                "on": one.on.isoformat(),
                "decision": one.decision.value,
                "reason": one.reason,
                "findings": [kind.value for kind in one.kinds],
                "reviewer": people[one.by],
                "second_look": one.second_look,
            }
            for one in summary.decided
        ],
    }
    (folder / INTEGRITY).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_text_coding(folder: Path, items: Sequence[Mapping[str, object]]) -> None:
    """The categories of every open question, how far coders agree, and the texts of each; the texts are not in it."""
    (folder / TEXT_CODING).write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def pack(folder: Path, target: BinaryIO) -> str:
    """Write every file of the folder into a zip; its hexadecimal sha256."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with path.open("rb") as file, archive.open(entry, "w") as packed:
                while block := file.read(1 << 20):
                    packed.write(block)
    target.seek(0)
    digest = hashlib.sha256()
    while block := target.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _readme(definition: WaveDefinition, sources: Sequence[SourceEvidence]) -> str:
    wave, header = definition.wave, definition.wave.header
    return _README_TEXT.read_text(encoding="utf-8").format(
        name=wave.name.zh_hans,
        name_en=wave.name.in_language("en"),
        form_number=header.form_number,
        authority=header.authority,
        approved_by=header.approved_by,
        approval_number=header.approval_number,
        valid_until=header.valid_until.isoformat(),
        sources="\n".join(line for one in sources for line in _about_source(one)),
    )


def _about_source(one: SourceEvidence) -> list[str]:
    counts = f"{one.rows} 份答卷，其中 {one.outside} 份不属于调查总体"
    lines = [f"- 文件夹 {one.source.value}：{_SOURCES[one.source]}；{counts}。"]
    if one.without_script:
        lines.append(f"  这里没有 recompute.R（no script）：{one.without_script}")
    return lines

"""A generated file of responses of a drawn and of a self-selected sample; the same for the same seed."""

import csv
import random
from pathlib import Path

HEADER = ("row", "kind", "area", "weight", "a4", "b3", "a3", "e3", "f1", "f2", "f3")
MAPPING = """
id: row
source: {column: kind, codes: {drawn: prob, poster: qr}}
mode: {value: self}
area: area
stratum: stratum
psu: area
base_weight: weight
received_at: {value: 2026-05-20T10:00}
ignore: []
"""
STREETS = ("990101001", "990101002")


def write_responses(folder: Path, drawn: int = 200, scanned: int = 60, seed: int = 7) -> tuple[Path, Path]:
    """`responses.csv` and `mapping.yaml` in `folder`: four communities, missing sex and age, don't-knows, visitors."""
    rng = random.Random(seed)
    data, mapping = folder / "generated.csv", folder / "generated.yaml"
    with data.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*HEADER, "stratum"))
        for number in range(drawn + scanned):
            writer.writerow(_row(rng, number, "drawn" if number < drawn else "poster"))
    mapping.write_text(MAPPING, encoding="utf-8")
    return data, mapping


def _row(rng: random.Random, number: int, kind: str) -> tuple[object, ...]:
    street = rng.choice(STREETS)
    community = rng.choice(("001", "002"))
    happy = rng.random() < (0.8 if street == STREETS[0] else 0.7)
    answers = (
        rng.choice("54") if happy else rng.choice("32189" if rng.random() < 0.2 else "321").replace("9", "8"),
        rng.choice("5432178"),
        rng.choice(("1", "2", "1;3", "99", "")),
        rng.choice(("", "", "路灯很亮", "=停车难")),
        rng.choice(("1", "2", "1", "2", "")),
        rng.choice(("1", "2", "3", "4", "5", "6", "")),
        rng.choice(("1", "1", "1", "1", "2", "3", "4")),
    )
    return (f"r{number}", kind, street + community, rng.choice((20, 25.5, 30)), *answers, street)

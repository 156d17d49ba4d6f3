"""A large wave to measure on: the demonstration's responses crossed with each other until there are so many."""

import json
import random
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, insert, select

from survey.storage import Storage
from survey.storage.responses import ResponseRow
from tests.demonstration import WAVE

_AT_ONCE = 5000
_ROUNDS_OF_ONE = 8  # crossings of the interviews that one interviewer of the demonstration did: some 400 for each


def multiply(storage: Storage, rows: int, *, only_interviews: bool = False) -> None:
    """Further responses until the wave has about `rows`: each question as one of two people of the same street said.

    So no two are copies by necessity. Interviews are dealt out to more interviewers; posters, cases and codes stay.
    """
    table = ResponseRow.__table__
    with storage.read() as session:
        people = list(session.execute(select(table).where(table.c.wave == WAVE).order_by(table.c.response_id)))
    if only_interviews:
        people = [one for one in people if one.interviewer]
    with storage.write() as session:
        portion: list[dict[str, Any]] = []
        for made in _crossed(people, max(0, rows - len(people))):
            portion.append(made)
            if len(portion) == _AT_ONCE:
                session.execute(insert(table), portion)
                portion.clear()
        if portion:
            session.execute(insert(table), portion)


def _crossed(people: list[Row[Any]], wanted: int) -> Iterator[dict[str, Any]]:
    drawn = random.Random(1)
    answers = {one.response_id: json.loads(one.answers) for one in people}
    alike: dict[tuple[str, str | None], list[Row[Any]]] = {}
    for one in people:
        alike.setdefault((one.source, one.stratum or one.area), []).append(one)
    for k in range(wanted):
        number, one = divmod(k, len(people))[0], people[k % len(people)]
        own = answers[one.response_id]
        other = answers[drawn.choice(alike[one.source, one.stratum or one.area]).response_id]
        bits = drawn.getrandbits(len(own))
        mixed = {name: other.get(name, said) if bits >> j & 1 else said for j, (name, said) in enumerate(own.items())}
        made = one._asdict() | {"response_id": f"{number + 1:08x}{one.response_id[8:]}"}
        made["answers"] = json.dumps(mixed, ensure_ascii=False, separators=(",", ":"))
        if one.interviewer:
            made["interviewer"] = f"{one.interviewer}-{number // _ROUNDS_OF_ONE:03d}"
        yield made

"""Quota cells: counted with the answer, exact under parallel clients, over-quota answers kept and marked."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select, update

from survey.actions.response.receive_response import receive_response
from survey.actions.upkeep.verify_storage import verify_storage
from survey.instrument.parse import parse_condition
from survey.instrument.text import Text
from survey.programme.quota import Quota
from survey.response.receipt import Outcome
from survey.response.response import Purpose, Submission
from survey.storage import Storage
from survey.storage.marks import MarkRow
from survey.storage.quotas import QuotaRow, load_quotas, save_quotas
from survey.storage.responses import ResponseRow
from tests.factories import COMMUNITY, KEY, NOW, WAVE, make_submission, store_wave
from tests.processes import in_processes

WOMEN = Quota("women", Text("女性", "women"), 2, relevant=parse_condition("${f1} = '2'"))
HERE = Quota("here", Text("第一社区", "first community"), 3, sources=("qr",), areas=frozenset({COMMUNITY}))
CLIENTS, PROCESSES, LIMIT = 200, 4, 50


def store_quotas(storage: Storage, *quotas: Quota) -> None:
    with storage.write() as session:
        save_quotas(session, WAVE, quotas)


def state(storage: Storage) -> dict[str, tuple[int, int]]:
    with storage.read() as session:
        return {one.quota.name: (one.accepted, one.over) for one in load_quotas(session, WAVE)}


def marks(storage: Storage) -> list[str]:
    with storage.read() as session:
        return list(session.scalars(select(MarkRow.over_quota).order_by(MarkRow.over_quota)))


def send(storage: Storage, *submissions: Submission) -> list[Outcome]:
    return [receive_response(storage, KEY, one, NOW).outcome for one in submissions]


def woman(area: str = COMMUNITY) -> Submission:
    return make_submission(answers={"f1": "2"}, area=area)


def test_answer_that_comes_when_its_cell_is_full_is_accepted_and_marked(storage: Storage) -> None:
    store_wave(storage)
    store_quotas(storage, WOMEN)
    assert send(storage, *(woman() for _ in range(5))) == [Outcome.ACCEPTED] * 5
    assert send(storage, make_submission(answers={"f1": "1"})) == [Outcome.ACCEPTED]
    assert state(storage) == {"women": (2, 3)}
    assert marks(storage) == ["women"] * 3
    assert list(verify_storage(storage, KEY)) == []


def test_answer_counts_in_all_of_its_cells_or_in_none(storage: Storage) -> None:
    store_wave(storage)
    store_quotas(storage, WOMEN, HERE)
    send(storage, woman("990101001002"), woman(), woman(), woman())
    # The third woman finds her cell full: she takes no place of the community's cell either.
    assert state(storage) == {"women": (2, 2), "here": (1, 0)}
    send(storage, *(make_submission(answers={"f1": "1"}) for _ in range(3)))
    assert state(storage) == {"women": (2, 2), "here": (3, 1)}
    assert marks(storage) == ["here", "women", "women"]


def test_answer_sent_twice_a_test_answer_and_another_source_take_no_place(storage: Storage) -> None:
    letter = store_wave(storage).letters[0]
    store_quotas(storage, HERE)
    sent = make_submission()
    send(storage, sent, sent)
    send(storage, make_submission(purpose=Purpose.TEST), make_submission(code=letter.code, single_use=True))
    assert state(storage) == {"here": (1, 0)}


def test_verify_tells_when_a_counter_was_changed_by_hand(storage: Storage) -> None:
    store_wave(storage)
    store_quotas(storage, HERE)
    send(storage, make_submission())
    with storage.write() as session:
        session.execute(update(QuotaRow).values(accepted=2))
    (found,) = verify_storage(storage, KEY)
    assert (found.table, found.subject) == ("quota", "here")
    assert "says 2, answers counted: 1" in found.what


def _send_all(url: str, count: int) -> list[Outcome]:
    storage = Storage(url)
    with ThreadPoolExecutor(count) as pool:
        found = list(
            pool.map(lambda one: receive_response(storage, KEY, one, NOW).outcome, [woman() for _ in range(count)])
        )
    storage.close()
    return found


def test_200_answers_from_four_processes_fill_two_cells_of_50_exactly(storage: Storage, database_url: str) -> None:
    store_wave(storage)
    store_quotas(
        storage,
        Quota("women", Text("女性"), LIMIT, relevant=parse_condition("${f1} = '2'")),
        Quota("all", Text("全部"), LIMIT),
    )
    parts = in_processes(_send_all, [(database_url, CLIENTS // PROCESSES)] * PROCESSES)
    assert Counter(one for part in parts for one in part) == {Outcome.ACCEPTED: CLIENTS}
    assert state(storage) == {"women": (LIMIT, CLIENTS - LIMIT), "all": (LIMIT, CLIENTS - LIMIT)}
    with storage.read() as session:
        assert session.scalar(select(func.count()).select_from(ResponseRow)) == CLIENTS
    assert marks(storage) == ["women all"] * (CLIENTS - LIMIT)
    assert list(verify_storage(storage, KEY)) == []

"""Background jobs: taken once, taken up again after a real kill, one effect, retries, cancel, files for a week."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from survey.actions.jobs import kinds
from survey.actions.jobs.ask_for_job import ask_for_job
from survey.actions.jobs.follow_job import cancel_job, file_of, find_any_job, is_any_due, list_jobs, own_job
from survey.actions.jobs.job_run import JobRun
from survey.actions.jobs.kinds import JobOutcome
from survey.actions.jobs.run_jobs import run_next_job
from survey.actions.upkeep.clean_up import clean_up
from survey.jobs.job import KEPT, STALE, Job, JobCancelledError, JobError, JobKind, JobStatus, RetryLaterError
from survey.storage import Storage
from survey.storage.events import count_events
from tests.live_server import LiveServer
from tests.storage.job_worker import EFFECT, settings_of, with_effect

START = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
WHO = "office@yunxi.example"


class Clock:
    """A clock that the test moves."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Bench:
    """One database and the folder of its jobs; `does` says what a job of the kind `export` does."""

    def __init__(self, storage: Storage, url: str, folder: Path) -> None:
        self.storage, self.url, self.folder = storage, url, folder
        self.settings = settings_of(url, folder)
        self.clock = Clock()

    def ask(self, **facts: object) -> str:
        asked = {"actor": WHO, "now": self.clock.now, **facts}
        return ask_for_job(self.storage, JobKind.EXPORT, **asked)  # type: ignore[arg-type]

    def run(self) -> bool:
        return run_next_job(self.storage, self.settings, self.clock)

    def job(self, job_id: str) -> Job:
        return find_any_job(self.storage, job_id)

    def effects(self, job_id: str) -> int:
        with self.storage.read() as session:
            return count_events(session, EFFECT, job_id)

    def start_worker(self, what: str) -> subprocess.Popen[bytes]:
        """A worker process that has begun with the job."""
        command = [sys.executable, "-m", "tests.storage.job_worker", self.url, str(self.folder), what]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"begun\n"
        return worker


@pytest.fixture
def bench(storage: Storage, database_url: str, tmp_path: Path) -> Bench:
    return Bench(storage, database_url, tmp_path)


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[JobRun], JobOutcome]], None]:
    """Says what a job of the kind `export` does; until then it leaves one event."""

    def set_work(work: Callable[[JobRun], JobOutcome]) -> None:
        monkeypatch.setitem(kinds.KINDS, JobKind.EXPORT, work)  # type: ignore[arg-type]

    set_work(with_effect)
    return set_work


def test_a_job_leaves_its_file_for_a_week(bench: Bench, does: Callable[..., None]) -> None:
    def write(run: JobRun) -> JobOutcome:
        run.report(1, 2)
        (run.result_folder / "out.txt").write_text((run.folder / "in.txt").read_text() * 2)
        return JobOutcome("twice", "out.txt")

    does(write)
    folder = bench.folder / "jobs"
    job_id = bench.ask(inputs={"in.txt": b"ab"}, folder=folder)
    assert is_any_due(bench.storage, START)
    assert bench.run() and not bench.run()
    done = bench.job(job_id)
    assert (done.status, done.message, done.percent, done.keep_until) == (JobStatus.DONE, "twice", 100, START + KEPT)
    path = file_of(done, folder)
    assert path is not None and path.read_text() == "abab"
    assert own_job(bench.storage, job_id, "somebody@else.example") is None
    assert clean_up(bench.storage, START + KEPT, jobs_folder=folder).jobs == 0
    assert clean_up(bench.storage, START + KEPT + timedelta(seconds=1), jobs_folder=folder).jobs == 1
    assert not (folder / job_id).exists() and list_jobs(bench.storage, WHO) == []


@pytest.mark.parametrize("what", ["slow", "before-commit"])
def test_a_killed_process_s_job_is_taken_up_again_and_its_effect_stands_once(
    bench: Bench, does: Callable[..., None], what: str
) -> None:
    bench.clock.now = datetime.now(UTC)
    job_id = bench.ask()
    worker = bench.start_worker(what)
    if what == "slow":
        worker.send_signal(signal.SIGKILL)
    assert worker.wait(20) == -signal.SIGKILL
    assert bench.job(job_id).status is JobStatus.RUNNING
    bench.clock.now = datetime.now(UTC)
    assert not bench.run(), "it may still be alive"
    bench.clock.now += STALE + timedelta(seconds=1)
    assert bench.run()
    assert bench.job(job_id).status is JobStatus.DONE
    assert (bench.job(job_id).attempts, bench.effects(job_id)) == (2, 1)


def test_what_a_slow_process_does_after_it_lost_the_job_does_not_count(bench: Bench, does: Callable[..., None]) -> None:
    def overtaken(run: JobRun) -> JobOutcome:
        does(with_effect)
        bench.clock.now += STALE + timedelta(seconds=1)
        assert bench.run(), "the next process takes the job, because this one seems dead"
        return with_effect(run)

    does(overtaken)
    job_id = bench.ask()
    assert bench.run()
    assert (bench.job(job_id).status, bench.effects(job_id)) == (JobStatus.DONE, 1)


def test_workers_at_once_do_each_job_once(bench: Bench, does: Callable[..., None]) -> None:
    ids = [bench.ask() for _ in range(6)]

    def work() -> None:
        while bench.run():
            pass

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [bench.effects(job_id) for job_id in ids] == [1] * 6


def test_a_job_that_failed_by_chance_is_tried_again_later_and_given_up_in_the_end(
    bench: Bench, does: Callable[..., None]
) -> None:
    def fail(run: JobRun) -> JobOutcome:
        raise (
            RetryLaterError("the other side is away", timedelta(minutes=1))
            if run.job.attempts == 1
            else OSError("full")
        )

    does(fail)
    job_id = bench.ask()
    assert bench.run() and not bench.run()
    assert (bench.job(job_id).status, bench.job(job_id).message) == (JobStatus.WAITING, "the other side is away")
    bench.clock.now += timedelta(minutes=1)
    assert bench.run() and not bench.run()
    bench.clock.now += timedelta(minutes=1)
    assert bench.run()
    assert (bench.job(job_id).status, bench.job(job_id).message) == (JobStatus.FAILED, "OSError: full")


def test_a_fault_of_what_was_asked_for_is_told_and_not_tried_again(bench: Bench, does: Callable[..., None]) -> None:
    def refuse(run: JobRun) -> JobOutcome:
        raise JobError("row 3: expected a code, found 9")

    does(refuse)
    job_id = bench.ask(only_one="one export")
    assert bench.ask(only_one="one export") == job_id
    assert bench.run()
    assert (bench.job(job_id).status, bench.job(job_id).message) == (
        JobStatus.FAILED,
        "row 3: expected a code, found 9",
    )
    assert bench.ask(only_one="one export") != job_id


def test_a_cancelled_job_leaves_no_effect(bench: Bench, does: Callable[..., None]) -> None:
    def cancelled(run: JobRun) -> JobOutcome:
        cancel_job(bench.storage, run.job, START, WHO)
        raise JobCancelledError(run.job.id)

    waiting = bench.ask()
    cancel_job(bench.storage, bench.job(waiting), START, WHO)
    assert (bench.job(waiting).status, bench.run()) == (JobStatus.CANCELLED, False)
    does(cancelled)
    running = bench.ask()
    assert bench.run()
    assert bench.job(running).status is JobStatus.CANCELLED
    assert (bench.effects(waiting), bench.effects(running)) == (0, 0)


def test_a_running_process_notices_that_its_job_was_cancelled(bench: Bench) -> None:
    bench.clock.now = datetime.now(UTC)
    job_id = bench.ask()
    worker = bench.start_worker("slow")
    cancel_job(bench.storage, bench.job(job_id), datetime.now(UTC), WHO)
    assert worker.wait(20) == 0
    assert bench.job(job_id).status is JobStatus.CANCELLED


def test_a_server_takes_up_what_an_earlier_one_left(sqlite_url: str, tmp_path: Path) -> None:
    storage = Storage(sqlite_url)
    job_id = ask_for_job(storage, JobKind.REPORT, actor=WHO, now=START, wave="w0", parameters={"ending": "html"})
    with LiveServer(sqlite_url, tmp_path):  # the first request, which asks whether it is up, starts the watch
        deadline = time.monotonic() + 90
        while not (job := find_any_job(storage, job_id)).is_over and time.monotonic() < deadline:
            time.sleep(0.2)
    storage.close()
    assert (job.status, "found 'w0'" in job.message) == (JobStatus.FAILED, True), job

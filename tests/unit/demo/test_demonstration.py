"""The demonstration as plain objects: the same from the same seed, margins that add up, weights as they are named."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from math import isclose

import pytest

from survey.accounts.account import Role
from survey.actions.demo import district
from survey.actions.demo.accounts import ACCOUNTS, code_maker
from survey.actions.demo.build import Demonstration, build_demonstration
from survey.actions.demo.irregular import BURST, COPIED, NOT_COUNTED
from survey.actions.demo.sample import DWELLINGS_PER_ESTATE, ESTATES_PER_STREET, draw_estates, make_estates
from survey.actions.demo.survey_wave import FIELD_DAYS, field_start, make_wave
from survey.fieldwork.case import Phase
from survey.fieldwork.disposition import Disposition
from survey.instrument.compile import compile_questionnaire
from survey.invitation.code import is_well_formed
from survey.invitation.invitation import PlaceType
from survey.programme.area import AreaLevel, AreaTree
from survey.response.response import Mode, Purpose, Source
from survey.settings import PROJECT

NOW = datetime(2026, 5, 18, 8, 30, tzinfo=UTC)


@cache
def demonstration(seed: int = 7, key: str = "a key") -> Demonstration:
    questionnaire = compile_questionnaire(PROJECT / "questionnaires", "resident", 1)
    return build_demonstration(questionnaire, NOW, code_maker(key), seed)


def test_one_seed_and_key_give_one_demonstration_and_others_another() -> None:
    demonstration.cache_clear()
    first = demonstration()
    demonstration.cache_clear()
    assert demonstration() == first
    assert demonstration(seed=8).deliveries != first.deliveries
    codes = {one.code for one in (*first.posters, *first.letters)}
    assert codes.isdisjoint(one.code for one in demonstration(key="another key").letters)


def test_the_district_is_a_tree_of_three_streets_and_twelve_communities_in_a_range_of_no_province() -> None:
    tree = AreaTree.of(district.areas())
    assert (len(tree.at(AreaLevel.STREET)), len(tree.at(AreaLevel.COMMUNITY))) == (3, 12)
    assert all(area.code.startswith("9901") and area.name.en and area.name.zh_hant for area in tree.areas)


def test_margins_are_whole_people_and_add_up_to_each_street() -> None:
    totals: Counter[str] = Counter()
    for margin in district.margins():
        assert margin.total == int(margin.total) > 0
        totals[margin.area] += int(margin.total)
    assert totals == {street: district.population(street) for street in district.streets()}


def test_estates_of_the_frame_add_up_to_the_dwellings_of_their_community() -> None:
    dwellings: Counter[str] = Counter()
    for estate in demonstration().frame:
        dwellings[estate.community] += estate.dwellings
    assert dwellings == district.DWELLINGS


def test_base_weights_are_one_over_the_selection_probability() -> None:
    for estate in demonstration().drawn:
        in_street = sum(district.DWELLINGS[code] for code in district.communities(estate.street))
        probability = ESTATES_PER_STREET * estate.dwellings / in_street * DWELLINGS_PER_ESTATE / estate.dwellings
        assert isclose(estate.design.base_weight, 1 / probability)
        assert 0 < probability < 1


def test_base_weights_of_the_drawn_dwellings_add_up_to_the_dwellings_of_the_street() -> None:
    totals: Counter[str] = Counter()
    for case in demonstration().cases:
        if case.phase is Phase.MAIN:
            totals[case.design.stratum] += case.design.base_weight
    for street in district.streets():
        assert isclose(totals[street], sum(district.DWELLINGS[code] for code in district.communities(street)))


@pytest.mark.parametrize("seed", range(200))
def test_every_draw_gives_ten_different_estates_in_each_street(seed: int) -> None:
    rng = random.Random(seed)
    drawn = draw_estates(make_estates(rng), rng)
    assert Counter(estate.street for estate in drawn) == dict.fromkeys(district.streets(), ESTATES_PER_STREET)
    assert len(set(drawn)) == len(drawn)
    assert min(estate.dwellings for estate in drawn) >= DWELLINGS_PER_ESTATE


def test_large_estates_are_drawn_in_proportion_to_their_dwellings() -> None:
    frame = make_estates(random.Random(1))
    hits: Counter[object] = Counter()
    draws = 4000
    for seed in range(draws):
        hits.update(draw_estates(frame, random.Random(seed)))
    for estate in frame:
        in_street = sum(district.DWELLINGS[code] for code in district.communities(estate.street))
        expected = ESTATES_PER_STREET * estate.dwellings / in_street
        margin = 5 * (expected * (1 - expected) / draws) ** 0.5
        assert abs(hits[estate] / draws - expected) < margin


def test_letters_are_as_many_as_dwellings_and_all_codes_are_well_formed_and_different() -> None:
    demo = demonstration()
    per_estate = Counter(letter.design for letter in demo.letters)
    assert per_estate == Counter(case.design for case in demo.cases if case.phase is Phase.MAIN)
    codes = [one.code for one in (*demo.posters, *demo.letters)]
    assert len(set(codes)) == len(codes)
    assert all(is_well_formed(code) for code in codes)


def test_posters_hang_at_places_of_every_type() -> None:
    assert len(demonstration().posters) == 15
    assert {poster.place_type for poster in demonstration().posters} == set(PlaceType)


def test_answers_come_in_every_mode_and_both_sources() -> None:
    live = [one.submission for one in demonstration().deliveries if one.submission.purpose is Purpose.LIVE]
    assert {(sent.source, sent.mode) for sent in live} == {
        *((Source.PROB, mode) for mode in Mode),
        (Source.QR, Mode.SELF),
    }
    for sent in live:
        assert (sent.design is not None) is (sent.source is Source.PROB)
        assert sent.single_use is (sent.source is Source.PROB and sent.mode is Mode.SELF)
        assert (sent.interviewer is not None) is (sent.mode in {Mode.INTERVIEWER, Mode.PHONE})


def test_as_many_sampled_answers_as_dwellings_that_answered() -> None:
    demo = demonstration()
    answered = [case for case in demo.cases if case.disposition in {Disposition.COMPLETE, Disposition.PARTIAL}]
    sampled = {one.submission.response_id for one in demo.deliveries if one.submission.source is Source.PROB}
    assert len(sampled) - 1 == len(answered)  # one answer comes a second time with a code that is used


def test_everything_happens_while_the_wave_is_in_the_field_and_answers_take_time() -> None:
    demo = demonstration()
    for delivery in demo.deliveries:
        assert field_start(NOW) <= delivery.submission.started_at < delivery.at <= NOW
    assert all(field_start(NOW) < visit.at < NOW for visit in demo.visits)
    assert [one.at for one in demo.deliveries] == sorted(one.at for one in demo.deliveries)
    assert NOW - field_start(NOW) < timedelta(days=FIELD_DAYS + 1)


def test_answers_and_visits_share_no_identifier_and_no_address() -> None:
    demo = demonstration()
    fieldwork = {case.id for case in demo.cases} | {visit.id for visit in demo.visits}
    fieldwork |= {case.address for case in demo.cases}
    for delivery in demo.deliveries:
        sent = delivery.submission
        known = {sent.response_id, sent.code, *(value for value in sent.answers.values() if isinstance(value, str))}
        assert known.isdisjoint(fieldwork)
    assert {case.address for case in demo.cases}.isdisjoint(letter.place.zh_hans for letter in demo.letters)


def test_every_case_was_visited_and_its_last_visit_gives_its_disposition() -> None:
    demo = demonstration()
    last = {visit.case: visit for visit in sorted(demo.visits, key=lambda visit: visit.at)}
    assert {case.id: case.disposition for case in demo.cases if case.phase is Phase.MAIN} == {
        case: visit.disposition for case, visit in last.items()
    }


def test_what_goes_wrong_in_fields_is_there() -> None:
    deliveries = demonstration().deliveries
    sent = [delivery.submission for delivery in deliveries]
    assert sum(one.purpose is not Purpose.LIVE for one in sent) == NOT_COUNTED
    ids = Counter(one.response_id for one in sent)
    assert sum(count == 2 for count in ids.values()) == 2  # one form again, and one with other content
    letters = Counter(one.code for one in sent if one.single_use)
    assert sum(count == 2 for count in letters.values()) >= 1
    crowd = Counter(one.submission.code for one in deliveries if _late_in_the_evening(one.at))
    assert max(crowd.values()) >= BURST
    short = [one for one in deliveries if one.at - one.submission.started_at < timedelta(seconds=30)]
    assert len(short) >= 6
    copied = Counter(
        tuple(one.answers.get(name) for name in ("a1", "a2", "a4", "b1", "b2", "b3", "c1", "c5", "d1"))
        for one in sent
        if one.interviewer == "fy-03"
    )
    assert max(copied.values()) >= COPIED


def _late_in_the_evening(at: datetime) -> bool:
    return at.hour == 14 and 20 <= at.minute <= 32


def test_names_can_be_taken_for_nobody() -> None:
    wave = make_wave(NOW)
    header = wave.header
    for words in (header.form_number, header.authority, header.approved_by, header.approval_number):
        assert "虚构" in words
    assert "演示" in wave.name.zh_hans
    assert wave.organiser.phone.startswith("000-0000 0000")
    assert all(account.email.endswith(".example") for account in ACCOUNTS)


def test_there_is_an_account_of_every_role_with_a_password_of_this_installation() -> None:
    assert {account.role for account in ACCOUNTS} == set(Role)
    passwords = {account.password("a key") for account in ACCOUNTS}
    assert len(passwords) == len(ACCOUNTS)
    assert passwords.isdisjoint(account.password("another key") for account in ACCOUNTS)
    assert all(len(password) == 19 for password in passwords)

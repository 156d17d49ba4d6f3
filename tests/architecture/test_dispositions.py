"""The disposition codes stand twice, because analysis and fieldwork do not know each other: both lists are one list."""

from analysis.dispositions import DISPOSITIONS, DispositionClass, disposition_class
from survey.fieldwork.disposition import WORDS, Disposition

ANALYSED = {code.replace(".", ""): (one.zh_hans, one.en, one.zh_hant) for code, one in DISPOSITIONS.items()}


def test_fieldwork_and_analysis_have_the_same_codes_in_the_same_words() -> None:
    assert {one.value: (w.zh_hans, w.en, w.zh_hant) for one, w in WORDS.items()} == ANALYSED
    assert set(WORDS) == set(Disposition)


def test_fieldwork_sorts_codes_as_the_classes_of_the_rates_do() -> None:
    for one in Disposition:
        klass = disposition_class(one.value)
        assert one.interviewed is (klass in {DispositionClass.COMPLETE, DispositionClass.PARTIAL})
        assert one.is_refusal is (klass is DispositionClass.REFUSAL)
        assert one.not_eligible is (klass is DispositionClass.NOT_ELIGIBLE)
        unsettled = {DispositionClass.NON_CONTACT, DispositionClass.UNKNOWN_HOUSEHOLD, DispositionClass.UNKNOWN_OTHER}
        assert one.needs_visit is (klass in unsettled)

"""Show the office one wave: its codes and how many answers came by each place, and never what was answered."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from survey.actions.invitation.show_funnel import funnels_of
from survey.invitation.funnel import Funnel
from survey.invitation.invitation import Invitation, InvitationKind
from survey.programme.area import Area, AreaLevel, AreaTree
from survey.programme.quota import FilledQuota
from survey.programme.wave import Wave
from survey.response.response import Mode, Source
from survey.response.suspicion import Sign
from survey.storage import Storage
from survey.storage.areas import load_area_tree
from survey.storage.invitations import count_code_uses, list_invitations
from survey.storage.mark_counts import count_signs
from survey.storage.quotas import load_quotas
from survey.storage.response_counts import ResponseCount, count_by_source
from survey.storage.waves import load_wave


@dataclass(frozen=True)
class PosterCount:
    """One poster, the area where it hangs, and its funnel; `sent` are the live responses through it."""

    poster: Invitation
    area: Area
    funnel: Funnel


@dataclass(frozen=True)
class PlaceCount:
    """One area: live responses of the drawn sample by mode, and of the posters."""

    area: Area
    drawn: Mapping[Mode, int]
    self_selected: int

    @property
    def drawn_total(self) -> int:
        return sum(self.drawn.values())


@dataclass(frozen=True)
class WaveOverview:
    wave: Wave
    posters: tuple[PosterCount, ...]
    letters: int
    letters_used: int
    places: tuple[PlaceCount, ...]
    quotas: tuple[FilledQuota, ...]
    signs: Mapping[Sign, int]
    for_review: int


def show_wave(storage: Storage, wave_id: str) -> WaveOverview | None:
    """The wave with its codes and counts; None when there is no such wave."""
    with storage.read() as session:
        wave = load_wave(session, wave_id)
        if wave is None:
            return None
        tree = load_area_tree(session)
        invitations = list_invitations(session, wave_id)
        counts = count_by_source(session, wave_id)
        used = count_code_uses(session, wave_id)
        funnels = funnels_of(session, wave_id, _by_poster(counts))
        quotas = load_quotas(session, wave_id)
        signs, for_review = count_signs(session, wave_id)
    posters = [one for one in invitations if one.kind is InvitationKind.POSTER]
    return WaveOverview(
        wave=wave,
        posters=tuple(PosterCount(one, tree.by_code[one.area], funnels.get(one.code, Funnel())) for one in posters),
        letters=len(invitations) - len(posters),
        letters_used=used,
        places=_by_place(tree, counts),
        quotas=tuple(quotas),
        signs={sign: signs[sign.value] for sign in Sign if signs[sign.value]},
        for_review=for_review,
    )


def _by_poster(counts: list[ResponseCount]) -> dict[str, int]:
    sent: Counter[str] = Counter()
    for count in counts:
        if count.poster is not None:
            sent[count.poster] += count.n
    return sent


def _by_place(tree: AreaTree, counts: list[ResponseCount]) -> tuple[PlaceCount, ...]:
    """The district, every street and every community, each with what lies in it."""
    levels = (AreaLevel.DISTRICT, AreaLevel.STREET, AreaLevel.COMMUNITY)
    return tuple(_place(tree, area, counts) for area in tree.areas if area.level in levels)


def _place(tree: AreaTree, area: Area, counts: list[ResponseCount]) -> PlaceCount:
    inside = {one.code for one in tree.within(area.code)}
    here = [count for count in counts if count.area in inside]
    drawn = {
        mode: sum(count.n for count in here if count.source is Source.PROB and count.mode is mode) for mode in Mode
    }
    return PlaceCount(area, drawn, sum(count.n for count in here if count.source is Source.QR))

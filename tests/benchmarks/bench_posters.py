"""How long a thousand A4 posters take: `python -m tests.benchmarks.bench_posters`. Goal: at most 5 s on two cores.

Beside it, as the reference in the same run: making the thousand QR codes alone, with the mask chosen for each.
"""

import time
from collections.abc import Callable
from io import BytesIO

from qrcode.constants import ERROR_CORRECT_Q
from qrcode.main import QRCode

from survey.exchange.print.print_sheets import write_sheets
from survey.exchange.print.printed_code import PrintedCode
from survey.exchange.print.qr_code import qr_modules
from survey.instrument.text import Text
from survey.invitation.code import answer_address, make_code
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType
from tests.factories import make_wave

PAGES = 1000


def make_pages() -> list[PrintedCode]:
    pages = []
    for number in range(PAGES):
        code = make_code()
        place = Text(f"第{number + 1}社区卫生服务站", f"Community health station {number + 1}")
        invitation = Invitation("wave", code, InvitationKind.POSTER, "990101001001", place, PlaceType.HEALTH)
        url = answer_address("https://minyi.yunxi.example", code)
        pages.append(PrintedCode(invitation, url, "云溪区 · 第一街道 · 第一社区", "Yunxi District"))
    return pages


def with_chosen_mask(url: str) -> None:
    code = QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(url)
    code.make(fit=True)


def report(name: str, work: Callable[[], object]) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    print(f"{name}: {time.perf_counter() - wall:.2f} s ({time.process_time() - processor:.2f} s of processor)")


def main() -> None:
    pages, file = make_pages(), BytesIO()
    report(f"{PAGES} QR codes, mask chosen", lambda: [with_chosen_mask(page.url) for page in pages])
    report(f"{PAGES} QR codes, mask fixed", lambda: [qr_modules(page.url) for page in pages])
    report(f"{PAGES} posters as PDF", lambda: write_sheets(file, make_wave(), pages))
    print(f"file: {file.tell() / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

"""Printed posters and letters: QR codes that decode, embedded fonts, text that can be copied, nothing overlaid."""

import subprocess
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from survey.exchange.print.print_sheets import write_sheets
from survey.exchange.print.printed_code import PrintedCode
from survey.instrument.population import Population
from survey.instrument.text import Text
from survey.invitation.code import answer_address, make_code, spaced
from survey.invitation.invitation import Invitation, InvitationKind, PlaceType
from survey.invitation.sheet import Sheet
from survey.programme.wave import Organiser, StatisticsHeader, Wave, WaveStatus
from tests.factories import make_wave

LONG_PLACE = Text(
    "云溪区第一街道第一社区党群服务中心一楼大厅便民服务窗口旁宣传栏（靠近东门公交车站出口，电梯间对面）",
    "Notice board beside the service window in the ground-floor hall of the Party and community service centre",
)
LONG_WAVE = Wave(
    id="long",
    name=Text("云溪区2026年第四季度文明城市创建工作群众知晓率支持率参与率满意度综合问卷调查（补充样本）", "Long " * 30),
    population=Population.RESIDENTS,
    questionnaire="resident",
    version=1,
    target_profile="plan-s0",
    header=StatisticsHeader(
        "云创测1表", "云溪区创建办公室" * 6, "云溪区统计局", "云统制〔2026〕1号", date(2027, 12, 31)
    ),
    organiser=Organiser(Text("云溪区精神文明建设委员会办公室" * 3, "Office " * 20), "0990-0000001"),
    status=WaveStatus.OPEN,
)


def make_page(
    kind: InvitationKind = InvitationKind.POSTER,
    place: Text | None = None,
    base: str = "https://minyi.yunxi.example",
) -> PrintedCode:
    code = make_code()
    place = place or Text("第一社区卫生服务站", "Community health station")
    invitation = Invitation("wave", code, kind, "990101001001", place, PlaceType.HEALTH)
    return PrintedCode(invitation, answer_address(base, code), "云溪区 · 第一街道 · 第一社区", "Yunxi District")


def as_pdf(pages: list[PrintedCode], wave: Wave | None = None) -> bytes:
    file = BytesIO()
    write_sheets(file, wave or make_wave(), pages)
    return file.getvalue()


def rendered(pdf: bytes, folder: Path, dots_per_inch: int = 100) -> list[Image.Image]:
    (folder / "sheets.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-png", "-r", str(dots_per_inch), str(folder / "sheets.pdf"), str(folder / "page")]
    subprocess.run(command, check=True)
    return [Image.open(path) for path in sorted(folder.glob("page*.png"))]


@pytest.mark.parametrize("kind", list(InvitationKind))
@pytest.mark.parametrize("base", ["https://minyi.yunxi.example", "http://127.0.0.1:8000", "https://a.example/minyi"])
def test_the_printed_qr_code_decodes_to_the_address_of_its_code(
    kind: InvitationKind, base: str, tmp_path: Path
) -> None:
    page = make_page(kind, base=base)
    (image,) = rendered(as_pdf([page]), tmp_path)
    found = zxingcpp.read_barcodes(image)
    assert [code.text for code in found] == [page.url]
    assert found[0].ec_level == "Q"


def test_every_page_of_many_holds_its_own_code(tmp_path: Path) -> None:
    pages = [make_page(kind) for kind in (InvitationKind.POSTER, InvitationKind.LETTER) * 15]
    images = rendered(as_pdf(pages), tmp_path, 72)
    assert [zxingcpp.read_barcodes(image)[0].text for image in images] == [page.url for page in pages]


@pytest.mark.parametrize("kind", list(InvitationKind))
def test_the_qr_code_is_at_least_six_centimetres_wide_with_a_quiet_zone(kind: InvitationKind, tmp_path: Path) -> None:
    (image,) = rendered(as_pdf([make_page(kind)], LONG_WAVE), tmp_path, 254)  # 100 dots per centimetre
    (found,) = zxingcpp.read_barcodes(image)
    corners = found.position
    width = corners.top_right.x - corners.top_left.x
    assert width >= 600
    module = width / 33
    left = corners.top_left.x - 3.5 * module
    quiet = image.convert("L").crop((int(left), corners.top_left.y, int(left + 3 * module), corners.bottom_left.y))
    assert quiet.getextrema() == (255, 255)


@pytest.mark.parametrize("kind", list(InvitationKind))
def test_a_qr_code_survives_a_stain_over_a_tenth_of_it(kind: InvitationKind, tmp_path: Path) -> None:
    page = make_page(kind)
    (image,) = rendered(as_pdf([page]), tmp_path)
    corners = zxingcpp.read_barcodes(image)[0].position
    width = corners.top_right.x - corners.top_left.x
    side = int(width * 0.3)
    image.paste("white", (corners.bottom_right.x - side, corners.bottom_right.y - side, *_shifted(corners, side)))
    assert zxingcpp.read_barcodes(image)[0].text == page.url


def _shifted(corners: zxingcpp.Position, side: int) -> tuple[int, int]:
    return corners.bottom_right.x - side + int(side * 0.9), corners.bottom_right.y - side + int(side * 0.9)


def test_all_fonts_are_embedded_subsets() -> None:
    fonts = {}
    for page in PdfReader(BytesIO(as_pdf([make_page(), make_page(InvitationKind.LETTER)]))).pages:
        for name, font in page["/Resources"]["/Font"].items():
            fonts[name] = font.get_object()
    assert fonts
    for font in fonts.values():
        assert "+NotoSansSC-" in font["/BaseFont"]
        assert "/FontFile2" in font["/FontDescriptor"]


def test_everything_the_statistics_law_wants_can_be_read_in_the_text() -> None:
    poster, letter = make_page(), make_page(InvitationKind.LETTER, Text("第一社区住户", "A household"))
    wave = make_wave()
    for page, found in zip((poster, letter), PdfReader(BytesIO(as_pdf([poster, letter], wave))).pages, strict=True):
        text = "".join(found.extract_text().split())
        expected = [
            wave.name.zh_hans,
            wave.organiser.name.zh_hans,
            wave.organiser.phone,
            wave.header.form_number,
            wave.header.authority,
            wave.header.approved_by,
            wave.header.approval_number,
            "2027年12月31日",
            page.invitation.place.zh_hans,
            page.area,
            spaced(page.invitation.code),
            page.url.removeprefix("https://"),
            "表号",
            "制定机关",
            "批准机关",
            "批准文号",
            "有效期至",
            "核实电话",
            "不问姓名、电话、身份证号和门牌号",
        ]
        assert [words for words in expected if "".join(words.split()) not in text] == []


def test_a_character_beyond_the_basic_plane_is_drawn_and_can_be_copied() -> None:
    text = PdfReader(BytesIO(as_pdf([make_page(place=Text("𡐓头村卫生室"))]))).pages[0].extract_text()
    assert "𡐓头村卫生室" in text


def test_a_character_that_no_font_has_is_reported_and_not_dropped() -> None:
    file = BytesIO()
    unknown = write_sheets(file, make_wave(), [make_page(place=Text("\U0002f800社区"))])
    assert unknown == {"\U0002f800"}
    assert "〓社区" in PdfReader(file).pages[0].extract_text()


@pytest.mark.parametrize("kind", list(InvitationKind))
def test_long_names_are_whole_and_lie_over_nothing(kind: InvitationKind) -> None:
    page = make_page(kind, LONG_PLACE, base="https://a-rather-long-name-of-a-host.yunxi-district.example/minyi")
    (found,) = PdfReader(BytesIO(as_pdf([page], LONG_WAVE))).pages
    text = "".join(found.extract_text().split())
    for words in (LONG_PLACE.zh_hans, LONG_WAVE.name.zh_hans, LONG_WAVE.header.authority, page.url[8:]):
        assert "".join(words.split()) in text
    boxes = text_boxes(as_pdf([page], LONG_WAVE))
    assert [(one, other) for one, other in pairs(boxes) if overlap(one, other)] == []
    assert all(box[0] >= 0 and box[2] <= 596 and box[1] >= 0 and box[3] <= 842 for box in boxes)


@pytest.mark.parametrize(("sheet", "expected"), [(Sheet.A5, 1), (Sheet.CARD, 2), (Sheet.LABELS, 24)])
@pytest.mark.parametrize("wave", [None, LONG_WAVE])
def test_small_sheets_hold_codes_that_decode_and_nothing_lies_over_another(
    sheet: Sheet, expected: int, wave: Wave | None, tmp_path: Path
) -> None:
    page = make_page(place=None if wave is None else LONG_PLACE)
    file = BytesIO()
    write_sheets(file, wave or make_wave(), [page] * sheet.codes_per_page, sheet=sheet)
    (image,) = rendered(file.getvalue(), tmp_path, 150)
    found = zxingcpp.read_barcodes(image)
    assert [code.text for code in found] == [page.url] * expected
    boxes = text_boxes(file.getvalue())
    assert [(one, other) for one, other in pairs(boxes) if overlap(one, other)] == []
    width, height = (420, 596) if sheet is Sheet.A5 else (596, 842)
    assert all(box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height for box in boxes)


def test_the_upper_face_of_a_card_stands_on_its_head(tmp_path: Path) -> None:
    file = BytesIO()
    write_sheets(file, make_wave(), [make_page()], sheet=Sheet.CARD)
    (image,) = rendered(file.getvalue(), tmp_path, 150)
    found = sorted(zxingcpp.read_barcodes(image), key=lambda code: code.position.top_left.y)
    assert sorted(abs(code.orientation) for code in found) == [0, 180]


def test_labels_go_on_over_as_many_sheets_as_they_need() -> None:
    file = BytesIO()
    write_sheets(file, make_wave(), [make_page() for _ in range(100)], sheet=Sheet.LABELS)
    assert len(PdfReader(file).pages) == 5, "24 labels a sheet"


Box = tuple[float, float, float, float, str]


def text_boxes(pdf: bytes) -> list[Box]:
    """Left, top, right, bottom and text of every line on the first page, as poppler sees them."""
    command = ["pdftotext", "-bbox-layout", "-", "-"]
    seen = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    boxes: list[Box] = []
    for line in seen.splitlines():
        if "<word " in line:
            parts = dict(part.split("=") for part in line.split("<word ")[1].split(">")[0].split(" "))
            left, top, right, bottom = (float(parts[name].strip('"')) for name in ("xMin", "yMin", "xMax", "yMax"))
            boxes.append((left, top, right, bottom, line.split(">")[1].split("<")[0]))
    return boxes


def pairs(boxes: list[Box]) -> list[tuple[Box, Box]]:
    return [(one, other) for number, one in enumerate(boxes) for other in boxes[:number]]


def overlap(one: Box, other: Box) -> bool:
    """Whether the ink of two lines meets: a line's box is higher than its signs, by a sixth at either side."""

    def ink(box: Box) -> tuple[float, float]:
        margin = (box[3] - box[1]) * 0.2
        return box[1] + margin, box[3] - margin

    (top, bottom), (other_top, other_bottom) = ink(one), ink(other)
    beside = one[2] <= other[0] + 0.5 or other[2] <= one[0] + 0.5
    return not beside and top < other_bottom and other_top < bottom

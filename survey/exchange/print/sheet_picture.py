"""Step 2, a printed sheet as a picture: what the office looks at before it downloads and prints."""

import threading
from io import BytesIO

import pypdfium2

_POINTS_PER_INCH = 72
_ONE_AT_A_TIME = threading.Lock()  # PDFium is not made for several threads


def first_page_as_png(pdf: bytes, dots_per_inch: int = 80) -> bytes:
    """The first page of `pdf`."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            picture = document[0].render(scale=dots_per_inch / _POINTS_PER_INCH).to_pil()
        finally:
            document.close()
    file = BytesIO()
    picture.convert("P", palette=1, colors=64).save(file, "PNG", optimize=True)
    return file.getvalue()

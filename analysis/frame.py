"""Answers as columns of integer codes: the only form of the data that later steps see. First step of an analysis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.fault import Fault, FaultsFound, shortened
from analysis.plan_keys import as_code

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.signedinteger[Any]]
Bools = npt.NDArray[np.bool_]

FILE_COLUMN = "_file"
MANY_LEVELS = 1000


@dataclass(frozen=True)
class Column:
    """One column: `codes` (n,) index `labels`, -1 where missing; labels are in numeric or alphabetic order.

    Codes are small integers, often one byte, and overflow in arithmetic: `paired` and `cross` widen them.
    """

    codes: Codes
    labels: tuple[str, ...]

    @property
    def missing(self) -> Bools:
        return self.codes < 0

    @property
    def is_complete(self) -> bool:
        """Whether no row is missing."""
        return not self.codes.size or int(self.codes.min()) >= 0

    def flags(self, labels: Collection[str]) -> Bools:
        """Rows with one of these labels, shape (n,)."""
        rows: Bools = np.array([*(label in labels for label in self.labels), False])[self.codes]
        return rows


@dataclass(frozen=True)
class Categories:
    """A column that came as codes already: `codes` (n,) of any integer type index `values`, -1 where missing."""

    codes: npt.NDArray[np.integer[Any]]
    values: tuple[object, ...]


@dataclass
class Frame:
    """The columns of a plan, encoded on first use. `file` is the name that faults are reported under."""

    file: str
    n: int
    raw: Mapping[str, Any]  # arrow arrays or Categories
    missing: frozenset[str] = frozenset({"", "NA"})
    sha256: str | None = None
    _columns: dict[str, Column] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """The column as codes. Raises FaultsFound when there is none of this name."""
        if name not in self._columns:
            if name not in self.raw:
                found = f"only {shortened(sorted(self.raw), 12)}"
                raise FaultsFound([Fault(self.file, f"column {name}", "a column of this name", found)])
            self._columns[name] = encode(self.raw[name], self.missing)
            _give_back(self.raw)
        return self._columns[name]

    def numbers(self, name: str) -> Floats:
        """The column as numbers, shape (n,), NaN where missing. Raises FaultsFound for text."""
        import pyarrow as pa

        given = self.raw.get(name)
        array = None if given is None or isinstance(given, Categories) else _whole(given)
        if array is not None and (pa.types.is_floating(array.type) or pa.types.is_integer(array.type)):
            values = _numpy(array, np.nan).astype(np.float64, copy=False)
            absent = [float(code) for code in self.missing if _is_number(code)]
            return np.asarray(np.where(np.isin(values, absent), np.nan, values) if absent else values)
        if array is not None and pa.types.is_dictionary(array.type) and len(array.dictionary) > MANY_LEVELS:
            parsed = _parse(array.dictionary, self.missing)
            if parsed is not None:
                return np.asarray(np.append(parsed, np.nan)[_numpy(array.indices, -1)])
        return self._label_numbers(name)

    def _label_numbers(self, name: str) -> Floats:
        column = self.column(name)
        wrong = [label for label in column.labels if not _is_number(label)]
        if wrong:
            raise FaultsFound([Fault(self.file, f"column {name}", "numbers", shortened(wrong))])
        return np.array([*(float(label) for label in column.labels), np.nan])[column.codes]

    def crossed(self, names: Sequence[str]) -> Column:
        """Several columns as one; labels are joined with ` × `, only combinations that occur get a code."""
        if not names:
            return Column(np.zeros(self.n, dtype=np.int8), ("",))
        return as_one([self.column(name) for name in names])


def _give_back(raw: Mapping[str, Any]) -> None:
    """Returns the memory that reading a column needed to the system; arrow would keep it, a column's size or two."""
    if not isinstance(raw, dict):
        import pyarrow as pa

        pa.default_memory_pool().release_unused()


def as_one(columns: Sequence[Column]) -> Column:
    """Several columns crossed; labels are joined with ` × `, only combinations that occur get a code."""
    if len(columns) == 1:
        return columns[0]
    codes, parts = cross([column.codes for column in columns], [len(column.labels) for column in columns])
    labels = tuple(
        " × ".join(column.labels[level] for column, level in zip(columns, part, strict=True)) for part in parts.tolist()
    )
    return Column(codes, labels)


def cross(codes: Sequence[Codes], sizes: Sequence[int]) -> tuple[Codes, Ints]:
    """One code per combination that occurs, -1 where a part is missing; and the parts of each, (codes, parts)."""
    of_row, parts = combinations(codes, sizes)
    whole = (parts >= 0).all(axis=1)
    if whole.all():
        return of_row, parts
    place = np.where(whole, np.cumsum(whole) - 1, -1).astype(of_row.dtype)
    return place[of_row], parts[whole]


def combinations(codes: Sequence[Codes], sizes: Sequence[int]) -> tuple[Codes, Ints]:
    """One code per combination that occurs, a missing part (-1) being one more level; parts as in `cross`."""
    widths = [size + 1 for size in sizes]
    key = codes[0].astype(np.int64)
    for code, width in zip(codes[1:], widths[1:], strict=True):
        key *= width
        key += code
    key += np.ravel_multi_index([1] * len(widths), widths)
    span = int(np.prod(widths, dtype=object))
    if span <= 4 * key.shape[0] + 4096:
        present = np.flatnonzero(np.bincount(key, minlength=span))
        place = np.zeros(span, dtype=smallest_type(present.shape[0]))
        place[present] = np.arange(present.shape[0])
        of_row = place[key]
    else:
        present, of_row = np.unique(key, return_inverse=True)
        of_row = of_row.astype(smallest_type(present.shape[0]))
    return of_row, np.stack(np.unravel_index(present, widths), axis=1).astype(np.int64) - 1


def paired(first: Codes, second: Codes, size: int) -> Ints:
    """first × size + second of every row as one number, shape (n,), in 64 bits."""
    key = first.astype(np.int64)
    key *= size
    key += second
    return key


def smallest_type(count: int) -> np.dtype[np.signedinteger[Any]]:
    """The smallest type of codes 0..count-1 and -1."""
    return np.min_scalar_type(-max(count, 1))


def encode(values: Any, missing: Iterable[str]) -> Column:
    """Codes of an arrow array. Numbers and texts that look alike (4, 4.0, "4") are one level."""
    import pyarrow as pa

    if isinstance(values, Categories):
        return _relabelled(values.codes, values.values, missing)
    array = _whole(values)
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    if pa.types.is_floating(array.type):
        from pyarrow import compute

        array = compute.if_else(compute.is_nan(array), pa.nulls(1, array.type)[0], array)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    return _relabelled(_numpy(array.indices, -1), array.dictionary.to_pylist(), missing)


def _numpy(array: Any, nothing: float) -> npt.NDArray[Any]:
    """An arrow array of numbers, shape (n,), with `nothing` for nulls, read from its buffers.

    pyarrow's own to_numpy, and making arrays or scalars from Python values, would import pandas: half a second.
    """
    end = array.offset + len(array)
    there, data = array.buffers()
    values = np.frombuffer(data, dtype=array.type.to_pandas_dtype(), count=end)[array.offset :]
    if not array.null_count:
        return values
    known = np.unpackbits(np.frombuffer(there, dtype=np.uint8), bitorder="little", count=end)[array.offset :]
    return np.where(known == 1, values, nothing)


def _relabelled(codes: npt.NDArray[np.integer[Any]], values: Sequence[object], missing: Iterable[str]) -> Column:
    """Codes of `values`, -1 for none, as a Column with its labels in order."""
    texts = [None if value is None else as_code(value) for value in values]
    absent = {as_code(value) for value in missing} | {""}
    labels = sorted({text for text in texts if text is not None and text not in absent}, key=_natural)
    small = smallest_type(len(texts))
    if texts == labels:
        return Column(codes.astype(small, copy=False), tuple(labels))
    place: dict[str | None, int] = {label: code for code, label in enumerate(labels)}
    return Column(np.array([*(place.get(text, -1) for text in texts), -1], dtype=small)[codes], tuple(labels))


def _whole(values: Any) -> Any:
    """One arrow array from chunks, with one dictionary."""
    import pyarrow as pa

    if not isinstance(values, pa.ChunkedArray):
        return values
    if pa.types.is_dictionary(values.type):
        values = values.unify_dictionaries()
    return values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)


def _parse(texts: Any, missing: Iterable[str]) -> Floats | None:
    """Texts as numbers at once; None when one of them is not a number, so that it can be looked for and named."""
    import pyarrow as pa
    from pyarrow import compute

    trimmed = compute.utf8_trim_whitespace(texts) if pa.types.is_string(texts.type) else texts
    try:
        if pa.types.is_string(trimmed.type):
            trimmed = compute.if_else(
                compute.is_in(trimmed, _texts([*missing, ""])), pa.nulls(1, trimmed.type)[0], trimmed
            )
        return np.asarray(_numpy(trimmed.cast(pa.float64()), np.nan), dtype=np.float64)
    except pa.ArrowInvalid:
        return None


def _texts(values: Sequence[str]) -> Any:
    """An arrow array of texts, made from buffers for the reason that `_numpy` gives."""
    import pyarrow as pa

    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *(len(text) for text in encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(values), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _natural(label: str) -> tuple[int, float, str]:
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def frame_of(table: pd.DataFrame, file: str = "frame", missing: Iterable[str] = ("", "NA")) -> Frame:
    """A pandas frame as a Frame; categories, integers, texts and floats are all accepted."""
    import pandas as pd
    import pyarrow as pa

    raw: dict[str, Any] = {}
    for name, column in table.items():
        categorical = isinstance(column.dtype, pd.CategoricalDtype)
        raw[str(name)] = _categories(column.array) if categorical else pa.array(column, from_pandas=True)
    return Frame(file, len(table), raw, frozenset(missing))


def _categories(column: Any) -> Categories:
    return Categories(column.codes, tuple(column.categories.to_numpy(dtype=object).tolist()))

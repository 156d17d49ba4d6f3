"""Step 2, the addresses for a mail merge: read, printed on the letters, and never stored. Columns: code, address."""

from collections.abc import Collection
from pathlib import Path

from survey.exchange.fault import Fault, FaultsFoundError, shown
from survey.exchange.input_table import read_table
from survey.invitation.code import is_well_formed, normalise, spaced

_COLUMNS = ("code", "address")


def read_addresses(path: Path, wanted: Collection[str]) -> dict[str, str]:
    """Address by code, for every code in `wanted`; more codes may stand in the file.

    Raises `FaultsFoundError` with every fault: columns, codes that cannot be, codes twice, codes without an address.
    """
    table = read_table(path)
    missing = [name for name in _COLUMNS if name not in table.header]
    if missing:
        raise FaultsFoundError([Fault(table.file, "row 1", f"a column {name}", "none") for name in missing])
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for number, record in table.records():
        code = normalise(record["code"])
        if not is_well_formed(code):
            faults.append(Fault(table.file, f"row {number}, code", "a printed code", shown(record["code"])))
        elif code in found:
            faults.append(Fault(table.file, f"row {number}, code", "every code once", f"{spaced(code)} again"))
        elif not record["address"]:
            faults.append(Fault(table.file, f"row {number}, address", "an address", "nothing"))
        found.setdefault(code, record["address"])
    faults += [
        Fault(table.file, "code", f"an address for {spaced(code)}", "none") for code in wanted if code not in found
    ]
    if faults:
        raise FaultsFoundError(faults)
    return found

"""How long does a bid list of 100,000 rows take, from the file to a checked case on disk?

    python benchmarks/imports/run.py [rows] [csv|xlsx]

Prints seconds and rows a second of the whole import, and the share that reading alone takes. The list is made up: 3.3 bidders a contract, two-row
header, 千円, era dates, every hundredth row malformed; the printed account must show all of them.
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

from dxmodels.inputs.imports import import_file
from dxmodels.inputs.imports.bid_lists import read_bid_list

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SUFFIX = sys.argv[2] if len(sys.argv) > 2 else "csv"


def made_up_list(rows: int) -> tuple[list[list[str]], int]:
    """Return the lines of a list and how many of them are malformed."""
    draw = random.Random(2026)
    lines = [
        ["番号", "件名", "契約方法", "開札日", "入札結果", "", "", "予定価格（税抜・千円）"],
        ["", "", "", "", "業者名", "入札金額（税抜・千円）", "結果", ""],
    ]
    bad = contract = left = 0
    for index in range(rows):
        first = left == 0
        if first:
            contract, left = contract + 1, draw.choice([1, 2, 3, 4, 6])
            day = f"令和{draw.randint(3, 7)}年{draw.randint(1, 12)}月{draw.randint(1, 28)}日"
            head = [
                str(contract),
                f"業務システム{contract}運用保守",
                draw.choice(["一般競争入札", "指名競争入札"]),
                day,
            ]
            start = 0
        left, start = left - 1, start + 1
        amount, result = str(draw.randint(1_000, 90_000)), "落札" if first else draw.choice(["", "", "辞退", "失格"])
        if index % 100 == 99:
            amount, result, bad = "壱千", "", bad + 1
        lines.append(
            [
                *(head if first else [""] * 4),
                f"株式会社架空{draw.randint(1, 400)}",
                amount,
                result,
                "99000" if first else "",
            ]
        )
    return lines, bad


def write(lines: list[list[str]], path: Path) -> None:
    """Write the list as cp932 CSV or as a workbook."""
    if path.suffix == ".csv":
        with path.open("w", encoding="cp932", newline="") as file:
            csv.writer(file).writerows(lines)
        return
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("入札結果")
        for row, line in enumerate(lines):
            sheet.write_row(row, 0, line)


def main() -> None:
    """Import the made-up list into a new case and print the account."""
    lines, bad = made_up_list(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{SUFFIX}"
        write(lines, path)
        begun = time.perf_counter()
        read_bid_list(path)
        read = time.perf_counter() - begun
        begun, worked = time.perf_counter(), time.process_time()
        report = import_file("bids", path, into=Path(folder) / "case", municipality="271004")
        seconds, worked = time.perf_counter() - begun, time.process_time() - worked
        ledger = report.reading.ledger
        print(
            f"{ROWS:,} rows ({SUFFIX}): {seconds:.1f} s, {ROWS / seconds:,.0f} rows/s; processor {worked:.1f} s; reading alone {read:.1f} s"
        )
        print(f"contracts {report.contracts:,}, bids {report.bids:,}, waiting {report.waiting:,}")
        print(
            f"refused {ledger.rows['refused']:,} of {bad:,} malformed; read {ledger.rows_read:,} = {sum(ledger.rows.values()):,}"
        )


if __name__ == "__main__":
    main()

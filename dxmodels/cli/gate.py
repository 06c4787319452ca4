"""``dx gate``: a planner's own specification through the gate, with the calendar of the procurement and the load of the reviewers."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dxmodels.cli.common import case_named
from dxmodels.errors import EXIT_OK

if TYPE_CHECKING:
    from dxmodels.inputs import NotComputable
    from dxmodels.lockin.answers import Answer
    from dxmodels.runs.gate_report import DeskPart


def add_gate(commands: Any) -> None:
    """Declare ``dx gate``."""
    gate = commands.add_parser(
        "gate", help="仕様書を審査の規則で検査し、直す文と直し方・暦・審査の時間を示す", allow_abbrev=False
    )
    gate.add_argument(
        "file", metavar="仕様書", help="仕様書の本文（.txt・.md・.docx）または要件一覧（.csv・.xlsx・.xls）"
    )
    gate.add_argument(
        "--brand", action="append", default=[], metavar="製品名", help="名指しを探す製品・銘柄（繰り返し可）"
    )
    gate.add_argument("--notice-days", type=float, metavar="日数", help="公告から入札までの日数（予定）")
    gate.add_argument("--ordinary", action="store_true", help="特定調達（WTO政府調達協定の対象）でない調達とする")
    gate.add_argument(
        "--contract-end",
        default="",
        metavar="日付",
        help="現在の契約の終了日（例：令和10年3月31日）。各段階の期限を逆算する",
    )
    gate.add_argument("--case", default="osaka", help="台帳を持つケース（既定：osaka）。年間の暦と審査の時間に使う")
    gate.add_argument(
        "--out",
        default="kanmon.xlsx",
        metavar="ファイル",
        help="作成するExcelの名前。同じ名前の .html も作る（既定：kanmon.xlsx）",
    )
    gate.set_defaults(answer=_gate)  # fmt: skip


def _gate(options: argparse.Namespace) -> int:
    from dxmodels.errors import RunError
    from dxmodels.inputs.specification_files import read_specification
    from dxmodels.runs.gate_report import gate_page, write_gate_sheet

    book = Path(options.out).with_suffix(".xlsx")
    page = book.with_suffix(".html")
    existing = [str(path) for path in (book, page) if path.exists()]
    if existing:
        raise RunError(f"{'、'.join(existing)} が既にあります。--out で別の名前を指定してください。")
    specification = read_specification(options.file)
    parts = _parts(options, specification)
    title = f"仕様書の検査結果　{specification.title_ja}"
    try:
        write_gate_sheet(book, parts, title=title)
        page.write_text(gate_page(parts, title=title, subtitle="仕様書・予算の関門"), encoding="utf-8")
    except OSError as error:
        raise RunError(f"{book} を作れません（{error.strerror}）。書込みできる場所を指定してください。") from error
    _tell(parts)
    print(f"検査結果を作成しました：{book}（Excel）、{page}（読む・印刷する）")
    return EXIT_OK


def _parts(options: argparse.Namespace, specification: Any) -> list[DeskPart]:
    from dxmodels.inputs import attempt, load_case, load_register
    from dxmodels.lockin import answers
    from dxmodels.lockin.gates import ProcurementFacts

    end, days = _date(options.contract_end), _days(options.notice_days)
    case, register = load_case(case_named(options.case)), load_register()
    least = register.value("notice_days_ordinary" if options.ordinary else "notice_days_wto")
    facts = ProcurementFacts(notice_days=days, least_notice_days=least, brands=tuple(options.brand))
    check = answers.check_own_specification(specification.text, facts=facts, place=specification.place)
    parts = [_part("検査", "この仕様書は関門を通るか", check)]
    if end is not None:
        dates = answers.count_back_contract(end, register=register, as_of=case.as_of, is_wto=not options.ordinary)
        parts.append(_part("この調達の暦", "この調達は、いつまでに何を決めるか", dates))
    study = answers.LockinStudy(case, register)
    made_up = case.has("systems") and case.provenance("systems") == "illustrative"
    warning = ("注意：台帳は架空である。自分のケースを指定すると、その台帳の暦になる。",) if made_up else ()
    parts.append(
        _part(
            "審査の時間",
            "仕様書と予算の審査は、どの月に何件届き、時間は足りるか",
            attempt(answers.plan_gate, study),
            warning,
        )
    )
    parts.append(
        _part(
            "台帳の暦",
            "台帳の契約は、いつまでに判断しなければならないか",
            attempt(answers.show_calendar, study),
            warning,
        )
    )
    return parts


def _part(sheet: str, title: str, answer: Answer | NotComputable, warning: tuple[str, ...] = ()) -> DeskPart:
    from dxmodels.inputs import NotComputable
    from dxmodels.runs.gate_report import DeskPart

    if isinstance(answer, NotComputable):
        return DeskPart(sheet, title, answer.message, None, ())
    return DeskPart(sheet, title, answer.summary(), answer.to_frame(), (*warning, *answer.reading, *answer.limits))


def _tell(parts: list[DeskPart]) -> None:
    for part in parts:
        print(f"【{part.sheet}】{part.lead}")
    check = parts[0].table
    if check is not None:
        for row in check[check["gate_state_ja"] != "適合"].itertuples():
            print(f"  {row.gate_state_ja}　{row.checked_ja}（{row.text_place_ja}）：{row.sentence_ja}")
            print(f"    → {row.cure_ja}")


def _date(text: str) -> dt.date | None:
    from dxmodels.errors import Fault, InputError
    from dxmodels.fiscal import parse_date

    if not text:
        return None
    try:
        return parse_date(text)
    except ValueError as error:
        raise InputError([Fault("--contract-end", "日付として読めません", "2028-03-31 や 令和10年3月31日 の形で指定してください", value=text)]) from error  # fmt: skip


def _days(days: float | None) -> float | None:
    from dxmodels.errors import Fault, InputError

    if days is not None and not 0 <= days <= 366:
        raise InputError([Fault("--notice-days", "0 以上 366 以下の日数ではありません", "公告から入札までの日数を指定してください", value=f"{days:g}")])  # fmt: skip
    return days

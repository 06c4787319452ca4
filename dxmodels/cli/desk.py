"""``dx quotation`` and ``dx verdicts``: the sheets that leave the desk and come back filled in."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dxmodels.cli.common import case_named
from dxmodels.errors import EXIT_OK


def add_quotation(commands: Any) -> None:
    """Declare ``dx quotation``."""
    quotation = commands.add_parser("quotation", help="見積書を検査し、事業者への照会票を作る", allow_abbrev=False)
    quotation.add_argument(
        "deed",
        metavar="操作",
        choices=["blank", "review", "keep"],
        help="blank＝見積書の様式を作る、review＝検査する、keep＝ケースに入れて次の比較に使う",
    )
    quotation.add_argument(
        "file", nargs="?", default="", metavar="見積書", help="記入済みの様式（.xlsx）。省くとケースの見積書"
    )
    quotation.add_argument("--case", default="osaka", help="過去の見積・支出の実績を持つケース（既定：osaka）")
    quotation.add_argument(
        "--number", default="", metavar="見積番号", help="ケースの見積書の番号（既定：最も新しいもの）"
    )
    quotation.add_argument("--out", default="", metavar="ファイル", help="作成するファイルの名前")
    quotation.set_defaults(answer=_quotation)


def add_verdicts(commands: Any) -> None:
    """Declare ``dx verdicts``."""
    verdicts = commands.add_parser("verdicts", help="重複サービスの判定票（Excel）を作る", allow_abbrev=False)
    verdicts.add_argument("--case", default="osaka", help="サービス一覧を持つケース（既定：osaka）")
    verdicts.add_argument("--out", default="hanteihyo.xlsx", metavar="ファイル", help="作成するファイルの名前")
    verdicts.set_defaults(answer=_verdicts)


def _quotation(options: argparse.Namespace) -> int:
    from dxmodels.errors import RunError

    if options.deed == "keep":
        from dxmodels.inputs.quotation_keep import keep_quotation

        number, lines = keep_quotation(options.file, into=case_named(options.case))
        print(f"見積 {number}（{lines} 行）をケース「{options.case}」に入れました。次の見積の比較に使われます。")
        return EXIT_OK
    target = Path(options.out or ("mitsumori-yoshiki.xlsx" if options.deed == "blank" else "shokai.xlsx"))
    if target.exists():
        raise RunError(f"{target} が既にあります。--out で別の名前を指定してください。")
    if options.deed == "blank":
        from dxmodels.inputs.quotation_form import write_quotation_form

        write_quotation_form(target)
        print(f"見積書の様式を作成しました：{target}")
        return EXIT_OK
    return _review_quotation(options, target)


def _review_quotation(options: argparse.Namespace, target: Path) -> int:
    import pandas as pd

    from dxmodels.cost.quotation import read_quotation_rules, review_quotation
    from dxmodels.inputs import load_case, load_register
    from dxmodels.inputs.quotation_form import read_quotation_form
    from dxmodels.runs.quotation_sheet import write_quotation_questions

    case = load_case(case_named(options.case))
    held = [case.table("quotations")] if case.has("quotations") else []
    mine = read_quotation_form(options.file) if options.file else None
    if mine is not None:
        held = [table[table["quotation_id"] != mine["quotation_id"].iloc[0]] for table in held] + [mine]
    table = pd.concat(held, ignore_index=True) if held else case.table("quotations")
    rules = read_quotation_rules(load_register(), fiscal_year=case.base_fy)
    spending = case.table("spending") if case.has("spending") else None
    wanted = str(mine["quotation_id"].iloc[0]) if mine is not None else options.number or None
    review = review_quotation(table, rules=rules, quotation_id=wanted, spending=spending)
    print(review.summary())
    for finding in review.findings:
        print(f"  {finding.state_ja}　{finding.check_ja}：{finding.evidence_ja}（基準 {finding.threshold_ja}）")
    if mine is not None and case.has("quotations") and case.provenance("quotations") == "illustrative":
        print("注意：比べた過去の見積・支出は架空です。--case で自分のケースを指定してください。")
    lines = review.quotation.lines
    write_quotation_questions(target, review.questions().table, lines, title=review.quotation.title_ja)
    print(f"事業者への照会票を作成しました：{target}")
    return EXIT_OK


def _verdicts(options: argparse.Namespace) -> int:
    from dxmodels.errors import RunError
    from dxmodels.inputs import load_case, load_register
    from dxmodels.inputs.verdicts import read_case_verdicts
    from dxmodels.runs.verdict_sheets import write_verdict_sheet
    from dxmodels.services import asked

    target = Path(options.out)
    if target.exists():
        raise RunError(f"{target} が既にあります。--out で別の名前を指定してください。")
    place = case_named(options.case)
    case = load_case(place)
    held = read_case_verdicts(case, str(place.resolve() if isinstance(place, Path) else place))
    write_verdict_sheet(target, asked.pairs_to_judge(case, load_register(), held.decided()))
    print(f"重複サービスの判定票を作成しました：{target}")
    print("記入された判定票は、ケースのフォルダの下の verdicts に置くと次の実行から読み取ります。")
    return EXIT_OK

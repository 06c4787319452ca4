"""``dx check``, ``dx import``, ``dx template``: the tables of a case, checked, taken in, and as empty forms."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dxmodels.cli.common import case_named
from dxmodels.errors import EXIT_BAD_INPUT, EXIT_OK


def add_check(commands: Any) -> None:
    """Declare ``dx check``."""
    check = commands.add_parser("check", help="ケースの表を検査し、誤りをすべて示す")
    check.add_argument("case", nargs="?", default="osaka", help="ケース名、フォルダ、または .xlsx（既定：osaka）")
    check.add_argument("--published-only", action="store_true", help="架空データの表を読み込まない")
    check.set_defaults(answer=_check)


def add_import(commands: Any) -> None:
    """Declare ``dx import``."""
    get = commands.add_parser(
        "import", help="情報システム台帳・入札結果・OCDS・行政事業レビュー・公金支出情報を取り込む", allow_abbrev=False
    )
    get.add_argument("kind", metavar="種類", help="excel（台帳）、ocds、bids、review51、review54、payments")
    get.add_argument("file", metavar="ファイル", help="取り込むファイル（csv・xlsx・xls・json・jsonl・zip）")
    get.add_argument(
        "--into", required=True, metavar="ケース", help="取込み先のケース名かフォルダ（なければ新しく作る）"
    )
    get.add_argument("--tax", default="", metavar="税", help="ファイルに書かれていないときの税の別：税抜 または 税込")
    get.add_argument("--municipality", default="", metavar="団体コード", help="すべてこの市町村の契約として取り込む")
    get.add_argument("--write", action="store_true", help="台帳（excel）：試行と設定の確認の後、実際に取り込む")
    get.set_defaults(answer=_import)


def add_template(commands: Any) -> None:
    """Declare ``dx template``."""
    template = commands.add_parser("template", help="台帳のひな型（Excel・CSV）を作る")
    template.add_argument("target", nargs="?", default="dx-template", help="作成先のフォルダ（既定：dx-template）")
    template.set_defaults(answer=_template)


def _check(options: argparse.Namespace) -> int:
    from dxmodels.inputs import check_case

    report = check_case(case_named(options.case), published_only=options.published_only)
    print(report.summary())
    return EXIT_OK if report.ok else EXIT_BAD_INPUT


def _import(options: argparse.Namespace) -> int:
    if options.kind == "excel":
        from dxmodels.inputs.imports.inventory import import_inventory

        inventory = import_inventory(options.file, into=case_named(options.into), write=options.write, tax=options.tax)
        print(inventory.summary())
        return inventory.exit_code
    from dxmodels.inputs.imports import import_file
    from dxmodels.lockin.national_summary import describe_summary, summarize_information_contracts

    report = import_file(
        options.kind,
        options.file,
        into=case_named(options.into),
        tax=options.tax,
        municipality=options.municipality,
    )
    print(report.summary())
    if options.kind == "review54":
        print(describe_summary(summarize_information_contracts(report.reading.keeping["review_contracts"])))
    return report.exit_code


def _template(options: argparse.Namespace) -> int:
    from dxmodels.errors import RunError
    from dxmodels.inputs import load_case
    from dxmodels.inputs.places import EMBEDDED_CASE
    from dxmodels.inputs.template import TEMPLATE_TABLES, write_csv_templates, write_template

    target = Path(options.target)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{target} を作れません（{error.strerror}）。書込みできる場所を指定してください。") from error
    files = [target / "template.xlsx", target / "sample.xlsx"]
    existing = [path.name for path in files if path.exists()]
    if existing:
        raise RunError(
            f"{target} に {'、'.join(existing)} が既にあります。別のフォルダを指定するか、移してから実行してください。"
        )
    write_template(files[0])
    write_template(files[1], sample_from=load_case(EMBEDDED_CASE), tables=TEMPLATE_TABLES)
    write_csv_templates(target / "csv")
    print(f"ひな型を作成しました：{target}（template.xlsx＝空欄、sample.xlsx＝記入例、csv/＝CSVの見出し）")
    return EXIT_OK

"""What can be asked on the command line: ``dx check | run | import | template | doctor``?

Messages are Japanese. A mistake of the user ends with its own exit code and without a traceback; a bug of ours writes the traceback to a
log and says so in one line. Exit codes: 0 well · 1 a notebook failed · 2 bad input · 3 no plan satisfies every rule · 4 environment · 5 bug.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dxmodels.errors import EXIT_BAD_INPUT, EXIT_ENVIRONMENT, EXIT_OK, DxError

_EXIT_BUG = 5
_EXIT_INTERRUPTED = 130
_BUG_LOG = "dx-error.log"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return EXIT_BAD_INPUT
    answer: Callable[[argparse.Namespace], int] = options.answer
    try:
        return answer(options)
    except DxError as error:
        print(str(error), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("中断しました。計算済みのノートブックは残っており、再実行すると続きから始まります。", file=sys.stderr)
        return _EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) has gone: nothing is wrong
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except Exception as error:  # a bug of ours: the user gets one line, the log gets the traceback
        print(_report_bug(error), file=sys.stderr)
        return _EXIT_BUG


def _check(options: argparse.Namespace) -> int:
    from dxmodels.inputs import check_case

    report = check_case(_case_named(options.case), published_only=options.published_only)
    print(report.summary())
    return EXIT_OK if report.ok else EXIT_BAD_INPUT


def _run(options: argparse.Namespace) -> int:
    from dxmodels.runs.batch import run_plan

    report = run_plan(
        options.plan,
        overrides=_overrides(options),
        workers=options.jobs,
        fresh=options.fresh,
        against=options.against,
        progress=not options.quiet,
        say=(lambda text: None) if options.quiet else _say,
    )
    print(report.summary())
    return report.exit_code


def _compare(options: argparse.Namespace) -> int:
    from dxmodels.runs.compare.reruns import compare_runs

    bridge = compare_runs(
        options.earlier, options.later, tolerance=options.tolerance, rerun=not options.no_rerun, say=_say
    )
    print(bridge.listing())
    if options.csv:
        bridge.to_machine_frame().to_csv(options.csv, index=False, lineterminator="\n")
    return EXIT_OK


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


def _import(options: argparse.Namespace) -> int:
    if options.kind == "excel":
        from dxmodels.inputs.imports.inventory import import_inventory

        inventory = import_inventory(options.file, into=_case_named(options.into), write=options.write, tax=options.tax)
        print(inventory.summary())
        return inventory.exit_code
    from dxmodels.inputs.imports import import_file
    from dxmodels.lockin.national_summary import describe_summary, summarize_information_contracts

    report = import_file(
        options.kind,
        options.file,
        into=_case_named(options.into),
        tax=options.tax,
        municipality=options.municipality,
    )
    print(report.summary())
    if options.kind == "review54":
        print(describe_summary(summarize_information_contracts(report.reading.keeping["review_contracts"])))
    return report.exit_code


def _quotation(options: argparse.Namespace) -> int:
    from dxmodels.errors import RunError

    if options.deed == "keep":
        from dxmodels.inputs.quotation_keep import keep_quotation

        number, lines = keep_quotation(options.file, into=_case_named(options.case))
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

    case = load_case(_case_named(options.case))
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
    place = _case_named(options.case)
    case = load_case(place)
    held = read_case_verdicts(case, str(place.resolve() if isinstance(place, Path) else place))
    write_verdict_sheet(target, asked.pairs_to_judge(case, load_register(), held.decided()))
    print(f"重複サービスの判定票を作成しました：{target}")
    print("記入された判定票は、ケースのフォルダの下の verdicts に置くと次の実行から読み取ります。")
    return EXIT_OK


def _doctor(options: argparse.Namespace) -> int:
    from dxmodels.runs.doctor import examine

    checks = examine()
    for check in checks:
        print(check)
    return EXIT_OK if all(check.ok for check in checks) else EXIT_ENVIRONMENT


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters given on the command line; all faults of them at once."""
    from dxmodels.errors import Fault, ParameterError
    from dxmodels.runs.parameters.text import parse_setting

    given = [f"{name}={value}" for name, value in (("case", options.case), ("seed", options.seed)) if value is not None]
    given += ["published_only=true"] if options.published_only else []
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for setting in [*given, *options.set]:
        try:
            name, value = parse_setting(setting)
            values[name] = str(Path(value).resolve()) if name == "case" and _is_path(value) else value
        except ParameterError as error:
            faults += error.faults
    if faults:
        raise ParameterError(faults)
    return values


def _case_named(text: str) -> str | Path:
    """Return a case as given: a name, or a path where it is written as one."""
    return Path(text) if _is_path(text) else text


def _is_path(text: str) -> bool:
    return any(sign in text for sign in "/\\.")


def _say(text: str) -> None:
    from tqdm import tqdm

    tqdm.write(text, file=sys.stderr)


def _report_bug(error: Exception) -> str:
    """Write the traceback to a log and return the line that says where."""
    stamp = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    text = f"{stamp} dx {' '.join(sys.argv[1:])}\n{''.join(traceback.format_exception(error))}\n"
    for folder in _log_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / _BUG_LOG).open("a", encoding="utf-8") as log:
                log.write(text)
        except OSError:
            continue
        return f"プログラムの誤り（{type(error).__name__}）で止まりました。{folder / _BUG_LOG} を添えて担当者に連絡してください。"
    return f"プログラムの誤り（{type(error).__name__}：{error}）で止まりました。"


def _log_folders() -> list[Path]:
    from dxmodels.runs.project import reports_root

    try:
        return [reports_root(), Path(tempfile.gettempdir())]
    except DxError:
        return [Path(tempfile.gettempdir())]


_PARSER_WORDS = (
    (r"the following arguments are required: (.+)", r"必要な引数がありません：\1"),
    (r"unrecognized arguments: (.+)", r"知らない引数です：\1"),
    (r"argument (\S+): expected one argument", r"\1 の後に値を書いてください"),
    (r"argument (\S+): invalid int value: (.+)", r"\1 は整数で指定してください：\2"),
    (r"argument (\S+): invalid float value: (.+)", r"\1 は数で指定してください：\2"),
    (r"argument \S+: invalid choice: (\S+) \(choose from (.+)\)", r"知らないコマンドです：\1。使えるのは \2"),
)


class _JapaneseParser(argparse.ArgumentParser):
    """argparse that explains a wrong command line in Japanese."""

    def error(self, message: str) -> Any:
        """Print usage and the cause, and end with the code of bad input."""
        self.print_usage(sys.stderr)
        for pattern, japanese in _PARSER_WORDS:
            message = re.sub(pattern, japanese, message)
        self.exit(EXIT_BAD_INPUT, f"{self.prog}：{message}。{self.prog} --help で使い方を確かめてください。\n")


def _parser() -> argparse.ArgumentParser:
    parser = _JapaneseParser(prog="dx", description="大阪府デジタル改革の検討用ワークベンチ", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"dx {version('dxmodels')}", help="版を表示")
    commands = parser.add_subparsers(dest="command", metavar="コマンド", parser_class=_JapaneseParser)
    _add_check(commands)
    _add_run(commands)
    _add_compare(commands)
    _add_import(commands)
    template = commands.add_parser("template", help="台帳のひな型（Excel・CSV）を作る")
    template.add_argument("target", nargs="?", default="dx-template", help="作成先のフォルダ（既定：dx-template）")
    template.set_defaults(answer=_template)
    _add_quotation(commands)
    _add_verdicts(commands)
    doctor = commands.add_parser("doctor", help="環境（Python・パッケージ・フォント・カーネル・容量）を点検する")
    doctor.set_defaults(answer=_doctor)
    return parser


def _add_check(commands: Any) -> None:
    check = commands.add_parser("check", help="ケースの表を検査し、誤りをすべて示す")
    check.add_argument("case", nargs="?", default="osaka", help="ケース名、フォルダ、または .xlsx（既定：osaka）")
    check.add_argument("--published-only", action="store_true", help="架空データの表を読み込まない")
    check.set_defaults(answer=_check)


def _add_run(commands: Any) -> None:
    run = commands.add_parser("run", help="計画を実行し、報告書を作る", allow_abbrev=False)
    run.add_argument("plan", help="計画の名前（data/plans/ の smoke、final_summary、interim_direction など）")
    run.add_argument("--published-only", action="store_true", help="架空データの表を一切読み込まない")
    run.add_argument("--case", help="ケース名（data/ の下のフォルダ名）またはケースのフォルダ")
    run.add_argument("--seed", help="乱数の種")
    run.add_argument("--set", action="append", default=[], metavar="名前=値", help="パラメータの指定（繰り返し可）")
    run.add_argument("--jobs", type=int, default=0, help="同時に実行するノートブックの数（既定：プロセッサの数）")
    run.add_argument("--fresh", action="store_true", help="前回の結果を再利用せず、すべて計算し直す")
    run.add_argument(
        "--against", default="", metavar="実行番号", help="比べる前回の実行（差を要因に分ける。既定：直近の実行）"
    )
    run.add_argument("--quiet", action="store_true", help="途中経過を表示しない")
    run.set_defaults(answer=_run)


def _add_compare(commands: Any) -> None:
    from dxmodels.runs.compare.bridge import TOLERANCE

    compare = commands.add_parser(
        "compare", help="二つの実行の数値の差を、データ・前提・計算方法に分けて示す", allow_abbrev=False
    )
    compare.add_argument("earlier", metavar="前の実行", help="実行番号（reports/ の下のフォルダ名）かフォルダ")
    compare.add_argument("later", metavar="後の実行", help="実行番号かフォルダ")
    compare.add_argument(
        "--tolerance", type=float, default=TOLERANCE, help=f"変化とみなさない相対差（既定：{TOLERANCE:g}）"
    )
    compare.add_argument("--no-rerun", action="store_true", help="計算し直さない（要因に分けられない差が残る）")
    compare.add_argument("--csv", metavar="ファイル", help="すべての数値を CSV に書き出す")
    compare.set_defaults(answer=_compare)


def _add_quotation(commands: Any) -> None:
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


def _add_verdicts(commands: Any) -> None:
    verdicts = commands.add_parser("verdicts", help="重複サービスの判定票（Excel）を作る", allow_abbrev=False)
    verdicts.add_argument("--case", default="osaka", help="サービス一覧を持つケース（既定：osaka）")
    verdicts.add_argument("--out", default="hanteihyo.xlsx", metavar="ファイル", help="作成するファイルの名前")
    verdicts.set_defaults(answer=_verdicts)


def _add_import(commands: Any) -> None:
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


if __name__ == "__main__":
    sys.exit(main())

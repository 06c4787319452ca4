"""What can be asked on the command line: ``dx check | run | import | template | gate | doctor``?

Messages are Japanese. A mistake of the user ends with its own exit code and without a traceback; a bug of ours writes the traceback to a
log and says so in one line. Exit codes: 0 well · 1 a notebook failed · 2 bad input · 3 no plan satisfies every rule · 4 environment · 5 bug.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from dxmodels.cli.cases import add_check, add_import, add_template
from dxmodels.cli.desk import add_quotation, add_verdicts
from dxmodels.cli.edition import add_edition
from dxmodels.cli.environment import add_doctor
from dxmodels.cli.gate import add_gate
from dxmodels.cli.panel import add_panel
from dxmodels.cli.parser import JapaneseParser
from dxmodels.cli.run import add_compare, add_run
from dxmodels.errors import EXIT_BAD_INPUT, EXIT_OK, DxError, Fault, ParameterError

_EXIT_BUG = 5
_EXIT_INTERRUPTED = 130
_BUG_LOG = "dx-error.log"
# In the order of --help. A group of commands is one file of this package; its ``add_*`` declares arguments and the function that answers.
_COMMANDS = (
    add_check,
    add_run,
    add_compare,
    add_edition,
    add_import,
    add_template,
    add_quotation,
    add_verdicts,
    add_gate,
    add_panel,
    add_doctor,
)


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
        _check_place(options)
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


def _check_place(options: argparse.Namespace) -> None:
    """Refuse a file that is to be made in a folder that is not there (the panel's forms make their folder themselves)."""
    out = getattr(options, "out", "")
    if out and options.command != "panel" and not Path(out).absolute().parent.is_dir():
        cure = "あるフォルダの中のファイル名を指定してください"
        raise ParameterError([Fault("--out", "保存先のフォルダがありません", cure, value=out)])


def _parser() -> argparse.ArgumentParser:
    parser = JapaneseParser(prog="dx", description="大阪府デジタル改革の検討用ワークベンチ", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"dx {version('dxmodels')}", help="版を表示")
    commands = parser.add_subparsers(dest="command", metavar="コマンド", parser_class=JapaneseParser)
    for add in _COMMANDS:
        add(commands)
    return parser


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

"""``dx panel``: the scoring workbooks go out to the panel and come back, with the comments and their replies."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dxmodels.cli.common import case_named
from dxmodels.errors import EXIT_OK


def add_panel(commands: Any) -> None:
    """Declare ``dx panel``."""
    panel = commands.add_parser("panel", help="委員の評価表を作り、記入されたものを読み取る", allow_abbrev=False)
    panel.add_argument(
        "deed", metavar="操作", choices=["out", "read"], help="out＝評価表を作る、read＝記入された評価表を読み取る"
    )
    panel.add_argument("files", nargs="*", metavar="評価表", help="read：記入された評価表（.xlsx、いくつでも）")
    panel.add_argument("--into", default="", metavar="ケース", help="read：評価表を保管するケース名かフォルダ")
    panel.add_argument(
        "--edition", default="今回の版", metavar="版", help="read：意見の表に記す版の名前（例：夏の方向性）"
    )
    panel.add_argument("--case", default="osaka", help="out：前の版の意見と回答を持つケース（既定：osaka）")
    panel.add_argument("--member", action="append", default=[], metavar="委員", help="out：委員の符号（繰り返し可）")
    panel.add_argument("--out", default="hyokahyo", metavar="フォルダ", help="out：作成先のフォルダ（既定：hyokahyo）")
    panel.set_defaults(answer=_panel)


def _panel(options: argparse.Namespace) -> int:
    return _out(options) if options.deed == "out" else _read(options)


def _out(options: argparse.Namespace) -> int:
    from dxmodels.errors import RunError
    from dxmodels.inputs import load_register
    from dxmodels.inputs.panel_keep import read_comment_table
    from dxmodels.panel.form import make_form
    from dxmodels.runs.panel_sheets import write_panel_sheet

    folder = Path(options.out)
    members = list(dict.fromkeys(options.member)) or [""]
    targets = {
        member: folder / f"hyokahyo{f'-{number}' if member else ''}.xlsx" for number, member in enumerate(members, 1)
    }
    existing = [path.name for path in targets.values() if path.exists()]
    if existing:
        raise RunError(f"{folder} に {'、'.join(existing)} が既にあります。--out で別のフォルダを指定してください。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder} を作れません（{error.strerror}）。書込みできる場所を指定してください。") from error
    form, earlier = make_form(load_register()), read_comment_table(case_named(options.case))
    for member, path in targets.items():
        write_panel_sheet(path, form, expert_id=member, earlier=earlier)
        print(f"評価表を作成しました：{path}" + (f"（委員 {member}）" if member else ""))
    print("記入されたら dx panel read で読み取ってください。")
    return EXIT_OK


def _read(options: argparse.Namespace) -> int:
    from dxmodels.errors import Fault, ParameterError
    from dxmodels.inputs import load_register
    from dxmodels.inputs.panel_keep import keep_comment_table, keep_panel_sheets, read_comment_table
    from dxmodels.panel import carry_comments
    from dxmodels.panel.form import make_form
    from dxmodels.panel.replies import ANSWERED

    if not options.files or not options.into:
        cure = "dx panel read 評価表.xlsx --into mycase のように指定してください"
        raise ParameterError([Fault("dx panel read", "評価表かケースの指定がありません", cure)])
    into = case_named(options.into)
    given, kept = keep_panel_sheets(options.files, make_form(load_register()), into=into)
    for line in given.refusals_ja():
        print(line)
    print(given.summary())
    table = carry_comments(read_comment_table(into), kept.comments, edition=options.edition)
    place = keep_comment_table(table, into=into)
    open_count = int((table["reply_state_ja"] != ANSWERED).sum())
    print(f"意見{len(table)}件（うち未回答{open_count}件）：{place}")
    print("「回答」と「変更した箇所」を記入して保存すると、次の評価表と報告書に引き継がれます。")
    print(f"ケース「{options.into}」に保管した評価表は{len(kept.experts)}人分です。次の実行から報告書に使われます。")
    return EXIT_OK

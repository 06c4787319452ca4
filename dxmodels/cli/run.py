"""``dx run`` and ``dx compare``: make the reports of a plan; split the difference of two runs."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dxmodels.cli.common import is_path, say
from dxmodels.cli.edition import EDITIONS, publish
from dxmodels.errors import EXIT_OK

if TYPE_CHECKING:
    from dxmodels.runs.execute import Machines

_MOST_JOBS = 256


def add_run(commands: Any) -> None:
    """Declare ``dx run``."""
    run = commands.add_parser("run", help="計画を実行し、報告書を作る", allow_abbrev=False)
    run.add_argument("plan", help="計画の名前（data/plans/ の smoke、final_summary、interim_direction など）")
    run.add_argument("--published-only", action="store_true", help="架空データの表を一切読み込まない")
    run.add_argument("--case", help="ケース名（data/ の下のフォルダ名）またはケースのフォルダ")
    run.add_argument("--seed", help="乱数の種")
    run.add_argument("--set", action="append", default=[], metavar="名前=値", help="パラメータの指定（繰り返し可）")
    run.add_argument("--jobs", type=int, help="同時に実行するノートブックの数（既定：プロセッサの数）")
    again = run.add_mutually_exclusive_group()
    again.add_argument("--fresh", action="store_true", help="前回の結果を再利用せず、すべて計算し直す")
    again.add_argument(
        "--resume", action="store_true", help="中断した実行の続きから始める（計算済みのものは繰り返さない。既定も同じ）"
    )
    run.add_argument(
        "--against", default="", metavar="実行番号", help="比べる前回の実行（差を要因に分ける。既定：直近の実行）"
    )
    run.add_argument(
        "--cluster",
        default="",
        metavar="番地",
        help="Dask のクラスタで実行する（例：tcp://192.0.2.10:8786。docs/cluster.md）",
    )
    run.add_argument(
        "--edition",
        choices=EDITIONS,
        default="internal",
        help="internal＝庁内版だけ（既定）、public・both＝公表版も作る（庁内版は比較と再開のため常に残る）",
    )
    run.add_argument("--quiet", action="store_true", help="途中経過を表示しない")
    run.set_defaults(answer=_run)


def add_compare(commands: Any) -> None:
    """Declare ``dx compare``."""
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


def _run(options: argparse.Namespace) -> int:
    from dxmodels.runs.batch import run_plan

    overrides = _overrides(options)
    with _machines(options) as machines:
        report = run_plan(
            options.plan,
            overrides=overrides,
            machines=machines,
            fresh=options.fresh,
            against=options.against,
            progress=not options.quiet,
            say=(lambda text: None) if options.quiet else say,
        )
    print(report.summary())
    if options.edition != EDITIONS[0] and report.exit_code == EXIT_OK:
        publish(report.run_id)
    return report.exit_code


def _machines(options: argparse.Namespace) -> contextlib.AbstractContextManager[Machines]:
    """Return where the run is computed: this machine, or the cluster named."""
    from dxmodels.runs.execute import ThisMachine

    if not options.cluster:
        return contextlib.nullcontext(ThisMachine(options.jobs or 0))
    from dxmodels.runs.execute.cluster import Cluster

    return Cluster(options.cluster)


def _compare(options: argparse.Namespace) -> int:
    from dxmodels.runs.compare.reruns import compare_runs

    _check_comparison(options)
    bridge = compare_runs(
        options.earlier, options.later, tolerance=options.tolerance, rerun=not options.no_rerun, say=say
    )
    print(bridge.listing())
    if options.csv:
        bridge.to_machine_frame().to_csv(options.csv, index=False, lineterminator="\n")
    return EXIT_OK


def _check_comparison(options: argparse.Namespace) -> None:
    """Refuse a tolerance that is none, and a table that could not be written, before anything is computed."""
    from dxmodels.errors import Fault, ParameterError

    faults = []
    if not 0 <= options.tolerance < 1:
        faults.append(
            Fault(
                "--tolerance",
                "変化とみなさない相対差が範囲外です",
                "0以上1未満にしてください",
                value=str(options.tolerance),
            )
        )
    if options.csv and not Path(options.csv).absolute().parent.is_dir():
        faults.append(
            Fault("--csv", "保存先のフォルダがありません", "あるフォルダを指定してください", value=str(options.csv))
        )
    if faults:
        raise ParameterError(faults)


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters given on the command line; all faults of them at once."""
    from dxmodels.errors import Fault, ParameterError
    from dxmodels.runs.parameters.text import parse_setting

    faults: list[Fault] = []
    if options.jobs is not None and not 1 <= options.jobs <= _MOST_JOBS:
        cure = f"1〜{_MOST_JOBS} の整数にするか、省いてください（省くとプロセッサの数）"
        faults.append(Fault("--jobs", "同時に実行する数が範囲外です", cure, value=str(options.jobs)))
    given = [f"{name}={value}" for name, value in (("case", options.case), ("seed", options.seed)) if value is not None]
    given += ["published_only=true"] if options.published_only else []
    values: dict[str, Any] = {}
    for setting in [*given, *options.set]:
        try:
            name, value = parse_setting(setting)
            values[name] = str(Path(value).resolve()) if name == "case" and is_path(value) else value
        except ParameterError as error:
            faults += error.faults
    if faults:
        raise ParameterError(faults)
    return values

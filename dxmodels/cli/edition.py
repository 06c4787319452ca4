"""``dx edition``: make the public edition of a finished run."""

from __future__ import annotations

import argparse
from typing import Any

from dxmodels.errors import EXIT_OK

EDITIONS = ("internal", "public", "both")


def add_edition(commands: Any) -> None:
    """Declare ``dx edition``."""
    edition = commands.add_parser(
        "edition", help="実行の結果から公表版を作る（伏せる値・根拠・点検は data/editions による）", allow_abbrev=False
    )
    edition.add_argument("run", metavar="実行", help="実行番号（reports/ の下のフォルダ名。latest も可）")
    edition.add_argument(
        "--after", default="", metavar="実行番号", help="既に公表した版の実行番号（二つの版の差から分かる値も守る）"
    )
    edition.set_defaults(answer=_edition)


def publish(run_id: str, after: str = "") -> None:
    """Make the public edition of a run and say how it went."""
    from dxmodels.runs.editions.publish import publish_run

    print(publish_run(run_id, after=after).summary())


def _edition(options: argparse.Namespace) -> int:
    publish(options.run, options.after)
    return EXIT_OK

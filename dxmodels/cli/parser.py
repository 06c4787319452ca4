"""How does a wrong command line explain itself in Japanese?"""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

from dxmodels.errors import EXIT_BAD_INPUT

_PARSER_WORDS = (
    (r"the following arguments are required: (.+)", r"必要な引数がありません：\1"),
    (r"unrecognized arguments: (.+)", r"知らない引数です：\1"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 と \2 は同時に指定できません"),
    (r"argument (\S+): expected one argument", r"\1 の後に値を書いてください"),
    (r"argument (\S+): invalid int value: (.+)", r"\1 は整数で指定してください：\2"),
    (r"argument (\S+): invalid float value: (.+)", r"\1 は数で指定してください：\2"),
    (r"argument (--\S+): invalid choice: (\S+) \(choose from (.+)\)", r"\1 に \2 は指定できません。使えるのは \3"),
    (r"argument 操作: invalid choice: (\S+) \(choose from (.+)\)", r"知らない操作です：\1。使えるのは \2"),
    (r"argument \S+: invalid choice: (\S+) \(choose from (.+)\)", r"知らないコマンドです：\1。使えるのは \2"),
)


class JapaneseParser(argparse.ArgumentParser):
    """argparse that explains a wrong command line in Japanese."""

    def error(self, message: str) -> Any:
        """Print usage and the cause, and end with the code of bad input."""
        self.print_usage(sys.stderr)
        for pattern, japanese in _PARSER_WORDS:
            message = re.sub(pattern, japanese, message)
        self.exit(EXIT_BAD_INPUT, f"{self.prog}：{message}。{self.prog} --help で使い方を確かめてください。\n")

"""Where do the cases, assumptions, scenarios and options lie, and which names may be asked for?

Everything lies under one data folder: ``data/`` beside the package, or the folder named by the environment variable
``DX_DATA``. A name that reaches a path is a slug; anything else could leave the folder (``../x``) and is refused.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from dxmodels.errors import Fault, ParameterError

EMBEDDED_CASE = "osaka"
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SLUG_RULE = "英小文字・数字・「_」「-」だけを使い、英小文字か数字で始まる64字以内の名前にしてください（例：osaka）。"


def data_root() -> Path:
    """Return the folder that holds cases, assumptions, scenarios, options and plans."""
    override = os.environ.get("DX_DATA", "")
    return Path(override) if override else Path(__file__).resolve().parents[2] / "data"


def checked_slug(name: str, *, what: str) -> str:
    """Return ``name`` if it is a slug (``^[a-z0-9][a-z0-9_-]{0,63}$``), else raise ParameterError; ``what`` in Japanese."""
    if isinstance(name, str) and SLUG.fullmatch(name):
        return name
    raise ParameterError([Fault(what, "名前に使えない文字があるか、長すぎます", _SLUG_RULE, value=str(name))])

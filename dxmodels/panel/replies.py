"""What became of each comment: comment → reply → change, carried from edition to edition?"""

from __future__ import annotations

import hashlib

import pandas as pd

from dxmodels.errors import ModelError

_KEYS = ["expert_id", "topic_ja", "comment_ja"]
OPEN, ANSWERED = "未回答", "回答済み"


def carry_comments(earlier: pd.DataFrame | None, comments: pd.DataFrame, *, edition: str) -> pd.DataFrame:
    """Return the table of comments with their replies: earlier rows keep reply and change, new comments are added open.

    ``earlier``: a table this function returned (with ``reply_ja`` and ``change_ja`` filled in since), or None. Nothing is ever dropped:
    a comment that is not repeated stays with its reply. Raises ModelError where an earlier table lacks its columns.
    """
    fresh = (
        comments[_KEYS]
        .drop_duplicates()
        .assign(comment_id=lambda rows: [_id(*row) for row in rows.itertuples(index=False)])
    )
    fresh = fresh.assign(first_edition=edition, reply_ja="", change_ja="")
    if earlier is None:
        table = fresh
    else:
        missing = [name for name in ("comment_id", "reply_ja", "change_ja", "first_edition") if name not in earlier]
        if missing:
            raise ModelError(
                f"前の版の意見の表に {'、'.join(missing)} の列がありません。前の版の出力をそのまま使ってください。"
            )
        known = set(earlier["comment_id"])
        table = pd.concat([earlier, fresh[~fresh["comment_id"].isin(known)]], ignore_index=True)
    replied = table["reply_ja"].fillna("").str.strip() != ""
    order = ["comment_id", "first_edition", *_KEYS, "reply_ja", "change_ja", "reply_state_ja"]
    return table.assign(reply_state_ja=replied.map({True: ANSWERED, False: OPEN}))[order]


def _id(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]

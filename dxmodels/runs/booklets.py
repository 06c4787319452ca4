"""How do many pages of the same form (one A4 page per system) leave a notebook?

``booklet`` is the door for forms: texts in blocks, made by a room, sent beside the exhibit that holds the same facts as a table. The PDFs are made after the run
(dxmodels/runs/render/booklet.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from dxmodels.errors import ModelError
from dxmodels.inputs.availability import NotComputable
from dxmodels.runs import shown
from dxmodels.runs import sources as origins
from dxmodels.runs.model import Grade
from dxmodels.runs.wording import closed_up

BOOKLET_MIME = "application/vnd.dx.booklet+json"
_Words = Annotated[str, AfterValidator(closed_up)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FormBlock(_Form):
    """One block: pairs, a table, sentences, a tile map or rank intervals; ``bars`` (0..1) are drawn beside the rows of a table.

    tiles: rows of (name, column, row, class, mark), headers = legend; ranges: rows of (label, five ascending ranks, mark), headers = number ranked.
    """

    title: str
    kind: Literal["pairs", "table", "list", "tiles", "ranges"]
    rows: tuple[tuple[_Words, ...], ...]
    headers: tuple[str, ...] = ()
    numeric: tuple[bool, ...] = ()
    bars: tuple[float, ...] = ()
    note: _Words = ""


class FormPage(_Form):
    """One A4 page; ``file`` (or, where it is blank, ``key``) names its file: pages of one file stand together."""

    key: str
    file: str = ""
    title: str
    subtitle: str
    badges: tuple[str, ...]
    headline: _Words
    left: tuple[FormBlock, ...]
    right: tuple[FormBlock, ...]
    foot: tuple[FormBlock, ...]


class Booklet(_Form):
    """All pages of one exhibit with grade and sources."""

    id: str
    title: str
    grade: Grade
    notes: tuple[str, ...]
    pages: tuple[FormPage, ...]


def booklet(
    id: str,
    pages: Sequence[Mapping[str, Any]] | NotComputable,
    *,
    title: str,
    notes: Sequence[str],
    grade: str,
    sources: Sequence[str],
) -> None:
    """Send the pages of one exhibit out of the notebook; a NotComputable sends nothing (its exhibit says what is missing)."""
    if isinstance(pages, NotComputable):
        return
    made = build_booklet(id, pages, title=title, notes=notes, grade=grade, names=sources)
    shown.emit(
        BOOKLET_MIME,
        made.model_dump(mode="json"),
        f"【{id}】{title}：{len(made.pages)} ページ",
        f"<p>{len(made.pages)} ページ</p>",
    )


def build_booklet(
    id: str, pages: Sequence[Mapping[str, Any]], *, title: str, notes: Sequence[str], grade: str, names: Sequence[str]
) -> Booklet:
    """Return what ``booklet`` would send; raises ModelError for an empty set, repeated keys or a page of another form."""
    rests_on = origins.resolve(names, what=id)
    keys = [str(page.get("key", "")) for page in pages]
    if not keys or len(set(map(str.casefold, keys))) < len(keys):
        raise ModelError(f"{id}：ページがないか、同じキーのページがあります。台帳のIDの重複を直してください。")
    used = "出典：" + "；".join(
        f"表「{source.label}」" if source.kind == "table" else source.label for source in rests_on
    )
    try:
        return Booklet(id=id, title=title, grade=origins.checked_grade(grade, rests_on, what=id), notes=(*notes, used), pages=tuple(FormPage.model_validate(page) for page in pages))  # fmt: skip
    except ValidationError as error:
        raise ModelError(f"{id}：ページの形が正しくありません（{error.error_count()} か所）。") from error

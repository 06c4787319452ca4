"""How does a document become one HTML file that runs no script, fetches nothing and is read aloud properly?

Jinja escapes every value; then nh3 keeps only the tags and attributes on a short list, whatever a template or a table may hold; the
content security policy forbids scripts, frames, fonts and any address outside the file. Figures stand in the page as data.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import nh3
from markupsafe import Markup

from dxmodels.fiscal import era_date
from dxmodels.runs.document.assemble import Edition
from dxmodels.runs.document.model import Document

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
_TAGS = {
    "a", "article", "caption", "dd", "div", "dl", "dt", "figure", "figcaption", "footer", "h1", "h2", "h3", "h4", "h5", "header", "img",
    "li", "main", "nav", "ol", "p", "section", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "id", "lang", "role", "aria-label", "tabindex"},
    "a": {"href"},
    "img": {"src", "alt"},
    "th": {"scope"},
}
_IMAGE_PREFIX = "data:image/svg+xml;base64,"


def document_html(document: Document, *, base: str = "") -> str:
    """Return the page of a document; ``base`` leads from the page to the run's folder ("../" for notebooks)."""
    body = _environment().get_template("document.html").render(doc=document, base=base, image=image_data)
    return framed(document.title, body)


def index_html(index: dict[str, Any]) -> str:
    """Return the page that lists everything a run made."""
    return framed(f"{index['title']}　実行結果", _environment().get_template("index.html").render(index=index))


def public_index_html(index: dict[str, Any]) -> str:
    """Return the page that lists the files of a public edition."""
    body = _environment().get_template("public_index.html").render(index=index)
    return framed(f"{index['title']}　{index['edition']}", body)


def forms_html(title: str, edition: Edition, settings: Sequence[tuple[str, str]], forms: Mapping[str, str]) -> str:
    """Return the page that leads to every single form of a set: title by file; ``settings`` say what was run."""
    told = {
        "run_id": edition.run_id,
        "edition": edition.edition,
        "case_title": edition.case_title,
        "as_of": era_date(edition.as_of),
    }
    body = _environment().get_template("forms.html").render(title=title, forms=forms, settings=settings, **told)
    return framed(title, body)


def framed(title: str, body: str) -> str:
    """Return a whole page around a body that has passed the allow-list."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    page = (
        _environment()
        .get_template("frame.html")
        .render(title=title, body=Markup(cleaned(body)), style=Markup(style), style_hash=f"sha256-{digest}")
    )
    return page + "\n"


def cleaned(fragment: str) -> str:
    """Return the fragment with nothing but allowed tags and attributes, addresses inside the run and images held as data."""
    return nh3.clean(
        fragment,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        url_schemes={"data"},
        link_rel=None,
        strip_comments=True,
    )


def image_data(svg: str) -> str:
    """Return a figure as the address of an image that is the file itself (scripts never run in an image)."""
    return _IMAGE_PREFIX + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    """Keep links that stay in the run's folder and images that are SVG data; drop any other address."""
    if attribute == "href":
        return None if ":" in value or value.startswith(("/", "\\")) else value
    if attribute == "src":
        return value if tag == "img" and value.startswith(_IMAGE_PREFIX) else None
    return value


@cache
def _style() -> str:
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

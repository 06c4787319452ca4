"""Is YAML read as plain data with line numbers, and is a file made to hurt refused?"""

from __future__ import annotations

from pathlib import Path

import pytest

from dxmodels.errors import InputError
from dxmodels.inputs.yaml_text import read_yaml


def _written(folder: Path, text: str) -> Path:
    path = folder / "case.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_1_2_reads_codes_and_words_as_written(tmp_path: Path) -> None:
    text = read_yaml(
        _written(tmp_path, 'code: "01100"\nanswer: no\noctal: 010\ntime: 12:30\nlist:\n  - a\n  - {b: 1.5}\n')
    )
    assert text.content == {"code": "01100", "answer": "no", "octal": 10, "time": "12:30", "list": ["a", {"b": 1.5}]}
    assert type(text.content["list"][1]["b"]) is float
    assert (text.line("code"), text.line("list", 1, "b"), text.line("list", 1), text.line("nothing")) == (1, 7, 7, 0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "「キー: 値」の形"),
        ("- a\n- b\n", "「キー: 値」の形"),
        ("a: 1\na: 2\n", "同じキーが2度"),
        ("a: [1\n", "YAMLとして読めません"),
        ("a: !!python/object/apply:os.system ['true']\nb: 2026-02-31\n", "存在しない日付"),
        ("a: " + "[" * 5000 + "]" * 5000, "入れ子が深すぎます"),
        (
            "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
            "項目が多すぎます",
        ),
        ("a: " + "x" * 2_000_001, "大きすぎます"),
    ],
    ids=["empty", "list", "double key", "broken", "no such day", "deep", "aliases", "large"],
)
def test_a_file_that_is_no_mapping_or_made_to_hurt_is_one_fault(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError) as error:
        read_yaml(_written(tmp_path, text))
    assert len(error.value.faults) == 1
    assert problem in error.value.faults[0].problem
    assert error.value.faults[0].cure


def test_a_tag_builds_no_object(tmp_path: Path) -> None:
    text = read_yaml(_written(tmp_path, "a: !!python/object/apply:os.system ['true']\n"))
    assert text.content["a"] == ["true"]


def test_a_file_in_another_encoding_or_absent(tmp_path: Path) -> None:
    (tmp_path / "case.yml").write_bytes("title_ja: 大阪".encode("cp932"))
    with pytest.raises(InputError, match="UTF-8ではありません"):
        read_yaml(tmp_path / "case.yml")
    with pytest.raises(InputError, match="開けません"):
        read_yaml(tmp_path / "nothing.yml")

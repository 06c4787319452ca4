"""The overlap search against labelled descriptions and small cases worked by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from dxmodels.errors import InputError, ModelError
from dxmodels.services import evaluate_overlaps, explain_pairs, find_overlaps
from dxmodels.services.embedders import SentenceEmbedder, choose_embedder

LABELLED = Path(__file__).parent / "labelled"
FOUR = pd.DataFrame(
    {
        "service_id": ["A", "B", "C", "D"],
        "description": [
            "避難所を地図で案内する防災アプリ",
            "災害時に近くの避難場所を知らせるスマホアプリ",
            "ごみの分別方法と収集日を調べるアプリ",
            "府議会の本会議を中継するサイト",
        ],
    }
)


def average_precision(name: str) -> float:
    table = pd.read_csv(LABELLED / f"{name}.csv", keep_default_na=False, dtype=str)
    group = dict(zip(table["service_id"], table["group_id"], strict=True))
    pairs = find_overlaps(table, embedder="sudachi").pairs()
    same = [group[left] == group[right] != "" for left, right in zip(pairs["left"], pairs["right"], strict=True)]
    return float(average_precision_score(same, pairs["similarity"]))


# Measured .89, .80, .73, .82, .55, .24, .55, .45 and .60; what each set was used for stands in labelled/README.md. The aim is .45 on anybody's one-line
# descriptions; sentences of press releases without a word in common stay below it unless an embedding model is installed.
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("development", 0.85),
        ("frozen", 0.70),
        ("made_words", 0.60),
        ("made_places", 0.70),
        ("titles", 0.50),
        ("press_releases", 0.18),
        ("product_names", 0.45),
        ("accounts", 0.40),
        ("budget_text", 0.50),
    ],
)
def test_average_precision_of_the_default_on_labelled_descriptions(name: str, least: float) -> None:
    assert average_precision(name) >= least


def test_accounts_of_one_medium_are_not_alike_for_that_alone() -> None:
    texts = ["水道局LINE 断水のお知らせ", "動物愛護センターLINE 犬猫の譲渡", "水道局X 断水の速報"]
    table = pd.DataFrame({"service_id": ["A", "B", "C"], "description": texts})
    likeness = find_overlaps(table, embedder="sudachi").similarity
    assert likeness[0, 2] > 3 * likeness[0, 1]


def test_a_description_of_a_whole_book_is_read_in_parts() -> None:
    book = "避難所を地図で案内する。" * 2_000  # 72,000 bytes, more than Sudachi takes at once
    table = pd.DataFrame(
        {"service_id": ["A", "B", "C"], "description": [book, "避難所を地図で案内する", "府議会の中継"]}
    )
    likeness = find_overlaps(table, embedder="sudachi").similarity
    assert likeness[0, 1] > 0.9 > 0.1 > likeness[0, 2]


def test_a_model_reads_a_description_without_the_name_of_its_medium() -> None:
    read: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        read.extend(texts)
        return np.eye(len(texts), dtype=np.float32)

    SentenceEmbedder("probe", encode).encode(["危機管理室公式X", "ＬＩＮＥで断水を通知", "DX推進課", "LINE"])
    assert read == ["危機管理室公式", "で断水を通知", "DX推進課", "LINE"]  # a name that is all there is stays


def test_a_service_near_to_everybody_is_not_everybodys_twin() -> None:
    # half of what a service's five nearest exceed the average is taken off each pair, shared between its two services (Conneau et al. 2018)
    topics = [
        "子育て",
        "介護",
        "労働",
        "税金",
        "住宅",
        "防犯",
        "環境",
        "農業",
        "観光",
        "文化",
        "教育",
        "医療",
        "障害",
        "消費",
        "法律",
        "移住",
        "起業",
        "交通",
        "水道",
    ]
    texts = [f"{topic}の相談窓口" for topic in topics] + ["、".join(topics[:9]) + "の相談窓口"]
    raw = choose_embedder("sudachi").encode(texts)
    plain = np.asarray((raw @ raw.T).todense())
    near = np.array([np.sort(np.delete(row, number))[-5:].mean() for number, row in enumerate(plain)])
    table = pd.DataFrame({"service_id": [f"S{number:02d}" for number in range(20)], "description": texts})
    found = find_overlaps(table, embedder="sudachi").pairs().set_index(["left", "right"])["similarity"]
    hub = int(near.argmax())
    assert hub == 19
    assert found["S00", "S19"] == pytest.approx(plain[0, 19] - 0.5 * ((near[0] + near[19]) / 2 - near.mean()))
    assert found["S00", "S19"] < plain[0, 19]


def test_place_names_do_not_make_services_alike() -> None:
    table = pd.DataFrame(
        {
            "service_id": ["A", "B", "C"],
            "description": ["堺市の図書館の蔵書検索", "堺市の水道の使用開始の受付", "吹田市の図書館で本を予約"],
        }
    )
    best = find_overlaps(table, embedder="sudachi").pairs().iloc[0]
    assert (best["left"], best["right"]) == ("A", "C")


def test_the_same_words_count_less_between_known_different_channels() -> None:
    same, other = (
        find_overlaps(FOUR.assign(channel=channels), embedder="sudachi")
        .pairs()
        .set_index(["left", "right"])["similarity"]
        for channels in (["app"] * 4, ["app", "web", "app", "web"])
    )
    assert other["A", "B"] == pytest.approx(0.6 * same["A", "B"])
    assert other["A", "C"] == pytest.approx(same["A", "C"])
    blank = find_overlaps(FOUR.assign(channel=[None, "web", "app", "web"]), embedder="sudachi").pairs()
    assert blank.set_index(["left", "right"])["similarity"]["A", "B"] == pytest.approx(same["A", "B"])


def test_the_two_disaster_apps_are_the_only_group() -> None:
    found = find_overlaps(FOUR, embedder="sudachi", threshold=0.3)
    assert found.groups()["service_id"].tolist() == ["A", "B"]
    assert found.pairs().iloc[0][["left", "right"]].tolist() == ["A", "B"]
    assert "語・類義語・文字による比較" in found.summary()


def test_all_pairs_are_listed_once_between_minus_one_and_one() -> None:
    pairs = find_overlaps(FOUR, embedder="sudachi").pairs()
    assert len(pairs) == 6
    assert pairs["similarity"].between(-1, 1).all()
    assert (pairs["left"] < pairs["right"]).all()


def test_the_order_of_rows_does_not_matter() -> None:
    table = pd.read_csv(LABELLED / "development.csv", keep_default_na=False, dtype=str)
    forward = find_overlaps(table, embedder="sudachi").groups()
    backward = find_overlaps(table.iloc[::-1], embedder="sudachi").groups()
    as_sets = [
        {frozenset(part["service_id"]) for _, part in frame.groupby("group_id")} for frame in (forward, backward)
    ]
    assert as_sets[0] == as_sets[1]


def test_no_group_holds_a_pair_below_the_threshold() -> None:
    table = pd.read_csv(LABELLED / "frozen.csv", keep_default_na=False, dtype=str)
    found = find_overlaps(table, embedder="sudachi")
    assert (found.groups()["similarity_least_share"] >= found.threshold - 1e-9).all()


def test_verdicts_are_obeyed_and_calibrate_the_probability() -> None:
    verdicts = pd.DataFrame({"left": ["A", "A", "C"], "right": ["B", "C", "D"], "is_same": [False, True, False]})
    found = find_overlaps(FOUR, embedder="sudachi", threshold=0.3, verdicts=verdicts)
    groups = {frozenset(part["service_id"]) for _, part in found.groups().groupby("group_id")}
    assert groups == {frozenset({"A", "C"})}
    assert found.pairs()["probability_share"].between(0, 1).all()


def test_full_width_and_half_width_writing_are_the_same() -> None:
    table = pd.DataFrame({"service_id": ["A", "B"], "description": ["ＡＩ　チャットボット", "AI チャットボット"]})
    assert find_overlaps(table, embedder="sudachi", threshold=0.9).pairs()["similarity"].iloc[0] == pytest.approx(1.0)


def test_every_fault_is_told_at_once() -> None:
    table = pd.DataFrame({"service_id": ["A", "A", "C"], "description": ["広報", "", None]})
    with pytest.raises(InputError) as caught:
        find_overlaps(table, embedder="sudachi")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "description"),
        (4, "description"),
        (3, "service_id"),
    ]


def test_an_embedder_that_is_not_installed_says_how_to_get_it() -> None:
    with pytest.raises(ModelError, match="使えません"):
        find_overlaps(FOUR, embedder="word2vec")


def test_candidates_cover_every_service() -> None:
    found = find_overlaps(FOUR, embedder="sudachi", neighbours=1).candidates()
    assert set(np.concatenate([found["left"], found["right"]])) == {"A", "B", "C", "D"}


@pytest.mark.parametrize("texts", [["★★★", "◎◎"], ["123", "456"], ["★★★", "観光案内"]])
def test_descriptions_without_words_are_alike_to_nothing(texts: list[str]) -> None:
    table = pd.DataFrame({"service_id": ["A", "B"], "description": texts})
    found = find_overlaps(table, embedder="sudachi")
    assert found.pairs()["similarity"].iloc[0] == pytest.approx(0.0)
    assert found.groups().empty


def test_settings_out_of_range_are_refused_and_equal_texts_meet_a_threshold_of_one() -> None:
    twins = pd.DataFrame({"service_id": ["A", "B"], "description": ["観光案内", "観光案内"]})
    assert len(find_overlaps(twins, embedder="sudachi", threshold=1.0).groups()) == 2
    with pytest.raises(ModelError, match="しきい値"):
        find_overlaps(twins, embedder="sudachi", threshold=2.0)
    with pytest.raises(ModelError, match="近いサービスの数"):
        find_overlaps(twins, embedder="sudachi", neighbours=0)


def test_ids_come_back_in_their_own_type() -> None:
    numbered = FOUR.assign(service_id=[40, 10, 30, 20])
    found, named = find_overlaps(numbered, embedder="sudachi"), find_overlaps(FOUR, embedder="sudachi")
    number = dict(zip(FOUR["service_id"], numbered["service_id"], strict=True))
    assert found.pairs()["left"].tolist() == [number[name] for name in named.pairs()["left"]]
    assert found.pairs()["left"].dtype == numbered["service_id"].dtype
    assert found.groups()["service_id"].tolist() == [number[name] for name in named.groups()["service_id"]]
    assert len(explain_pairs(found)) == len(found.candidates())
    labels = pd.DataFrame({"service_id": numbered["service_id"], "group_id": ["G", "G", "", ""]})
    assert evaluate_overlaps(found, labels).same_pairs_count == 1
    told = pd.DataFrame({"left": [10], "right": [40], "is_same": [False]})
    assert find_overlaps(numbered, embedder="sudachi", verdicts=told).groups().empty

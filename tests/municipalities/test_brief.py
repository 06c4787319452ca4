"""Two pages a municipality: they hold what the rooms found, and say what cannot be answered."""

import datetime as dt

import pytest

from dxmodels.errors import ModelError
from dxmodels.inputs import Case, load_case, load_register
from dxmodels.municipalities.brief import BRIEF_TABLES, draw_up_briefs, notes_for
from dxmodels.municipalities.brief import study as studies
from dxmodels.municipalities.brief.door import BriefSet
from dxmodels.municipalities.brief.joint import JointPlan, plan_joint_purchases
from dxmodels.municipalities.brief.page import yen_ja
from dxmodels.municipalities.divide import rank_municipalities
from dxmodels.runs.booklets import build_booklet
from dxmodels.runs.render.booklet import booklet_pdf

REGISTER = load_register()
VILLAGE, CITY = "273830", "271004"


@pytest.fixture(scope="module")
def published(osaka: Case) -> BriefSet:
    return draw_up_briefs(osaka, REGISTER, seed=2026)


@pytest.fixture(scope="module")
def illustrative() -> Case:
    return load_case("osaka", tables=list(BRIEF_TABLES))


@pytest.fixture(scope="module")
def joint(illustrative: Case) -> JointPlan:
    return plan_joint_purchases(illustrative, REGISTER, tasks=("T01", "T07", "T13"))


@pytest.fixture(scope="module")
def whole(illustrative: Case, joint: JointPlan) -> BriefSet:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studies, "plan_joint_purchases", lambda case, register: joint)  # solved once for all tests
        return draw_up_briefs(illustrative, REGISTER, seed=2026)


def text_of(briefs: BriefSet, key: str) -> str:
    page = next(page for page in briefs.pages if page.key == key)
    blocks = [*page.left, *page.right, *page.foot]
    words = [word for block in blocks for row in (*block.rows, block.headers) for word in row]
    return "　".join([page.title, page.subtitle, page.headline, *words, *(block.note for block in blocks)])


def test_two_pages_for_each_of_the_43_under_one_file(whole: BriefSet) -> None:
    assert len(whole.pages) == 86
    assert whole.bodies_count == 43
    assert {page.file for page in whole.pages if page.key.startswith(VILLAGE)} == {VILLAGE}


def test_page_one_holds_the_exact_rank_interval(whole: BriefSet, osaka: Case) -> None:
    row = rank_municipalities(osaka, REGISTER, seed=2026).of(VILLAGE)
    assert f"{int(row['central_rank'])} 位。" in text_of(whole, f"{VILLAGE}-1")
    assert f"{int(row['best_rank'])}〜{int(row['worst_rank'])} 位" in text_of(whole, f"{VILLAGE}-1")


def test_page_two_holds_cost_deadline_move_and_help(whole: BriefSet, illustrative: Case) -> None:
    systems = illustrative.table("municipal_systems").query("municipality_code == @VILLAGE")
    text = text_of(whole, f"{VILLAGE}-2")
    assert yen_ja(float(systems["annual_cost_yen"].sum())) in text
    assert "現行に戻る" in text
    assert "決める期限" in text
    assert "一人情シス" in text


def test_next_steps_follow_from_the_pages_own_numbers(whole: BriefSet, illustrative: Case) -> None:
    steps = {block.title: block for page in whole.pages if page.key == f"{VILLAGE}-2" for block in page.foot}[
        "次にすること"
    ]
    words = "".join(row[0] for row in steps.rows)
    headline = next(page.headline for page in whole.pages if page.key == f"{VILLAGE}-2")
    due = headline.split("次に決める期限は")[1].rstrip("。")
    ends = illustrative.table("municipal_systems").query("municipality_code == @VILLAGE")["contract_end_fy"]
    assert words.startswith(f"1．{due}までに")
    assert any(f"契約が終わる {count} 業務" in words for count in ends.value_counts())
    assert "情報担当が1人" in words
    costs = {block.title: block for page in whole.pages if page.key == f"{VILLAGE}-2" for block in page.left}
    assert len(costs["システムの年間運用経費（税込）"].rows) == len(
        ends
    )  # nothing left to move, no joint purchase: every task has room


def test_what_a_body_pays_in_a_joint_purchase_adds_up(joint: JointPlan) -> None:
    # the Shapley values of a purchase share out its whole saving; so do the equal parts
    for _, rows in joint.table.groupby("bundle_id"):
        assert rows["shapley_saving_yen"].sum() == pytest.approx(rows["equal_saving_yen"].sum(), rel=1e-6, abs=10)
    assert joint.gap <= 0.005
    assert (joint.table["members_count"] > 1).all()


def test_published_tables_answer_page_one_and_say_what_page_two_needs(published: BriefSet) -> None:
    assert "43 団体中" in text_of(published, f"{CITY}-1")
    second = text_of(published, f"{CITY}-2")
    assert second.count("算出不能") >= 5
    assert "municipal_systems" in second
    assert "5.7 倍" in second  # the published lines can still be told
    assert "替えるなら決める期限" in second
    assert (
        "令和11年度末に終わる契約は、令和9年8月1日までに" in second
    )  # the first end that can still be met by the usual lead times
    assert "令和10年度末までに終わる契約は、標準の日程では替える期限を過ぎている" in second
    assert "令和10年度末なら令和8年8月1日（過ぎた）" in second


def test_pages_fit_two_sheets_of_a_small_file(whole: BriefSet, illustrative: Case) -> None:
    used: dict[str, set[str]] = {}  # a file grows with the number of different characters whose shapes it carries
    for page in whole.pages:
        used.setdefault(page.file, set()).update(str(page.as_page()))
    codes = (VILLAGE, CITY, max(used, key=lambda code: len(used[code])))
    chosen = [page.as_page() for page in whole.pages if page.file in codes]
    made = build_booklet("E27g", chosen, title="団体別資料", notes=notes_for(illustrative, REGISTER), grade="架空", names=["municipal_systems"])  # fmt: skip
    for code in codes:
        alone = made.model_copy(update={"pages": tuple(page for page in made.pages if page.file == code)})
        pdf = booklet_pdf(alone, run_id="試", as_of=dt.date(2026, 10, 31))
        assert len(pdf) <= 150_000


def test_an_unknown_code_is_refused(osaka: Case) -> None:
    with pytest.raises(ModelError, match="271005"):
        draw_up_briefs(osaka, REGISTER, seed=2026, municipality_code="271005")

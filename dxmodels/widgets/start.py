"""What does a planner find on opening the workbench: cost, sharing and structures to move, a scenario to save, the report to run?"""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import ipywidgets as ui
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dxmodels.bundling.price_shares import share_joint_price
from dxmodels.consolidation import simulate
from dxmodels.consolidation.explored import HALVES, explore_differences
from dxmodels.consolidation.result import SimulationResult
from dxmodels.consolidation.settings import DRAWN
from dxmodels.cost.govcloud_sensitivity import CLOUD_ASSUMPTIONS, compare_under_register
from dxmodels.errors import DxError
from dxmodels.figures.joint_procurement import plot_price_shares
from dxmodels.figures.workbench import plot_cloud_setting, plot_explored
from dxmodels.inputs import Case, Register, load_case, load_register, load_scenario
from dxmodels.widgets.forms import ParameterForm, choices_of
from dxmodels.widgets.levers import levers_of, with_values
from dxmodels.widgets.running import ReportRunner, report_arguments
from dxmodels.widgets.saving import save_scenario
from dxmodels.widgets.views import Choices, Shown, Values, View

SHARING_ASSUMPTIONS = ("joint_equal_share_example", "joint_price_example_yen")
_TABLES = ("govcloud_pilot", "joint_members", "joint_procurements", "municipalities", "municipal_systems", "systems", "vendors", "capacity", "national_series")  # fmt: skip
_RATES = ("discount_rate_standard", "discount_rate_two_pct", "discount_rate_one_pct", "discount_rate_zero")
_DRAWS, _SEED = 256, 2026
_PLANS = {"final_summary": "最終取りまとめ", "interim_direction": "今後の方向性（夏版）", "smoke": "動作確認（最短）"}
_NO_ASSUMPTION = "（絞り込まない）"


def open_workbench(case: str = "osaka", *, draws: int = _DRAWS, seed: int = _SEED) -> ui.Tab:
    """Return the workbench on a case; structures are simulated when their tab is first opened (``draws``, ``seed``)."""
    return Workbench(load_case(case, tables=list(_TABLES)), load_register(), draws=draws, seed=seed).tabs


class Workbench:
    """The three views, the scenario form and the report form of one case."""

    def __init__(self, case: Case, register: Register, *, draws: int = _DRAWS, seed: int = _SEED) -> None:
        self.case, self.register, self.draws, self.seed = case, register, draws, seed
        self._simulated: dict[str, SimulationResult] = {}
        views = [("費用", self._cost()), ("費用の分担", self._sharing()), ("推進体制", self._structures())]
        self.views = [view for _, view in views if isinstance(view, View)]
        boxes = [view.box if isinstance(view, View) else view for _, view in views]
        self.saving, self.report = _Saving(self), _Report(self)
        self.tabs = ui.Tab(children=[*boxes, self.saving.box, self.report.box])
        self.tabs.titles = [*(title for title, _ in views), "シナリオとして保存", "報告書を作る"]
        self._by_tab = [view for _, view in views]
        self.tabs.observe(lambda change: self._open(change["new"]), names="selected_index")
        self._open(0)

    def changed_values(self, side: str) -> dict[str, float]:
        """Return the levers of side "A" or "B" of all views, in the register's units."""
        found: dict[str, float] = {}
        for view in self.views:
            found |= (view.a if side == "A" else view.b).values
        return found

    def _open(self, index: int | None) -> None:
        if index is not None and index < len(self._by_tab) and isinstance(self._by_tab[index], View):
            self._by_tab[index].open()

    def _needs(self, *tables: str) -> ui.HTML | None:
        missing = [table for table in tables if not self.case.has(table)]
        return ui.HTML(f"<p>算出不能：{html.escape('、'.join(missing))} の表が要ります。</p>") if missing else None

    def _cost(self) -> View | ui.HTML:
        missing = self._needs("govcloud_pilot")
        if missing is not None:
            return missing
        pilot = self.case.table("govcloud_pilot")

        def draw(values: Values, choices: Choices) -> Shown:
            found = compare_under_register(pilot, with_values(self.register, values))
            return Shown(_figure(partial(plot_cloud_setting, found)), found.summary(), found.difference_yen, "ガバメントクラウドと現行の差（5年、税込）")  # fmt: skip

        note = f"ガバメントクラウドの先行事業の公表値をもとに、為替・回線・共同利用の条件を動かします（区分：{self.case.grade('govcloud_pilot')}）。"  # fmt: skip
        return View("cost", "費用", note, levers_of(self.register, CLOUD_ASSUMPTIONS), draw)

    def _sharing(self) -> View | ui.HTML:
        missing = self._needs("joint_members", "municipalities", "joint_procurements")
        if missing is not None:
            return missing
        members, towns = self.case.table("joint_members"), self.case.table("municipalities")

        def draw(values: Values, choices: Choices) -> Shown:
            equal, price = (values[name] for name in SHARING_ASSUMPTIONS)
            found = share_joint_price(members, towns, joint_id=choices["joint"], price_yen=price, equal_share=equal)
            heaviest = float(found.table["mixed_yen"].iloc[-1])
            return Shown(_figure(partial(plot_price_shares, found)), found.summary(), heaviest, "最も小さな団体の年間負担（併用）")  # fmt: skip

        titles = self.case.table("joint_procurements").set_index("joint_id")["service_ja"]
        named = members.groupby("joint_id")["municipality_code"].count()
        options = {
            str(key): f"{titles[key]}（{named[key]}団体）"
            for key in named[named > 1].sort_values(ascending=False, kind="stable").index
            if key in titles.index
        }
        note = f"参加団体名の公表された共同調達の費用を、均等割と人口割でどう分けるかを動かします（価格は計算例。区分：{self.case.grade('joint_members', 'municipalities')}）。"  # fmt: skip
        return View("sharing", "費用の分担", note, levers_of(self.register, SHARING_ASSUMPTIONS), draw, {"joint": ("共同調達", options)})  # fmt: skip

    def _structures(self) -> View | ui.HTML:
        missing = self._needs("municipalities", "municipal_systems", "systems", "capacity")
        if missing is not None:
            return missing

        grade = self.case.grade("municipal_systems", "systems")
        example = "架空例：" if grade == "架空" else ""

        def draw(values: Values, choices: Choices) -> Shown:
            result = self.simulated(choices["scenario"])
            name = choices["assumption"]
            found = explore_differences(
                result, discount_rate=self.register.value(choices["rate"]),
                assumption=None if name == _NO_ASSUMPTION else name, half=choices["half"],
            )  # fmt: skip
            best = found.table.sort_values("p50_yen").iloc[0]
            return Shown(_figure(partial(plot_explored, found)), example + found.summary(), float(best["p50_yen"]), "最も軽い体制の現状維持との差（中央値）")  # fmt: skip

        moving = {name: self.register[name].label_ja for name in self._drawn_names()}
        choices = {
            "scenario": ("シナリオ", choices_of("scenario")),
            "rate": ("割引率", {name: f"{self.register.value(name):.0%}" for name in _RATES}),
            "assumption": ("この前提が", {_NO_ASSUMPTION: _NO_ASSUMPTION, **moving}),
            "half": ("試行の選び方", {half: half for half in HALVES}),
        }
        note = f"推進体制の試行（{self.draws}回、種{self.seed}）を先に済ませ、割引率や条件を変えて見直します。シナリオを替えた直後だけ数秒かかります（区分：{grade}）。"  # fmt: skip
        return View("structure", "推進体制", note, (), draw, choices)

    def simulated(self, scenario: str) -> SimulationResult:
        """Return the draws under a scenario, made once."""
        if scenario not in self._simulated:
            self._simulated[scenario] = simulate(self.case, scenario=scenario, draws=self.draws, seed=self.seed)
        return self._simulated[scenario]

    def _drawn_names(self) -> list[str]:

        return [name for name in DRAWN if name in self.register]


class _Saving:
    """The form that saves the levers of one side as a scenario."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        wide, style = ui.Layout(width="60%"), {"description_width": "14em"}
        self.side = ui.ToggleButtons(
            options=["A", "B"], description="保存する側", style={**style, "button_width": "4em"}
        )
        self.start = ui.Dropdown(options=[(title, name) for name, title in choices_of("scenario").items()], description="もとのシナリオ", style=style, layout=wide)  # fmt: skip
        self.start.value = "base" if "base" in choices_of("scenario") else self.start.options[0][1]
        self.name = ui.Text(description="名前（英小文字）", placeholder="例：yen_140_shared", style=style, layout=wide)
        self.title = ui.Text(description="表題", placeholder="例：円高・共同利用10団体", style=style, layout=wide)
        self.button = ui.Button(
            description="シナリオとして保存", button_style="primary", layout=ui.Layout(width="16em")
        )
        self.said = ui.HTML()
        for widget, word in ((self.name, "name"), (self.title, "title"), (self.button, "button"), (self.said, "said")):
            widget.add_class(f"dx-save-{word}")
        self.button.on_click(lambda _: self.save())
        note = ui.HTML("<p>「費用」「費用の分担」で動かした前提を、シナリオのファイルとして保存します。既にある名前には上書きしません。推進体制の割引率と絞り込みは見方の違いなので含みません。</p>")  # fmt: skip
        self.box = ui.VBox([note, self.side, self.start, self.name, self.title, self.button, self.said])

    def save(self) -> None:
        """Save, and say where, or what is wrong."""
        try:
            path = save_scenario(
                self.name.value.strip(), self.title.value, self._workbench.changed_values(self.side.value),
                register=self._workbench.register, start=self.start.value,
            )  # fmt: skip
        except DxError as error:
            self.said.value = (
                f'<pre role="alert" style="color:#A63603;white-space:pre-wrap">{html.escape(str(error))}</pre>'
            )
            return
        changes = load_scenario(path.stem).changes
        lines = "".join(f"<li>{html.escape(self._workbench.register[name].label_ja)}</li>" for name in changes)
        self.said.value = f"<p>保存しました：{html.escape(path.name)}（変えた前提 {len(changes)}）</p><ul>{lines}</ul>"
        self._workbench.report.offer(path.stem)
        for view in self._workbench.views:
            view.offer("scenario", choices_of("scenario"))


class _Report:
    """The form of the report's parameters, made from their schema, and the button that runs it."""

    def __init__(self, workbench: Workbench) -> None:
        self.form = ParameterForm("90_final_summary", case=workbench.case.name if workbench.case.name in choices_of("case") else "osaka")  # fmt: skip
        self.plan = ui.Dropdown(options=[(title, name) for name, title in _PLANS.items()], description="計画", style={"description_width": "14em"}, layout=ui.Layout(width="60%"))  # fmt: skip
        self.checked = ui.HTML()
        self.checked.add_class("dx-run-command")
        self.plan.add_class("dx-run-plan")
        self.runner = ReportRunner(self.arguments)
        for widget in (self.plan, *self.form.widgets.values()):
            widget.observe(lambda _: self._check(), names="value")
        note = ui.HTML("<p>画面の設定で、バッチと同じ報告書を作ります（計算済みの部分は再利用されます）。結果は reports/latest/index.html です。</p>")  # fmt: skip
        self.box = ui.VBox([note, self.plan, self.form.box, self.checked, self.runner.box])
        self._check()

    def arguments(self) -> list[str]:
        """Return the arguments of the run."""
        return report_arguments(self.plan.value, self.form.values())

    def offer(self, scenario: str) -> None:
        """Put a scenario just saved into the list, and choose it."""
        widget: Any = self.form.widgets["scenario"]
        widget.options = [(title, name) for name, title in choices_of("scenario").items()]
        widget.value = scenario

    def _check(self) -> None:
        faults = self.form.faults()
        self.runner.start.disabled = bool(faults)
        shown = html.escape("\n".join(faults) if faults else f"dx {' '.join(self.arguments())}")
        self.checked.value = f'<pre style="white-space:pre-wrap">{shown}</pre>'


def _figure(plot: Any) -> Figure:
    """Return the figure that ``plot`` (a plot_x with its result) draws."""
    axes: Axes = plot()
    figure = axes.get_figure()
    if not isinstance(figure, Figure):
        raise TypeError("plot returned axes without a figure")
    return figure

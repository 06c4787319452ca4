"""Which settings turn a case into a joint-procurement problem?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dxmodels.errors import ModelError

if TYPE_CHECKING:
    from dxmodels.inputs import Patch, Register

MUNICIPAL, DEPARTMENTAL = "task", "system_kind"
SCOPES = ("prefecture", "block", "peer")
SCOPES_JA = {
    "prefecture": "府全域",
    "block": "地域ブロック",
    "peer": "近隣団体の枠組み",
    "group": "名前を付けた組",
    "lead": "代表団体が調達する組",
    "departments": "庁内の部局",
    "own": "単独",
}

# Every assumption this room reads; results name them so that a reader finds source and date.
ASSUMPTIONS = (
    "bundle_horizon_years",
    "bundle_early_years",
    "bundle_late_years",
    "bundle_extension_price_rise",
    "bundle_same_vendor_share",
    "bundle_coordination_member_yen",
    "bundle_coordination_growth_yen",
    "bundle_joint_effort_share",
    "bundle_running_effort_share",
    "sim_exit_fee_share",
    "sim_own_staff_share",
    "sim_staff_cost_yen",
    "cost_elasticity_population_total",
    "discount_rate_standard",
)


@dataclass(frozen=True)
class Group:
    """Owners (codes) that may buy together under one name; with a ``lead`` only together with it; ``tasks`` empty = all."""

    title_ja: str
    owners: tuple[str, ...]
    lead: str = ""
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True)
class BundleParams:
    """The register and the reach of the question.

    ``unit_kinds``: municipal tasks ("task"), departments' systems ("system_kind") or both. ``scopes``: who may buy together.
    ``size_classes``: most members of each version of a purchase; coordination is charged at the class's own size (convex, so a small
    group pays less per member), the last class is whatever the offer allows. ``tasks`` empty = all. ``groups``: named groups beside the
    scopes (an option file's own are added by ``build_problem``). ``system_kinds``: kinds of departments' systems by system id that stand in
    place of the inventory's own, e.g. those the overlap search proposes; a kind without an offer changes nothing.
    """

    register: Register
    unit_kinds: tuple[str, ...] = (MUNICIPAL,)
    scopes: tuple[str, ...] = ("prefecture", "block")
    size_classes: tuple[int, ...] = (8, 20)
    tasks: tuple[str, ...] = ()
    capacity_taken: tuple[tuple[str, int, float], ...] = ()
    discount_name: str = "discount_rate_standard"
    groups: tuple[Group, ...] = ()
    system_kinds: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse unknown kinds and scopes, naming value, range and cure."""
        for value, allowed, name in (
            (self.unit_kinds, (MUNICIPAL, DEPARTMENTAL), "unit_kinds"),
            (self.scopes, SCOPES, "scopes"),
        ):
            unknown = [item for item in value if item not in allowed]
            if unknown or not value:
                raise ModelError(
                    f"{name} の値「{'、'.join(unknown)}」は使えません。{'、'.join(allowed)} から一つ以上選んでください。"
                )
        if any(size < 2 for size in self.size_classes) or list(self.size_classes) != sorted(set(self.size_classes)):
            raise ModelError(
                f"size_classes {self.size_classes} は2以上の異なる整数を小さい順に並べてください（例：(8, 20)）。"
            )

    def under(self, *patches: Patch | None) -> BundleParams:
        """Return the params with scenario and option laid over the register."""
        register = self.register
        for patch in patches:
            if patch is not None:
                register = register.patched(patch)
        return replace(self, register=register)

    def value(self, name: str) -> float:
        """Return the central value of one assumption."""
        return float(self.register.value(name))

    @property
    def horizon_years(self) -> int:
        """Number of years evaluated."""
        return round(self.value("bundle_horizon_years"))

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Names of the assumptions read."""
        return tuple(self.discount_name if name == "discount_rate_standard" else name for name in ASSUMPTIONS)

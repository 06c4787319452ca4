"""Which roles would a shared body fill, what do they earn elsewhere, and how are they trained? (E31)

People of role r in year t = share of the role · staff of the year (ramp). Pay gap = market pay w_r - average pay of municipal staff w0; bill of the gap = Σ n_r · gap.
Margin of the planned pay = pay the prefecture has offered for a specialist - w_r. Training: days each · people at full strength (time, not money).
Source      経済産業省「IT関連産業の給与等に関する実態調査」(2017) for market pay by occupation (no wage growth since: the gap is rather too small);
            shares by role and days of training are declared assumptions (仮置き) until a plan of the body exists.
What it leaves out: employer's charges, rank and length of service, whether anybody applies, secondment from municipalities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dxmodels.consolidation.entity import EntityCase
from dxmodels.errors import ModelError
from dxmodels.money import format_amount, format_rate, format_yen

if TYPE_CHECKING:
    from dxmodels.inputs import Register

_ROLES: tuple[tuple[str, str, str], ...] = (
    ("operation", "共同の窓口・監視・運用", "障害の切分けと手順書、情報セキュリティ"),
    ("migration", "移行の工程管理", "標準仕様と移行の工程、データ移行の検証"),
    ("advice", "調達・契約・設計の助言", "見積の精査、契約条項、クラウド費用の管理"),
)
ROLE_ASSUMPTIONS: tuple[str, ...] = (
    *(f"{prefix}_{role}" for prefix in ("entity_role_share", "pay_market", "entity_training_days") for role, _, _ in _ROLES),
    "pay_municipal_staff", "cio_aide_salary_osaka", "pref_cannot_pay",
)  # fmt: skip
_MILLION = 1_000_000
_PERCENT = 100.0


@dataclass(frozen=True, eq=False)
class StaffProfile:
    """One row a role: share, people at full strength, market pay and what municipalities and the offer fall short of it, training days."""

    table: pd.DataFrame
    gap_bill_yen: float
    cannot_pay_share: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a role."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in Japanese which role is hardest to pay, what the gap costs, and how much training the start takes."""
        widest = self.table.iloc[int(self.table["pay_gap_yen"].to_numpy(dtype=float).argmax())]
        covered = int((self.table["offer_margin_yen"] >= 0).sum())
        return (
            f"民間との差が最も大きいのは「{widest['role_ja']}」で、市町村職員の平均年収では1人当たり年{format_yen(float(widest['pay_gap_yen']), '百万円', decimals=1)}足りない。"
            f"全員を民間並みにする差額は年{format_amount(self.gap_bill_yen)}で、府の公募条件なら{len(self.table)}役割のうち{covered}役割で民間の平均に届く。"
            f"立ち上げ時の研修はのべ{int(self.table['training_days'].sum()):,}人日。都道府県の{format_rate(self.cannot_pay_share, decimals=0)}が"
            "デジタル人材に十分な報酬を払えないとしている（2020年の調査）。"
        )


def profile_staff(entity: EntityCase, register: Register) -> StaffProfile:
    """Return the roles of the body with pay gap and training; the shares by role must add up to one (else ModelError)."""
    shares = {role: register.value(f"entity_role_share_{role}") for role, _, _ in _ROLES}
    if abs(sum(shares.values()) - 1.0) > 1e-9:
        raise ModelError(
            f"役割別の割合の合計が {sum(shares.values()):.3g} です。合計を1にしてください（entity_role_share_…）。"
        )
    staff = entity.table["entity_staff_fte"].astype(float)
    own, offered = register.value("pay_municipal_staff"), register.value("cio_aide_salary_osaka") * _MILLION
    rows = []
    for role, name, subject in _ROLES:
        market, people = register.value(f"pay_market_{role}"), float(staff.max()) * shares[role]
        rows.append(
            {
                "role_ja": name,
                "role_share": shares[role],
                "full_fte": people,
                "market_pay_yen": round(market),
                "pay_gap_yen": round(market - own),
                "offer_margin_yen": round(offered - market),
                "subject_ja": subject,
                "training_days": people * register.value(f"entity_training_days_{role}"),
            }
        )
    table = pd.DataFrame(rows)
    bill = float((table["full_fte"] * table["pay_gap_yen"].clip(lower=0)).sum())
    return StaffProfile(table, bill, register.value("pref_cannot_pay") / _PERCENT)

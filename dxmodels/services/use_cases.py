"""For what is the data-linkage platform used, which benefit does each use claim, and is none claimed twice?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from dxmodels.errors import ModelError
from dxmodels.money import format_rate


@dataclass(frozen=True)
class UseCase:
    """One use of the platform; ``key`` names its assumptions (platform_<key>_uses, _cash_yen, _minutes, _delay), ``benefit_ja`` what it claims."""

    key: str
    name_ja: str
    benefit_ja: str

    @property
    def uses(self) -> str:
        """Assumption: uses a year when every body is connected."""
        return f"platform_{self.key}_uses"

    @property
    def cash(self) -> str:
        """Assumption: cash saved by one use [yen]."""
        return f"platform_{self.key}_cash_yen"

    @property
    def minutes(self) -> str:
        """Assumption: staff time saved by one use [minutes]."""
        return f"platform_{self.key}_minutes"

    @property
    def delay(self) -> str:
        """Assumption: years from the start to the launch of this use."""
        return f"platform_{self.key}_delay"

    @property
    def assumptions(self) -> tuple[str, ...]:
        """All four names."""
        return self.uses, self.cash, self.minutes, self.delay


@dataclass(frozen=True, eq=False)
class ClaimedBenefits:
    """One row a use case: the benefit it claims, whether that counts here, and what it brings (PlatformAccount.by_use_case)."""

    table: pd.DataFrame = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    def summary(self) -> str:
        """Return in one Japanese sentence whether a benefit is counted twice, and which use case saves most staff time."""
        hours = self.table["platform_hours_count"].astype(float)
        said = f"{len(self.table)}件の利用例は別々の効果を数えており、二重に数えた効果はない。"
        if not hours.sum() > 0:
            return said
        first = self.table.iloc[int(hours.to_numpy().argmax())]
        return f"{said}職員の時間の短縮の{format_rate(float(hours.max() / hours.sum()), decimals=0)}は「{first['use_case_ja']}」による。"


# The example of the embedded register; a user's own list is passed instead.
EXAMPLE_USE_CASES = (
    UseCase("once_only", "証明・所得情報の取得（ワンスオンリー）", "証明書の交付・郵送と手数料処理の減"),
    UseCase("eligibility", "給付・減免の資格確認", "団体間の照会文書の減"),
    UseCase("disaster", "災害時の被災者・避難所情報の共有", "災害時の電話照会の減"),
    UseCase("open_api", "公開データの自動提供（API）", "データ提供の問合せ対応の減"),
)


def check_claims(use_cases: Sequence[UseCase], claimed_elsewhere: Mapping[str, str]) -> tuple[bool, ...]:
    """Return for each use case whether its benefit counts here (False where another exhibit claims it).

    Raises ModelError where there is no use case or two of them claim one benefit.
    """
    if not use_cases:
        raise ModelError("利用例が1件もありません。効果を数える利用例を1件以上指定してください。")
    claims: dict[str, str] = {}
    for case in use_cases:
        if case.benefit_ja in claims:
            raise ModelError(
                f"効果「{case.benefit_ja}」を「{claims[case.benefit_ja]}」と「{case.name_ja}」が二重に数えています。どちらか一方だけに入れてください。"
            )
        claims[case.benefit_ja] = case.name_ja
    return tuple(case.benefit_ja not in claimed_elsewhere for case in use_cases)

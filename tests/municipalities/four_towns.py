"""Four municipalities whose scores can be ranked in the head."""

from __future__ import annotations

import pandas as pd

from dxmodels.inputs import Case

CODES = ["271004", "271403", "272027", "273830"]
NAMES = ["大阪市", "堺市", "岸和田市", "千早赤阪村"]
KINDS = ["designated_city", "designated_city", "city", "village"]
PEOPLE = [2_752_412, 826_161, 190_658, 4_909]


def towns(values: dict[str, list[float | None]], indicators: list[tuple[str, str, str, str]]) -> Case:
    """A case of four municipalities; ``indicators``: (id, domain, unit, better), ``values``: one list an indicator."""
    municipalities = pd.DataFrame(
        {
            "municipality_code": CODES,
            "name_ja": NAMES,
            "kind": KINDS,
            "peer_type": ["政令指定都市", "政令指定都市", "施行時特例市", "町村Ⅰ－２"],
            "population_people": PEOPLE,
        }
    )
    series = [
        (code, indicator, "2024-07-12", value, "試験")
        for indicator, numbers in values.items()
        for code, value in zip(CODES, numbers, strict=True)
    ]
    return Case.from_frames(
        {
            "municipalities": municipalities,
            "municipality_series": pd.DataFrame(
                series, columns=["municipality_code", "indicator_id", "as_of", "indicator_value", "source"]
            ),
            "indicators": pd.DataFrame(
                [(name, name, name, domain, unit, better, "試験") for name, domain, unit, better in indicators],
                columns=["indicator_id", "name_ja", "definition_ja", "domain", "unit", "better", "source"],
            ),
        },
        base_fy=2026,
        validate=False,
    )

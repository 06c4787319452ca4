"""What are these contract amounts with consumption tax in?

All tables are tax-inclusive inside the house. A contract with ``tax_included`` = false is converted on loading at the rate of its fiscal
year (assumption ``consumption_tax_rate``; the register states which rate stands for a year in which the rate changed), truncated to the
yen as the tax law does.
"""

from __future__ import annotations

import pandas as pd

from dxmodels.errors import Fault
from dxmodels.inputs.assumptions import load_register
from dxmodels.inputs.tables import CheckedTable
from dxmodels.money import tax_inclusive_yen

TAX_ASSUMPTION = "consumption_tax_rate"
_AMOUNTS = ("ceiling_yen", "award_yen")


def with_tax(contracts: pd.DataFrame, table: CheckedTable) -> tuple[pd.DataFrame, list[Fault]]:
    """Return ``contracts`` with every amount tax-inclusive and ``tax_included`` true, and a warning that counts the conversions."""
    net = ~contracts["tax_included"].fillna(True).to_numpy(dtype=bool)
    if not net.any():
        return contracts, []
    register = load_register()
    years = contracts.loc[net, "contract_fy"]
    rates = {int(year): register.value(TAX_ASSUMPTION, fiscal_year=int(year)) for year in years.unique()}
    converted = contracts.copy()
    for column in _AMOUNTS:
        amounts = contracts.loc[net, column]
        converted.loc[net, column] = pd.array(
            [
                pd.NA
                if pd.isna(amount)
                else tax_inclusive_yen(int(amount), tax_included=False, tax_rate=rates[int(year)])
                for amount, year in zip(amounts, years, strict=True)
            ],
            dtype="Int64",
        )
    converted["tax_included"] = converted["tax_included"].fillna(True) | True
    text = f"税抜の契約 {int(net.sum()):,} 件を、契約年度の消費税率（前提 {TAX_ASSUMPTION}）で税込に換算しました"
    return converted, [Fault(table.file, text, "換算後の額は表示用の帳票で確かめてください", column="tax_included")]

"""Are the published NSW results reproduced? Run: PEERS_PYTHON=… python benchmarks/lockin/premium_published.py

NSW experiment (LaLonde 1986; Dehejia & Wahba 1999): difference in means 1,794.34, standard error 671.00. Treated of the experiment against the CPS comparison group: naive difference
-8,498; effect on the treated by AIPW 1,554 with age to its cube, schooling, black, hispanic, married, no degree, earnings of 1974 and 1975 and no earnings in either year.
"""

from __future__ import annotations

import io
import subprocess

import pandas as pd
from yearly_sets import peers_python

from dxmodels.lockin.premium import estimate_premium

_READ = """
import sys, pandas as pd
from causaldata import nsw_mixtape, cps_mixtape
nsw = nsw_mixtape.load_pandas().data
both = pd.concat([nsw.assign(part="nsw"), cps_mixtape.load_pandas().data.assign(part="cps")])
both.to_csv(sys.stdout, index=False)
"""
CONTROLS = ["age", "age2", "age3", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "none74", "none75"]


def main() -> None:
    text = subprocess.run([peers_python(), "-c", _READ], check=True, capture_output=True, text=True).stdout
    table = pd.read_csv(io.StringIO(text))
    table = table.assign(age2=table.age**2, age3=table.age**3, none74=table.re74 == 0, none75=table.re75 == 0)
    experiment = table[table.part == "nsw"]
    compared = table[((table.part == "nsw") & (table.treat == 1)) | (table.part == "cps")]
    call = {"outcome": "re78", "treatment": "treat"}
    rows = [
        ("experiment", "1,794.34 (671.00)", estimate_premium(experiment, method="ols", covariance="HC2", **call)),
        ("CPS naive", "-8,498", estimate_premium(compared, method="ols", **call)),
        ("CPS AIPW-ATT", "1,554", estimate_premium(compared, method="att", controls=CONTROLS, draws=0, **call)),
    ]
    for name, published, found in rows:
        print(
            f"{name}: published {published}, found {found.estimate:,.2f} ({found.standard_error:,.2f}), n = {found.n:,}"
        )


if __name__ == "__main__":
    main()

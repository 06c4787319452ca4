"""How far apart are the halls?

Great-circle distance between latitude and longitude on a sphere of the Earth's mean radius (haversine; IUGG mean radius 6,371.0088 km),
times a detour factor for roads where one is given. What it leaves out: timetables, tolls, mountains (the detour factor stands for them).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dxmodels.errors import MissingTableError

EARTH_RADIUS_KM = 6371.0088
Floats = npt.NDArray[np.float64]


def great_circle_km(halls: pd.DataFrame) -> pd.DataFrame:
    """Return distances (km) between all halls, rows and columns in the order of ``halls`` (municipality_code, latitude_deg, longitude_deg).

    Raises MissingTableError where a hall has no position.
    """
    missing = halls.loc[halls["latitude_deg"].isna() | halls["longitude_deg"].isna(), "municipality_code"]
    if len(missing):
        reason = f"に位置のない団体が {len(missing)} 件あります（{missing.iloc[0]} など）"
        raise MissingTableError("municipalities", ["latitude_deg", "longitude_deg"], reason=reason)
    latitude, longitude = (np.radians(halls[name].to_numpy(dtype=float)) for name in ("latitude_deg", "longitude_deg"))
    codes = halls["municipality_code"].to_list()
    return pd.DataFrame(_haversine(latitude, longitude), index=codes, columns=codes)


def _haversine(latitude: Floats, longitude: Floats) -> Floats:
    north = np.sin((latitude[:, None] - latitude[None, :]) / 2.0) ** 2
    east = np.sin((longitude[:, None] - longitude[None, :]) / 2.0) ** 2
    inside = north + np.cos(latitude[:, None]) * np.cos(latitude[None, :]) * east
    return np.asarray(2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(inside, 0.0, 1.0))), dtype=float)

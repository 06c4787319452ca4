"""Which digital services are duplicated across departments, and does the data-linkage platform pay?"""

from __future__ import annotations

from dxmodels.services.embedders import Embedder, choose_embedder
from dxmodels.services.overlaps import OverlapGroups, find_overlaps

__all__ = ["Embedder", "OverlapGroups", "choose_embedder", "find_overlaps"]

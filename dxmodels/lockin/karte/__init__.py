"""What does one A4 page say about one system (E05)?"""

from dxmodels.lockin.karte.door import ASSUMPTIONS, KarteSet, draw_up_kartes, write_kartes
from dxmodels.lockin.karte.page import Block, Karte

__all__ = ["ASSUMPTIONS", "Block", "Karte", "KarteSet", "draw_up_kartes", "write_kartes"]

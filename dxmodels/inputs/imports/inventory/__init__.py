"""How does the inventory that planners really keep in Excel become the tables of a case, with nothing lost and nothing half-written?

``dx import excel FILE --into CASE`` is ``import_inventory``: a trial first, then ``--write``. See docs/models/imports.md.
"""

from __future__ import annotations

from dxmodels.inputs.imports.inventory.door import InventoryReport, import_inventory

__all__ = ["InventoryReport", "import_inventory"]

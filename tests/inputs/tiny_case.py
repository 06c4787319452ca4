"""A case small enough to read: three towns, three systems, three contracts; every test starts from it and spoils one thing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from dxmodels.inputs.joins import joined_tables

HEADING = """title_ja: 試験用の三団体
base_fy: 2026
price_fy: 2026
as_of: 2026-10-31
deadlines:
  standardisation: 2026-03-31
tables:
{tables}"""

TABLES: dict[str, str] = {
    "municipalities": """municipality_code,name_ja,kind,region_block,population_people,population_65plus_people,source
271004,大阪市,designated_city,大阪市,2752412,676821,国勢調査
271403,堺市,designated_city,泉北,826161,233131,国勢調査
273210,豊能町,town,豊能,18279,8739,国勢調査
""",
    "tasks": """task,task_number,name_ja,name_en,source
T01,1,住民基本台帳,Basic resident register,政令
T02,2,選挙人名簿管理,Electoral roll,政令
""",
    "departments": """department_id,name_ja,staff_people
D01,総務部,500
D02,福祉部,700
""",
    "vendors": """vendor_id,name_ja,is_local_sme,references_count
V01,架空情報株式会社,false,40
V02,有限会社架空ソフト,true,
""",
    "systems": """system_id,name_ja,description_ja,department_id,system_kind,owner_ja,start_fy,vendor_id,hosting,annual_cost_yen,contract_end_date,customisation_rate,source_rights,as_of_date
S001,電子申請,住民の申請を受ける,D01,CMS,情報課長,2020,V01,saas,12000000,2027-03-31,0.10,vendor,2026-10-01
S002,財務会計,予算と決算,D01,会計,会計課長,2018,V01,own_server,80000000,2028-03-31,0.60,vendor,2026-01-15
S003,福祉台帳,,D02,台帳,,2021,V02,,,,,,
""",
    "system_links": """from_system_id,to_system_id,link_kind
S001,S002,file
""",
    "municipal_systems": """municipality_code,task,vendor_id,start_fy,contract_end_fy,annual_cost_yen,migration_state,as_of_date
271004,T01,V01,2019,2027,300000000,migrating,2026-09-30
273210,T01,V02,2020,2026,9000000,legacy,2026-09-30
""",
    "contracts": """contract_id,system_id,municipality_code,task,contract_kind,parent_contract_id,contract_fy,contract_method,announced_date,opening_date,start_date,end_date,bidders_count,valid_bids_count,ceiling_yen,award_yen,tax_included,vendor_id
K001,S002,,,initial,,2018,一般競争,2018-01-10,2018-02-20,2018-04-01,2023-03-31,3,2,420000000,380000000,true,V01
K002,S002,,,renewal,K001,2023,随意契約,,,2023-04-01,2028-03-31,1,1,410000000,405000000,true,V01
K003,,273210,T01,initial,,2020,指名競争,,,2020-04-01,2026-03-31,2,2,50000000,45000000,true,V02
""",
    "bids": """contract_id,vendor_id,bid_yen,bid_status,is_winner
K001,V01,380000000,valid,true
K001,V02,,declined,false
K003,V02,45000000,valid,true
""",
    "spending": """system_id,fiscal_year,cost_item,budget_yen,supplement_yen,contract_yen,settled_yen
S001,2025,operation_work,5000000,0,4800000,4700000
S001,2025,cloud_usage,7000000,-200000,6500000,6500000
S002,2025,operation_work,80000000,,79000000,78500000
""",
    "municipal_spending": """municipality_code,task,fiscal_year,running_yen,one_off_yen
271004,T01,2025,290000000,50000000
273210,T01,2025,9000000,
""",
    "offers": """offer_id,line_number,vendor_id,product_id,unit_kind,unit_key,fixed_cost_yen,variable_cost_yen,onboarding_yen,members_min_count,members_max_count,first_start_fy,last_start_fy
O01,1,V01,P01,task,T01,5000000,120.5,800000,2,10,2027,2029
O02,1,V02,P02,system_kind,CMS,2000000,0,300000,,,2027,
""",
    "services": """service_id,department_id,channel,name_ja,description,annual_cost_yen,exit_cost_yen,users_people,start_fy
Z01,D01,sns,府政だより,お知らせを流す,200000,0,10000,2015
""",
    "staff": """municipality_code,fiscal_year,it_staff_fte,external_fte,leavers_people
273210,2025,1.5,0,0
""",
    "capacity": """capacity_kind,holder_id,fiscal_year,capacity_fte
vendor,V01,2027,4
municipality_staff,273210,2027,0.5
""",
}
PROVENANCE = {"municipalities": "published", "tasks": "published", "systems": "own", "services": "own"}


def provenance_of(table: str) -> str:
    return PROVENANCE.get(table, "illustrative")


def heading_of(tables: list[str]) -> str:
    entry = "  {0}: {{provenance: {1}, source: {0}の出典}}\n"
    return HEADING.format(tables="".join(entry.format(table, provenance_of(table)) for table in tables))


def write_case(folder: Path, tables: dict[str, str | bytes] | None = None, *, heading: str | None = None) -> Path:
    """Write a case of CSV files (text as UTF-8, bytes as they are) and its case.yml; return the folder."""
    texts: dict[str, str | bytes] = dict(TABLES) if tables is None else tables
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        (folder / f"{name}.csv").write_bytes(data)
    (folder / "case.yml").write_text(heading or heading_of(list(texts)), encoding="utf-8")
    return folder


def only_around(table: str) -> dict[str, str | bytes]:
    """Return ``table`` and the tables it points to: enough to check it."""
    return {name: text for name, text in TABLES.items() if name in joined_tables({table})}


def spoiled(table: str, row: int, column: str, value: str) -> str:
    """Return the CSV text of ``table`` with one cell replaced; ``row`` is the spreadsheet row (header = 1)."""
    lines = list(csv.reader(io.StringIO(TABLES[table])))
    lines[row - 1][lines[0].index(column)] = value
    return as_csv(lines)


def as_csv(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()

"""The words of data/README.md that are not made from the schemas."""

from __future__ import annotations

from dxmodels.inputs.cells import MOST_CHARACTERS
from dxmodels.inputs.raw import MOST_BYTES, MOST_LINES

INTRODUCTION = """# データ辞書 / Table dictionary

この文書はスキーマ（`dxmodels/inputs/schemas/`）から自動生成しています。手で直さず、`python -m dxmodels.inputs.generate` で作り直してください。
This file is generated from the table schemas; do not edit it by hand.

## 自分の表を使う手順

1. `data/<ケース名>/` を作ります（名前は英小文字・数字・`_`・`-`）。フォルダの場所を直接指定することもできます。
2. `dx template <フォルダ>` でひな型（`template.xlsx`、記入例 `sample.xlsx`、CSVの見出し `csv/`）を作り、記入して 1 のフォルダに置きます。
   表は `<表名>.csv`、`<表名>.xlsx`、または1つのブックの「表名」シートのいずれか1か所に置きます。
3. `case.yml`（またはブックの `case` シート）に、表題・基準年度・基準日・各表の由来（`published` 公表値／`illustrative` 架空／`own` 自前の台帳）と
   出典を書きます。`published_from: osaka` と書くと、持っていない公表値の表を埋込みケースから借ります。
4. `dx check <ケース名>` で検査します。誤りは、ファイル・行・列・値・直し方とともに**すべて一度に**表示されます。

使わない表は置かなくて構いません。その表を要る問いは「算出不能」となり、必要な表と項目の名前が示されます。要否が「任意」の列は空欄にも、列ごと省くこともできます。"""

ACCEPTED_FORMS = """## 受け付ける書き方

| 種類 | 受け付ける | 受け付けない（直し方を示します） |
|---|---|---|
| ファイル | CSV（UTF-8、BOM付きUTF-8、cp932）、xlsx | UTF-16、EUC-JP、旧形式xls、パスワード付き、タブ区切り、結合セル、計算結果のない数式 |
| 見出し | 1行目に列名（英語の列名または日本語の名称、順不同） | 知らない列、同じ列が2つ、必須列の欠落 |
| 数値・金額 | 全角数字、桁区切り「,」、負の▲△（）、円・¥、割合の「85%」 | 千円・百万円などの単位付き、「-」「…」などの記号、指数表示の金額、NaN |
| コード | 全角英数字 | 小数になったコード（271004.0）、指数表示、検査数字の合わない・5桁の団体コード、先頭の0の欠落 |
| 年度 | 2026、2026年度、令和8年度、R8、㋿8 | 存在しない元号年、1950〜2100以外 |
| 日付 | 2026-04-01、2026/4/1、20260401、令和8年4月1日、R8.4.1 | 存在しない日、Excelの通し番号、1900〜2200年以外 |
| はい／いいえ | true/false、1/0、はい/いいえ、有/無、あり/なし、○/× | その他 |
| 選択 | 機械名、または日本語の名称 | その他（近い候補を示します） |
| 文字 | そのまま（`=` で始まる文字やHTMLも文字として扱い、出力時に無害化します） | 制御文字、Excelのエラー値（#REF! など） |
| 欠測 | 空欄 | NaN、NULL、None、N/A などの語 |

税抜の契約（`contracts.tax_included` = いいえ）は、読込時に契約年度の消費税率（前提 `consumption_tax_rate`）で税込に換算します。
行番号は表計算ソフトの行番号（見出し＝1行目）です。空行は読み飛ばします。"""

LIMITS = f"""## 大きさの上限

1ファイル {MOST_BYTES:,} バイト、1表 {MOST_LINES:,} 行、1セル {MOST_CHARACTERS:,} 文字、数値 16 桁。"""

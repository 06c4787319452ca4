"""What does a specification look like that the gate sends back? A made-up example (架空), written for the exhibit: no authority's text."""

from __future__ import annotations

BRANDS = ("甲社統合基盤",)
NOTICE_DAYS = 15.0
TEXT = """
本業務は、文書管理システムの運用保守を委託するものである。
データベースは甲社統合基盤の最新版を使用すること。
受注者は、既存システムの開発実績を有する者であること。
運用手順書及び設計書を作成し、納品すること。
契約終了時には、システム内のデータを発注者に引き渡すこと。
成果物の著作権は受注者に帰属する。
受注者は、次期事業者への引継ぎに協力すること。
他システムとの連携仕様書は、改修の都度更新して提出すること。
"""

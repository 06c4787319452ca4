"""What a planner reads when input is faulty: every fault, where it is, and the cure."""

from dxmodels.errors import Fault, InputError, MissingTableError


def test_a_fault_names_file_row_column_value_and_cure() -> None:
    fault = Fault(
        "contracts.csv",
        "契約終了日が開始日より前です",
        "日付を確認してください",
        row=12,
        column="end_date",
        value="2020-01-01",
    )
    assert str(fault) == (
        "contracts.csv 12行目 列「end_date」：契約終了日が開始日より前です 値「2020-01-01」 → 日付を確認してください"
    )


def test_all_faults_are_told_at_once_and_long_lists_are_counted() -> None:
    error = InputError([Fault("a.csv", f"誤り{number}", "直す") for number in range(250)])
    assert len(error.faults) == 250
    assert str(error).startswith("入力に 250 件の誤りがあります。")
    assert "ほか 50 件" in str(error)


def test_long_values_are_shortened_for_reading() -> None:
    assert len(str(Fault("a.csv", "x", "y", value="あ" * 500))) < 120


def test_a_missing_table_names_the_fields_it_needs() -> None:
    error = MissingTableError("spending", ["settled_yen"])
    assert "算出不能" in str(error)
    assert "spending" in str(error)
    assert "settled_yen" in str(error)

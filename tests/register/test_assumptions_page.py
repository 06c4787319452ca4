"""docs/assumptions.md: its examples are read by the real loader and run."""

import re
from pathlib import Path

from dxmodels.inputs import load_register, load_scenario

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_yaml_examples_load_and_fit_together(tmp_path: Path) -> None:
    topic, scenario = blocks("yaml")
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "my_topic.yml").write_text(topic, "utf-8")
    (tmp_path / "fee_up.yml").write_text(scenario, "utf-8")
    register = load_register(tmp_path / "register")
    assert register.by_year("subsidy_share", [2026, 2027, 2040]) == {2026: 0.5, 2027: 0.5, 2040: 0.3}
    after = register.patched(load_scenario("fee_up", folder=tmp_path))
    assert (after.low("migration_fee"), after.high("migration_fee")) == (20_000_000, 120_000_000)


def test_the_python_example_gives_the_values_written_beside_it() -> None:
    names: dict[str, object] = {}
    lines = blocks("python")[0].splitlines()
    exec("\n".join(line for line in lines if "import" in line or "=" in line.split("(")[0]), names)
    assert eval("register.value('consumption_tax_rate', fiscal_year=2026)", names) == 0.1
    ends = eval(next(line for line in lines if "quantile" in line).split("#")[0].strip(), names)
    assert [round(float(end), 3) for end in ends] == [-0.271, -0.041]

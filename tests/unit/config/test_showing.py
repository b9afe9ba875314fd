"""What a config comes to says everything, and is a config itself; the schema is that of the tables."""

import json
import tomllib
from typing import Any

import pytest
from msgspec import structs

from ci.config_page import DOCS, PAGE, page
from tallystick.platform.backtesting.account import FIELDS
from tallystick.platform.config import findings_of, project_of
from tallystick.platform.config.effective import defaults, effective
from tallystick.platform.config.key import Table
from tallystick.platform.config.schema import FILE, keys_of, schema, schema_text
from tallystick.platform.config.showing import shown
from tallystick.platform.config.starting import config_text
from tallystick.platform.config.tables import Config
from tallystick.platform.config.walking import fields_of
from tests.unit.config.conftest import SIGNAL, Plan, Write
from tests.unit.config.test_planning import WHOLE


@pytest.mark.parametrize("text", [WHOLE, '[[strategy]]\nfile = "direction.py"\n', '[[strategy]]\nkind = "hold"\n'])
def test_what_is_shown_is_a_config_of_the_same_values(write: Write, project: Plan, text: str) -> None:
    first = shown(project(text))
    write("\n".join(first.lines))
    again = project_of(first.project.file.path)
    assert effective(again) == first.config
    assert again.plan.account == first.project.plan.account
    assert again.plan.instruments == first.project.plan.instruments
    assert again.feed.data_hash == first.project.feed.data_hash
    assert shown(again).config == first.config


def test_each_value_says_where_it_comes_from(project: Plan) -> None:
    preset = '[risk]\npreset = "challenge_100k_5_10"\ndrawdown = 5\n[account]\ndeposit = 100000\n'
    document = shown(project('[[strategy]]\nfile = "ema.py"\n' + preset)).document
    origins = {one["key"]: (one["value"], one["from"]) for one in document["values"]}
    assert origins["strategy[0].name"] == ('"ema_cross"', "the strategy's own")
    assert origins["strategy[0].parameters"] == ("{ fast = 10, slow = 30 }", "the strategy's own")
    assert origins["risk.drawdown"] == ('"5 %"', "line 5")
    assert origins["risk.limits.daily_loss"] == ('"5000.00"', "preset challenge_100k_5_10")
    assert origins["risk.collar.period"] == ('"1h"', "default")
    assert origins["account.deposit"] == ('"100000.00"', "line 7")
    assert origins["account.currency"] == ('"USD"', "the symbols' own")
    assert origins["instrument[0].commission"] == ('"3.50"', "built in")
    assert document["modules"][0] == "ema_cross"
    assert document["plan_hash"] == project('[[strategy]]\nfile = "ema.py"\n' + preset).plan.hash()


def test_strategies_and_instruments_are_found_by_name_where_the_order_is_another(project: Plan) -> None:
    origins = {one["key"]: one["from"] for one in shown(project(WHOLE)).document["values"]}
    lines = WHOLE.splitlines()
    assert lines[int(origins["strategy[0].name"].removeprefix("line ")) - 1] == 'name = "z"'
    assert origins["instrument[0].commission"] == "built in"
    assert lines[int(origins["instrument[1].commission"].removeprefix("line ")) - 1] == 'commission = "2.50"'


def test_what_init_writes_holds_and_says_only_what_is_the_default_anyway(write: Write) -> None:
    path = write(config_text("ema"))
    assert findings_of(path) == ()
    said, usual = project_of(path), project_of(write('[[strategy]]\nfile = "ema.py"\n'))
    assert effective(said) == effective(usual)


def test_what_init_offers_holds_when_it_is_taken(write: Write) -> None:
    """Every line that is commented out is a key with a value, and is read; some need what is not there yet."""
    lines = config_text("ema").splitlines()
    offered = "\n".join(line.removeprefix("# ") if _is_offer(line) else line for line in lines)
    tables = tomllib.loads(offered)
    assert {"series", "data", "instrument", "sizing", "protection", "filters", "keys"} <= tables.keys()
    codes = {one.code for one in findings_of(write(offered))}
    assert codes == {"E111"}, "only the data file that is no more than an example is missing"


def _is_offer(line: str) -> bool:
    rest = line.removeprefix("# ")
    return line.startswith("# ") and (rest.startswith("[") or (rest.split(" ")[0].isidentifier() and " = " in rest))


def test_page_and_schema_in_the_documents_are_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew with: python -m ci.config_page"
    assert (DOCS / FILE).read_text(encoding="utf-8") == schema_text(), "write it anew with: python -m ci.config_page"


def test_the_example_in_the_documents_holds(write: Write) -> None:
    path = write(PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0])
    (path.parent / "ema_cross.py").write_text(SIGNAL, encoding="utf-8")
    assert [one.name for one in project_of(path).plan.strategies] == ["ema_cross", "slow"]


def test_every_key_stands_in_the_schema_with_its_meaning() -> None:
    found = schema()
    for dotted in keys_of():
        here: Any = found
        for part in dotted.split("."):
            here = here.get("items", here)
            more = here.get("additionalProperties")
            here = here["properties"] if "properties" in here else more["properties"]
            here = here[part]
        assert here.get("description") or here.get("items", here.get("additionalProperties"))["description"], dotted


def test_a_table_has_fewer_than_fifteen_keys_and_their_defaults_stand_elsewhere() -> None:
    tables, waiting = [], [Config]
    while waiting:
        table: type[Table] = waiting.pop()
        tables.append(table)
        waiting += [field.table for field in fields_of(table) if field.table is not None]  # type: ignore[misc]  # those with a table have it
    for table in tables:
        names = {each.name for each in fields_of(table)}
        assert len(names) < 15 or names == set(FIELDS), f"{table}: only an account has as many, by a plan's own names"
        assert not [
            f.name for f in fields_of(table) if f.key and not f.key.needed and getattr(table(), f.name) is not None
        ]


def test_the_schema_takes_what_the_file_takes_and_names_the_defaults() -> None:
    found = json.loads(schema_text())
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    risk = found["properties"]["risk"]["properties"]
    assert risk["drawdown"]["default"] == "20 %"
    assert risk["collar"]["properties"]["period"]["default"] == "1h"
    assert found["properties"]["sizing"]["required"] == ["kind"]
    assert found["additionalProperties"] is False
    assert (
        structs.asdict(defaults().account)["leverage"]
        == found["properties"]["account"]["properties"]["leverage"]["default"]
    )

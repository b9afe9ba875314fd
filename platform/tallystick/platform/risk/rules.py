"""The table of risk's rules, in the order they are asked. `docs/risk.md` is this table in words.

The first rule that refuses denies the order, and no later one is asked. Every rule names the kinds of order it is asked
of: "new" may add exposure, "change" alters an order or a position, "reduce" can only lower exposure (closes, cancels,
tightened stops). A reduction is asked only whether it is permitted, really a reduction, and well formed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tallystick.events.types.running import RiskRulesDeclared
from tallystick.platform.risk import entry_rules, form_rules, pace_rules, size_rules
from tallystick.platform.risk.case import Case, Kind
from tallystick.platform.risk.form_rules import Reading
from tallystick.platform.risk.settings import RiskSettings


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how it reads a case, what it says when it refuses, which orders it is asked of, its limit in words."""

    name: str
    reads: Callable[[Case], Reading]
    says: Callable[[Case, int, int], str]
    asked_of: tuple[Kind, ...]
    limit: Callable[[RiskSettings], str]


def _no_limit(_settings: RiskSettings) -> str:
    return ""


def _news_limit(settings: RiskSettings) -> str:
    return "; ".join(
        f"{len(one.events)} events, {one.minutes_before} min before to {one.minutes_after} min after"
        for one in settings.news
    )


def _hours_limit(settings: RiskSettings) -> str:
    return f"hours of {', '.join(sorted(settings.hours))}" if settings.hours else ""


NEW: tuple[Kind, ...] = ("new",)
NEW_AND_CHANGE: tuple[Kind, ...] = ("new", "change")
ALL: tuple[Kind, ...] = ("new", "change", "reduce")

RULES: tuple[Rule, ...] = (
    Rule("halt", form_rules.halt, form_rules.say_halt, NEW_AND_CHANGE, _no_limit),
    Rule("permission", form_rules.permission, form_rules.say_permission, ALL, _no_limit),
    Rule("reduction", form_rules.reduction, form_rules.say_reduction, ("reduce",), _no_limit),
    Rule("market_state", form_rules.market_state, form_rules.say_market_state, NEW_AND_CHANGE, _hours_limit),
    Rule(
        "stale_quote",
        form_rules.stale_quote,
        form_rules.say_stale_quote,
        NEW_AND_CHANGE,
        lambda s: f"{s.quote_age_max_s} s",
    ),
    Rule(
        "session",
        entry_rules.session,
        entry_rules.say_session,
        NEW,
        lambda s: "; ".join(f"{one.days} {one.hours} {one.clock}" for one in s.sessions),
    ),
    Rule("news", entry_rules.news, entry_rules.say_news, NEW, _news_limit),
    Rule(
        "friday_flat",
        entry_rules.friday_flat,
        entry_rules.say_friday_flat,
        NEW,
        lambda s: f"from Friday {s.friday.close} {s.friday.clock}" if s.friday else "",
    ),
    Rule(
        "spread",
        entry_rules.spread,
        entry_rules.say_spread,
        NEW,
        lambda s: "; ".join(f"{one.points} points" for one in s.spreads),
    ),
    Rule("price_form", form_rules.price_form, form_rules.say_price_form, ALL, _no_limit),
    Rule(
        "price_collar",
        pace_rules.price_collar,
        pace_rules.say_price_collar,
        NEW_AND_CHANGE,
        lambda s: f"{s.collar.order_ppm} ppm",
    ),
    Rule(
        "price_collar_period",
        pace_rules.price_collar_period,
        pace_rules.say_price_collar_period,
        NEW_AND_CHANGE,
        lambda s: f"{s.collar.period_ppm} ppm in {s.collar.period_s} s",
    ),
    Rule("volume_step", form_rules.volume_step, form_rules.say_volume_step, ALL, _no_limit),
    Rule(
        "volume_max",
        size_rules.volume_max,
        size_rules.say_volume_max,
        ("new", "reduce"),
        lambda s: f"{s.order_volume_max} 1e-8 lots",
    ),
    Rule(
        "order_value",
        size_rules.order_value,
        size_rules.say_order_value,
        NEW,
        lambda s: f"{s.order_value_max} minor units",
    ),
    Rule(
        "duplicate",
        pace_rules.duplicate,
        pace_rules.say_duplicate,
        NEW_AND_CHANGE,
        lambda s: f"{s.pace.duplicate_window_s} s",
    ),
    Rule(
        "message_throttle",
        pace_rules.message_throttle,
        pace_rules.say_message_throttle,
        NEW_AND_CHANGE,
        lambda s: f"{s.pace.messages_burst} messages, {s.pace.messages_per_s} a second",
    ),
    Rule(
        "repeated_execution",
        pace_rules.repeated_execution,
        pace_rules.say_repeated_execution,
        NEW,
        lambda s: f"{s.pace.repeats_max} orders in {s.pace.repeats_window_s} s",
    ),
    Rule(
        "position",
        size_rules.position,
        size_rules.say_position,
        NEW,
        lambda s: f"{s.position_volume_max} 1e-8 lots",
    ),
    Rule(
        "exposure",
        size_rules.exposure,
        size_rules.say_exposure,
        NEW,
        lambda s: f"{s.exposure_value_max} minor units",
    ),
    Rule("margin", size_rules.margin, size_rules.say_margin, NEW, lambda _: "free margin"),
    Rule(
        "account_limit",
        entry_rules.account_limit,
        entry_rules.say_account_limit,
        NEW,
        lambda s: s.account_limits.text,
    ),
    Rule(
        "daily_loss",
        size_rules.daily_loss,
        size_rules.say_daily_loss,
        NEW,
        lambda s: f"{s.daily_loss_ppm} ppm of the day's first balance",
    ),
    Rule(
        "drawdown",
        size_rules.drawdown,
        size_rules.say_drawdown,
        NEW,
        lambda s: f"{s.drawdown_ppm} ppm of the highest balance",
    ),
)

BY_KIND: dict[Kind, tuple[Rule, ...]] = {kind: tuple(r for r in RULES if kind in r.asked_of) for kind in ALL}


def rules_declared(settings: RiskSettings) -> RiskRulesDeclared:
    """The rules in order with their limits, as the kernel records them at the start of a run."""
    limits = {rule.name: text for rule in RULES if (text := rule.limit(settings))}
    return RiskRulesDeclared(rules=tuple(rule.name for rule in RULES), limits=limits)

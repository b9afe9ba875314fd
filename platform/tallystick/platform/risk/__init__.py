"""Risk: every order's verdict, by a table of rules in a stated order. See docs/risk.md."""

from tallystick.platform.risk.account_limits import PRESETS, AccountLimits
from tallystick.platform.risk.bypass import RiskBypassed, refuse_ways_round_risk, ways_round_risk
from tallystick.platform.risk.entries import Entries
from tallystick.platform.risk.risk import Risk
from tallystick.platform.risk.rules import RULES, rules_declared
from tallystick.platform.risk.settings import Collar, Pace, RiskSettings, risk_settings_from

__all__ = [
    "PRESETS",
    "RULES",
    "AccountLimits",
    "Collar",
    "Entries",
    "Pace",
    "Risk",
    "RiskBypassed",
    "RiskSettings",
    "refuse_ways_round_risk",
    "risk_settings_from",
    "rules_declared",
    "ways_round_risk",
]

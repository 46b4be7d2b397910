"""Domain values made of files, one kind a module.

The order matters: types come from entities, names in procedures from decisions and entities, and
forms are read in the light of the steps that show them.
"""

from server.loading.building.calendars import build_calendar, refer_calendar
from server.loading.building.correlations import build_correlation
from server.loading.building.decisions import build_decision
from server.loading.building.entities import build_entity, refer_requesters
from server.loading.building.forms import build_form
from server.loading.building.kpis import build_kpi
from server.loading.building.notifications import build_notification
from server.loading.building.procedures import build_procedure
from server.loading.building.processes import build_process
from server.loading.building.roles import build_role
from server.loading.building.scenarios import build_scenario
from server.loading.building.targets import build_target, calendar_of

__all__ = [
    "build_calendar",
    "build_correlation",
    "build_decision",
    "build_entity",
    "build_form",
    "build_kpi",
    "build_notification",
    "build_procedure",
    "build_process",
    "build_role",
    "build_scenario",
    "build_target",
    "calendar_of",
    "refer_calendar",
    "refer_requesters",
]

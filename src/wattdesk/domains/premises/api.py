"""The premises domain's door: where power is used and what feeds it."""

from wattdesk.domains.premises.network_operations import (
    CodeTaken,
    add_division,
    create_area,
    create_feeder,
    create_substation,
    set_area_manager,
)
from wattdesk.domains.premises.operations import (
    change_capacity,
    check_location,
    correct_location,
    create_location,
    create_supply_point,
    create_usage_point,
    end_usage_point,
    rehang_point,
    set_boundary,
)
from wattdesk.domains.premises.queries import (
    area_ids,
    divisions_below,
    feeder_ids,
    places_of_points,
    points_at_address,
    points_at_locations,
    points_within,
)
from wattdesk.domains.premises.takeover import reserve, take_over

__all__ = [
    "CodeTaken",
    "add_division",
    "area_ids",
    "change_capacity",
    "check_location",
    "correct_location",
    "create_area",
    "create_feeder",
    "create_location",
    "create_substation",
    "create_supply_point",
    "create_usage_point",
    "divisions_below",
    "end_usage_point",
    "feeder_ids",
    "places_of_points",
    "points_at_address",
    "points_at_locations",
    "points_within",
    "rehang_point",
    "reserve",
    "set_area_manager",
    "set_boundary",
    "take_over",
]

"""The rows catalog keeps. Constraints stand here and in the migrations; a test holds the two equal."""

from duijie_catalog.tables.base import INSTANT, SEQUENCE, AggregateRow, CatalogModel
from duijie_catalog.tables.constraints import ConstraintRow
from duijie_catalog.tables.counters import CounterRow
from duijie_catalog.tables.deals import CapacityDayRow, DealRow
from duijie_catalog.tables.disclosure import ErasureRow, RevealRow
from duijie_catalog.tables.flags import FlagRow, ScreeningRow
from duijie_catalog.tables.fulfilment import RatingRow, ShipmentRow
from duijie_catalog.tables.imports import ImportErrorRow, ImportFileRow, ImportRow
from duijie_catalog.tables.parties import AttestationRow, ConsentRow, FactsDayRow, PartyRow, PartyStepRow
from duijie_catalog.tables.postings import CapacityRow, OrderRow, PostingRow
from duijie_catalog.tables.records import ClockRow, IdempotencyRow, OutboxRow, PolicyRow
from duijie_catalog.tables.reference import (
    DesignationDayRow,
    DesignationEditionRow,
    DesignationRefreshRow,
    GradeMappingRow,
    GradeReviewRow,
    GradeSchemeRow,
)
from duijie_catalog.tables.standing import StandingDemandRow

__all__ = [
    "INSTANT",
    "SEQUENCE",
    "AggregateRow",
    "AttestationRow",
    "CapacityDayRow",
    "CapacityRow",
    "CatalogModel",
    "ClockRow",
    "ConsentRow",
    "ConstraintRow",
    "CounterRow",
    "DealRow",
    "DesignationDayRow",
    "DesignationEditionRow",
    "DesignationRefreshRow",
    "ErasureRow",
    "FactsDayRow",
    "FlagRow",
    "GradeMappingRow",
    "GradeReviewRow",
    "GradeSchemeRow",
    "IdempotencyRow",
    "ImportErrorRow",
    "ImportFileRow",
    "ImportRow",
    "OrderRow",
    "OutboxRow",
    "PartyRow",
    "PartyStepRow",
    "PolicyRow",
    "PostingRow",
    "RatingRow",
    "RevealRow",
    "ScreeningRow",
    "ShipmentRow",
    "StandingDemandRow",
]

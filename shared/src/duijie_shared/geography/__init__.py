"""Counties, their former codes, the designations they carry, and distances."""

from duijie_shared.geography.counties import Counties, County, Resolution, counties
from duijie_shared.geography.designation_book import (
    DesignationBook,
    DesignationFact,
    ListEdition,
    ListEntry,
    shipped_editions,
)
from duijie_shared.geography.designation_files import ListHead, ParsedList, parse_designation_list
from duijie_shared.geography.designation_table import ListProblem
from duijie_shared.geography.designations import Designation, DesignationList, Designations, designations

__all__ = [
    "Counties",
    "County",
    "Designation",
    "DesignationBook",
    "DesignationFact",
    "DesignationList",
    "Designations",
    "ListEdition",
    "ListEntry",
    "ListHead",
    "ListProblem",
    "ParsedList",
    "Resolution",
    "counties",
    "designations",
    "parse_designation_list",
    "shipped_editions",
]

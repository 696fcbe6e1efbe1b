"""Counties, their former codes, the designations they carry, and distances."""

from duijie_shared.geography.counties import Counties, County, Resolution, counties
from duijie_shared.geography.designations import Designation, DesignationList, Designations, designations

__all__ = [
    "Counties",
    "County",
    "Designation",
    "DesignationList",
    "Designations",
    "Resolution",
    "counties",
    "designations",
]

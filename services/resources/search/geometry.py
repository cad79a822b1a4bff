"""Circles on the globe: a coarse cover for an engine, the exact distance for every hit."""

import math

import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0088
KM_PER_DEGREE = math.pi * EARTH_RADIUS_KM / 180
CELL_DEGREES = (0.1, 1.0)
MOST_CELLS = 1_000

Floats = NDArray[np.float64]


def distances(place: tuple[float, float], latitudes: Floats, longitudes: Floats) -> Floats:
    """Kilometres along the globe (haversine); nan where a coordinate is nan."""
    latitude, longitude = np.radians(place)
    to_latitude, to_longitude = np.radians(latitudes), np.radians(longitudes)
    half = (
        np.sin((to_latitude - latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(to_latitude) * np.sin((to_longitude - longitude) / 2) ** 2
    )
    nearest: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return nearest


def cells(latitude: float, longitude: float) -> list[int]:
    """The cell of a point at each level."""
    return [
        _cell(level, *_row_and_column(size, latitude, longitude))
        for level, size in enumerate(CELL_DEGREES)
    ]


def cover(place: tuple[float, float], radius_km: float) -> list[int] | None:
    """Cells that contain the whole circle, at the finest level that needs few of them.

    None for a circle so large, or so near a pole, that a cover would not help.
    """
    latitude, longitude = place
    reach = radius_km / KM_PER_DEGREE + 1e-6
    if abs(latitude) + reach >= 90:
        return None
    aside = math.degrees(
        math.asin(min(1.0, math.sin(math.radians(reach)) / math.cos(math.radians(latitude))))
    )
    for level, size in enumerate(CELL_DEGREES):
        south, west = _row_and_column(size, latitude - reach, longitude - aside)
        north, east = _row_and_column(size, latitude + reach, longitude + aside)
        around = round(360 / size)
        if (north - south + 1) * (east - west + 1) <= MOST_CELLS and east - west < around:
            return [
                _cell(level, row, column % around)
                for row in range(south, north + 1)
                for column in range(west, east + 1)
            ]
    return None


def _row_and_column(size: float, latitude: float, longitude: float) -> tuple[int, int]:
    return math.floor((latitude + 90) / size), math.floor((longitude + 180) / size)


def _cell(level: int, row: int, column: int) -> int:
    around = round(360 / CELL_DEGREES[level])
    return (level * 10_000 + row) * 10_000 + column % around

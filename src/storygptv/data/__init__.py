"""Data: one record for every data set, on disk as Arrow."""

from storygptv.data.schema import FEATURES, DataInfo
from storygptv.data.store import StoryData, write

__all__ = ["FEATURES", "DataInfo", "StoryData", "write"]

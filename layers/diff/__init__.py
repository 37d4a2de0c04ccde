"""What is asked between layers and of two editions: pairs, duties, alarms; and how a diff is told."""

from layers.diff.duties import Alarm, Duty, alarms, duties, rounded
from layers.diff.pairs import must_tile, questions

__all__ = ["Alarm", "Duty", "alarms", "duties", "must_tile", "questions", "rounded"]

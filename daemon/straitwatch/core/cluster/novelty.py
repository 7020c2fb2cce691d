"""What a report adds to everything that was sent about its story."""

from straitwatch.core.cluster.pivots import common_pivots
from straitwatch.core.cluster.stories import OpenStory
from straitwatch.core.model import Features, Novelty


def find_novelty(features: Features, story: OpenStory) -> Novelty:
    """Compare a report with the reports of its story that people were sent."""
    sent_names = {name for sent in story.sent for name in (*sent.title_names, *sent.lead_names)}
    sent_figures = {figure for sent in story.sent for figure in sent.figures}
    return Novelty(
        names=tuple(
            name
            for name in features.title_names
            if name not in sent_names and name not in common_pivots()
        ),
        figures=tuple(figure for figure in features.figures if figure not in sent_figures),
    )

"""The tools that every flow works with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from straitwatch.deliver import SenderThreads
from straitwatch.encoder import Encoder
from straitwatch.fetch import Fetcher, PageFetcher
from straitwatch.parsepool import ParsePool
from straitwatch.pipeline.links import Links
from straitwatch.pipeline.pace import Pace
from straitwatch.pipeline.window import FoldWindowCache
from straitwatch.store import Store
from straitwatch.telemetry import Metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The store, the network and the workers; `app` opens and closes them."""

    store: Store
    fetcher: Fetcher
    older: Fetcher  # of older pages, so that no poll waits for one
    hubs: Fetcher  # for the requests to hubs, for the same reason
    pool: ParsePool
    pages: PageFetcher
    page_pool: ParsePool  # of its own, so that no feed waits for a page
    encoder: Encoder
    senders: SenderThreads
    metrics: Metrics
    folding: FoldWindowCache
    clock: Callable[[], datetime]
    jitter: Random
    worker: str  # the name of this process in leases
    pace: Pace = field(default_factory=Pace)
    links: Links = field(default_factory=Links)

"""Holds the times and limits that several parts of the program share, each once."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from straitwatch.core.model import DriverKind

# ---------------------------------------------------------------- how long a message is tried

GIVE_UP_AFTER = timedelta(hours=24)  # from the time at which the message may be sent
GIVE_UP_MISSING_AFTER = timedelta(hours=48)  # while its receiver is not set up
FALL_BACK_AFTER = timedelta(minutes=30)  # alerts are urgent, so the fallback is used soon
_GIVE_UP_AFTER: Mapping[DriverKind, timedelta] = MappingProxyType(
    {DriverKind.SMTP: timedelta(hours=48)}
)


def give_up_after(kind: DriverKind | None) -> timedelta:
    """Return how long a message is tried; `kind` is None if its receiver is not set up."""
    if kind is None:
        return GIVE_UP_MISSING_AFTER
    return _GIVE_UP_AFTER.get(kind, GIVE_UP_AFTER)


# ---------------------------------------------------------------- leases and holds

SEND_LEASE = timedelta(seconds=30)  # renewed while a send lasts
FEED_LEASE = timedelta(minutes=15)  # far longer than any poll, also of thousands of entries
MAX_RECEIVER_HOLD = timedelta(hours=1)  # even if Retry-After is longer
REFUSED_HOLD = timedelta(days=1)  # of a receiver that only a person can repair

# ---------------------------------------------------------------- actions of people

MUTE_FOR = timedelta(days=7)  # the longest mute of a story; it is over earlier if the story ends
SNOOZE_FOR = timedelta(hours=8)  # of a watch-list
LINKS_VALID_FOR = timedelta(days=14)  # in mails
EDITED_WITHIN = timedelta(days=14)  # after it was sent, a digest or roll-up shows new actions
EDIT_LEASE = timedelta(minutes=1)  # longer than a request to Slack

# ---------------------------------------------------------------- who is fetched when

SPACING = timedelta(seconds=1)  # between two fetches from one host
PATIENCE = timedelta(seconds=1)  # a longer fetch ends if quick feeds wait for its place
SLOW_AFTER = timedelta(seconds=5)  # a feed whose fetch took longer is slow the next time
SLOW_SHARE = 0.25  # of all places, for slow feeds
BACKLOG = 4  # due feeds that wait for each place: a longer queue
BACKLOG_READ_AFTER = timedelta(seconds=5)  # is read as a whole now and then: it takes 0.1 s
NEW_FEED_YIELDS = timedelta(minutes=1)  # to feeds that were polled before
MAX_HOST_PAUSE = timedelta(days=1)  # a host that asks for more is polled once a day

# ---------------------------------------------------------------- what publishers ask for

MAX_FRESH = timedelta(hours=1)  # of Cache-Control or Expires, so that alerts take minutes, not days
MAX_SKIP = timedelta(hours=1)  # of `skipHours` and `skipDays`, for the same reason
# Of `ttl` and `updatePeriod`: 161 of 367 real documents say 60 minutes, whatever their rhythm.
MAX_DOCUMENT_WAIT = timedelta(minutes=30)

MOVED_POLLS = 5  # with the same permanent redirect, and
MOVED_AFTER = timedelta(days=3)  # after the first of them, the new address is asked directly
MOVE_CHECKED_AFTER = timedelta(days=7)  # then the configured address is asked again
GONE_POLLS = 3  # with 410, and
GONE_AFTER = timedelta(days=1)  # after the first of them, the feed is gone
GONE_INTERVAL = timedelta(days=7)  # between two polls of a feed that is gone

# ---------------------------------------------------------------- whole documents of feeds

WHOLE_DOCUMENT_AFTER = timedelta(hours=23)  # daily for every feed polled once an hour or more
WHOLE_DOCUMENT_JITTER = 0.2  # of it, earlier, so that the requests of many feeds drift apart
OUTAGE_AFTER = timedelta(hours=12)  # without a good poll, the next one brings the whole document
DISTRUST_FOR = timedelta(days=7)  # validators that hid entries are not sent; doubled each time
MAX_DISTRUST = timedelta(days=56)

# ---------------------------------------------------------------- when something is unhealthy

SILENT_AFTER = timedelta(hours=24)  # without a good poll, a failing feed is broken
BROKEN_AFTER_FAILURES = 3  # in a row, a feed is broken
LATE_ANYWAY_AFTER = timedelta(hours=1)  # past its due time, a feed is late whatever its host does
LATE_AFTER = timedelta(minutes=10)  # past its due time, a feed is late
DIGEST_LATE_AFTER = timedelta(minutes=15)  # past its time, a digest says that it is late
CUT_OFF_SHARE = 0.9  # of all feeds, if so many fail, the cause is this machine
MESSAGE_OVERDUE_AFTER = timedelta(minutes=15)  # past its due time
CANARY_WRITTEN_WITHIN = timedelta(minutes=1)  # a canary without a message by then is lost
SEEN_WITHIN = timedelta(minutes=2)  # a daemon that wrote nothing for longer does not run, or hangs
DATABASE_BROKEN_AFTER = timedelta(minutes=5)  # a short lock or a full disk is not news
FAILURE_LASTS = timedelta(minutes=1)  # after it, a database that failed once is healthy again
RECEIVER_BROKEN_AFTER = timedelta(seconds=20)  # one refusal that ends at once is not news
RECEIVER_UNREACHABLE_AFTER = timedelta(minutes=15)  # without a success, while messages wait
BUTTONS_LOST_AFTER = timedelta(minutes=3)  # connections to Slack often return sooner
REMIND_AFTER = timedelta(hours=6)  # between two notices that the same part is broken
GROUP_AFTER = timedelta(minutes=10)  # between two notices about feeds

# ---------------------------------------------------------------- blind windows

# A feed has a gap if no poll succeeded for this many intervals, and at least for this long.
BLIND_ROUNDS = 3
BLIND_AFTER = timedelta(minutes=30)
BACKFILLS_AT_ONCE = 2  # feeds whose older pages are searched, each on another host
BACKFILL_PAGES = 5  # that are requested for one window, at the pace of the feed's server

# ---------------------------------------------------------------- adaptive poll intervals

# ADR 0013 gives the reasons; bench/intervals.py compares the policies.
MAX_SLOWDOWN = 4  # times `polling.interval`: the wait for a rare statement stays bounded
SLOWED_AFTER = timedelta(days=1)  # a younger feed may be polled more often, not less
USUAL_MATCHED_SHARE = 0.05  # of the entries of a feed without a history
USUAL_MATCHED_AMONG = 20  # entries, by which a feed's own share counts as much as the usual one
OVERLAP_ENTRIES = 3  # a shorter document does not show if entries were missed
OLDEST_SHARE = 1 / 3  # of a document must have a known entry to show that none was missed,
OLDEST_AT_LEAST = 2  # and so many of a short one, because publishers also delete entries
MAX_UNSEEN_SHARE = 2 / 3  # of a document may be new at the next poll; a third is still known
URGENT_FOR = timedelta(hours=1)  # after a report of an urgent story, its feed is polled often

# ---------------------------------------------------------------- the condition of a feed

GOOD_POLLS = 2  # in a row end the condition of a feed that failed: one may be luck
RECENT_POLLS = 32  # remembered of each feed
FLAPPING_POLLS = 12  # with this many failures apart, a feed is flapping; with one or none no longer
FLAPPING_FAILURES = 3
SLOW_ANSWER = timedelta(seconds=10)  # a third of the shipped timeout
SLOW_POLLS = 8  # of them, so many slow ones begin and so few end the condition
SLOW_BEGINS, SLOW_ENDS = 6, 2
EMPTIED_AFTER = timedelta(hours=1)  # a newspaper's feed had no entry in 18 of 160 polls
EMPTY_AFTER = timedelta(days=1)  # a new feed may have no entry yet
UNDATED_ENTRIES = 5  # fewer show nothing about dates
UNDATED_BEGINS, UNDATED_ENDS = 0.8, 0.5  # shares of entries without a date

# A feed is frozen when nothing new comes for much longer than its longest usual pause.
QUIET_FACTOR = 2.5  # a pause of 62 h at weekends allows 6 days, a weekly blog 17 days
QUIET_AT_LEAST = timedelta(hours=12)  # for wires: a night without news is no fault
QUIET_UNKNOWN = timedelta(days=4)  # at least, until a weekend has been seen
QUIET_KNOWN_AFTER = timedelta(days=8)
QUIET_AT_MOST = timedelta(days=365)  # no feed worth polling rests longer
QUIET_HALF_LIFE = timedelta(days=28)  # so that one long holiday does not hide a fault for ever
STALE_AT_LEAST = timedelta(days=30)  # for a feed of which no new entry has been seen
# ---------------------------------------------------------------- pushes

PUSH_FLOOR = timedelta(minutes=1)  # between two polls of a feed, however often its hub pushes,
PUSH_BURST = 5  # after the first few, which are answered at once
PUSH_KEEP = timedelta(hours=1)  # an older push has been answered by a poll, or the feed fails
PUSH_READ_WITHIN = timedelta(seconds=30)  # the time limit of a push
PUSH_LEASE = timedelta(days=10)  # asked for; the hub decides
PUSH_RENEW_AT = 0.8  # of the lease
PUSH_RETRY_AFTER = timedelta(minutes=5)  # without a confirmation; doubled each time, up to a day
PUSH_DENIED_FOR = timedelta(days=1)  # the hub refused
PUSH_MAX_HUBS = 3  # of one feed
HUB_REQUESTS_AT_ONCE = 20

# ---------------------------------------------------------------- pages of entries

MAX_PAGE_BYTES = 2_000_000
PAGE_TIMEOUT = timedelta(seconds=20)
PAGES_AT_ONCE = 4
PAGE_LEASE = timedelta(minutes=3)  # longer than robots.txt and a page, one after the other
PAGE_SPACING = timedelta(seconds=10)  # between two pages of one host
PAGE_RETRY_AFTER = timedelta(hours=1)  # also until a missing page is asked for again
MAX_PAGE_FAILURES = 3  # in a row
FULL_TEXT_WITHIN = timedelta(hours=6)  # a page that the budget does not reach is given up
HOST_REST = timedelta(hours=6)  # after a refusal, such as 403, unless the host asks for longer
MAX_HOST_REST = timedelta(hours=24)
USELESS_PAGES = 5  # of a host without an article, and none with one: it needs JavaScript
USELESS_FOR = timedelta(hours=24)  # such a host is left alone
ROBOTS_KEPT_FOR = timedelta(hours=24)  # RFC 9309 allows no longer
ROBOTS_RETRY_AFTER = timedelta(hours=1)  # if it is unreachable; until then, no page of the host
FULL_TEXT_LENGTH = 4_000  # characters of an article that are matched: news puts its subject first
SHORTEST_ARTICLE = 80  # characters; less is a notice or a page that needs JavaScript
LONGEST_NOTICE = 400  # characters; a page with more text is an article, whatever it says
FULL_FEED_TEXT = 1_500  # characters of content in a feed that needs no page
THIN_TEXT = 60  # characters under a headline, without a repeated headline; Han characters count 2
EDIT_LOOKS = (  # after an alert
    timedelta(minutes=5),
    *(timedelta(hours=hours) for hours in (1, 3, 9, 24, 48, 72)),
)
WATCHED_PAGES = 3  # of a story: the one alerted first, and the latest

# ---------------------------------------------------------------- trials on the page

BENCH_ENTRIES = (10_000, 100_000)  # the newest, on which a changed list is tried; see BENCH_TIMEOUT
BENCH_TIMEOUT = timedelta(seconds=60)  # of a trial; then its process is killed
BENCH_SAMPLES = 50  # entries that are shown for each kind of change

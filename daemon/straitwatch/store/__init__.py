"""Stores feeds, entries, stories and the outbox in SQLite or PostgreSQL; holds no policy.

`Store` runs the functions of this package in its writer thread. They take and return values of
`core`; rows never leave the package.
"""

from straitwatch.store.clock_repair import (
    SKEW,
    repair_clock,
)
from straitwatch.store.configs import (
    ConfigRejection,
    SavedConfig,
    clear_rejection,
    config_rejection,
    record_rejection,
    save_config,
    saved_config,
)
from straitwatch.store.constraints import story_constraints
from straitwatch.store.context import (
    earlier_entries,
    familiar_entries,
    known_entries,
    last_edit_seq,
    last_seq,
    recent_reports,
    sent_edits,
    stored_pages,
)
from straitwatch.store.corrections import (
    Signature,
    apply_alert,
    apply_release,
    fold_generation,
    held_reports,
    record_merge,
    record_split,
)
from straitwatch.store.delivery_rows import (
    AttemptRecord,
    DeliveryRecord,
)
from straitwatch.store.digests import (
    DigestQuery,
    commentary_items,
    digest_items,
    last_digest_until,
    record_digest,
    running_items,
)
from straitwatch.store.engine import Store
from straitwatch.store.entries import (
    alert_entries,
    count_entries_since,
    entries_since,
    find_entries,
    first_fetch_reports,
    first_seen_at,
    headline_entries,
    latest_entries,
    split_entries,
    story_entries,
)
from straitwatch.store.entry_rows import StoredEntry
from straitwatch.store.expiry import (
    expire_deliveries,
    expire_for_missing_receivers,
    redirect_overdue,
)
from straitwatch.store.failures import RESTORE_HINT
from straitwatch.store.feeds import (
    advance_polls,
    claim_due_feeds,
    complete_polls,
    distrusted_feeds,
    due_feeds,
    feed_states,
    oldest_claim,
    reset_feed_leases,
    reset_leases,
    stored_feeds,
    sync_feeds,
)
from straitwatch.store.health import (
    delete_canaries,
    health,
    liveness,
    notice_states,
    save_notice_states,
)
from straitwatch.store.marks import (
    delete_mark,
    read_marks,
    set_mark,
)
from straitwatch.store.meta import get_meta, set_meta
from straitwatch.store.outbox import (
    ClaimedDelivery,
    add_alert,
    claim_delivery,
    due_receivers,
    finish_attempt,
    freeze,
    renew_delivery,
)
from straitwatch.store.outbox_admin import (
    cancel_deliveries,
    full_id,
    list_alerts,
    list_deliveries,
    merged_into,
    replay_delivery,
    retry_dead,
    retry_delivery,
    show_delivery,
)
from straitwatch.store.outbox_check import check_outbox
from straitwatch.store.pace import feed_profiles, urgent_feeds
from straitwatch.store.pauses import active_pauses, add_pause
from straitwatch.store.poll_writer import apply_plan
from straitwatch.store.pruning import (
    prune,
    prune_messages,
    prune_stories,
)
from straitwatch.store.receivers import (
    ReceiverState,
    hold_receiver,
    pause_receiver,
    receiver_states,
    resume_receiver,
    save_recipients,
)
from straitwatch.store.rollups import (
    flush_held,
    with_carried,
)
from straitwatch.store.runs import read_runs, record_run
from straitwatch.store.seen import seen_items
from straitwatch.store.shadow import (
    ShadowRun,
    ShadowSample,
    drop_shadow,
    end_shadow,
    shadow_counts,
    shadow_run,
    shadow_samples,
    start_shadow,
)
from straitwatch.store.silences import (
    active_silences,
    add_silence,
    all_silences,
    expire_silence,
)
from straitwatch.store.status import (
    FeedTrouble,
    StatusCounts,
    coverage,
    new_entries_by_day,
    status_counts,
)
from straitwatch.store.stories import (
    LEAST_ID,
    StoredStories,
    current_story,
    fold_lock,
    list_stories,
    stories_by_id,
    write_stories,
)
from straitwatch.store.transaction import Transaction

__all__ = [
    "LEAST_ID",
    "RESTORE_HINT",
    "SKEW",
    "AttemptRecord",
    "ClaimedDelivery",
    "ConfigRejection",
    "DeliveryRecord",
    "DigestQuery",
    "FeedTrouble",
    "ReceiverState",
    "SavedConfig",
    "ShadowRun",
    "ShadowSample",
    "Signature",
    "StatusCounts",
    "Store",
    "StoredEntry",
    "StoredStories",
    "Transaction",
    "active_pauses",
    "active_silences",
    "add_alert",
    "add_pause",
    "add_silence",
    "advance_polls",
    "alert_entries",
    "all_silences",
    "apply_alert",
    "apply_plan",
    "apply_release",
    "cancel_deliveries",
    "check_outbox",
    "claim_delivery",
    "claim_due_feeds",
    "clear_rejection",
    "commentary_items",
    "complete_polls",
    "config_rejection",
    "count_entries_since",
    "coverage",
    "current_story",
    "delete_canaries",
    "delete_mark",
    "digest_items",
    "distrusted_feeds",
    "drop_shadow",
    "due_feeds",
    "due_receivers",
    "earlier_entries",
    "end_shadow",
    "entries_since",
    "expire_deliveries",
    "expire_for_missing_receivers",
    "expire_silence",
    "familiar_entries",
    "feed_profiles",
    "feed_states",
    "find_entries",
    "finish_attempt",
    "first_fetch_reports",
    "first_seen_at",
    "flush_held",
    "fold_generation",
    "fold_lock",
    "freeze",
    "full_id",
    "get_meta",
    "headline_entries",
    "health",
    "held_reports",
    "hold_receiver",
    "known_entries",
    "last_digest_until",
    "last_edit_seq",
    "last_seq",
    "latest_entries",
    "list_alerts",
    "list_deliveries",
    "list_stories",
    "liveness",
    "merged_into",
    "new_entries_by_day",
    "notice_states",
    "oldest_claim",
    "pause_receiver",
    "prune",
    "prune_messages",
    "prune_stories",
    "read_marks",
    "read_runs",
    "receiver_states",
    "recent_reports",
    "record_digest",
    "record_merge",
    "record_rejection",
    "record_run",
    "record_split",
    "redirect_overdue",
    "renew_delivery",
    "repair_clock",
    "replay_delivery",
    "reset_feed_leases",
    "reset_leases",
    "resume_receiver",
    "retry_dead",
    "retry_delivery",
    "running_items",
    "save_config",
    "save_notice_states",
    "save_recipients",
    "saved_config",
    "seen_items",
    "sent_edits",
    "set_mark",
    "set_meta",
    "shadow_counts",
    "shadow_run",
    "shadow_samples",
    "show_delivery",
    "split_entries",
    "start_shadow",
    "status_counts",
    "stored_feeds",
    "stored_pages",
    "stories_by_id",
    "story_constraints",
    "story_entries",
    "sync_feeds",
    "urgent_feeds",
    "with_carried",
    "write_stories",
]

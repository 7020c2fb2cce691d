"""Runs the product; this page shows its eight flows, each in the order of its calls.

Poll one feed, every few minutes::

    fetch_feed(feed, state)
        fetcher.fetch(feed, validators)         # over HTTP; no transaction is open
    ingest_feed(fetched)
        pool.parse(request)                     # parsed in a worker process
        recognize_entries(document)             # find the entries that are stored already
        silent_entries(document, known)         # a new feed's archive is not news
        build_reports(entries, arrival)         # matches, outlet, sources, features
        encoder.encode(texts)                   # sentence vectors, in a worker process
        commit_document(poll)                   # a long document commits in slices
        commit_poll(part)                       # in one transaction:
            read_context(reports)               #     the window, stories, silences
            plan_poll(part, context)            #     pure; for each report:
                window.fold(features)           #         find its story
                advance(story, report, fold)    #         decide if it is sent, and to whom
                window.add(features, fold)      #         later reports are compared with it
                describe_alert(step, report)    #         the facts of the message
            db.apply_plan(plan)                 #     entries, stories, outbox and feed state

If a document has no known entry, some may have been missed::

    backfill_feed(feed)
        older.fetch(feed, at=page)              # an archive or the next page, five at most
        is_reached(entries, window)             # until one has an entry from before the window
        commit_document(poll)                   # its entries go the same way

Look at the page of an entry: for its text, or for changes after an alert::

    look_at_page(page)
        db.stored_entry(page.entry_id)
        pages.fetch(url, validators)            # robots.txt first
        page_pool.extract(request)              # the article, in a worker process of its own
        build_reports(entry, arrival)           # with the text of the page, or with its change
        commit_page(poll)                       # in one transaction, as for a poll:
            read_context(reports)
            db.complete_page(page)              #     the time of the next look
            plan_poll(poll, context)
            db.write_plan(plan)

Deliver the due messages of one receiver, as soon as there are any::

    deliver_due(receiver, driver)
        db.claim_delivery(receiver)             # take a lease and record the attempt
        driver.render(job)
        db.freeze(delivery, bytes)              # a repeat sends the same bytes
        senders.send(driver, job)               # in the receiver's thread
        after_attempt(result)                   # delivered, dead, or due again later
        db.finish_attempt(delivery, result)

Write the digest whose window has ended::

    write_digest(plan)                          # in one transaction:
        due_digest(plan)                        #     each window exactly once
        db.digest_items(query)                  #     stories, running stories, commentary
        db.coverage(window)                     #     the feeds that were read
        address(facts, receivers)               #     one delivery for each recipient
        db.record_digest(window)
        db.add_alert(alert, deliveries)

Ask the hubs of feeds for pushes, and take them::

    update_subscriptions()                      # follow the offers of feeds
    claim_requests()
        request_again(subscription)             # counts as failed until the hub confirms it
    send_request(subscription)
        hubs.post_form(hub, form)
    answer_verification(token, params)          # the hub asks whether we want it
    receive_push(push)
        is_signed(body, signature)
        db.poll_earlier(feeds)                  # a hint: the feed is due now

Act on a story for a person, or undo it::

    act(request)                                # in one transaction; a repeated request acts once:
        db.find_action(request.id)
        merge_stories / split_reports / db.add_silence / db.set_mark
        db.add_action(action)                   #     with author, time and former state
                                                #     and ask for edits of the messages
    undo(action_id)

Edit the sent messages of one receiver, after an action or an update::

    edit_due(receiver, editor)
        db.claim_edit(receiver)                 # with the actions and the latest update
        senders.send(editor, job)               # rendered now; a repeat changes nothing
        after_edit(result)                      # done, due again later, or at the end of a mute
        db.finish_edit(edit, due_at)

Replay stored reports under the current rules, without writing::

    refold(reports)
        window.fold(features)                   # the story under the current rules
        window.restore(report)                  # continue with the stored story

Backtest a change to the watch-lists on stored entries, without writing::

    backtest(test)
        db.entries_since(time)
        test.take(entry)                        # `build_reports` and `plan_poll`, twice
        test.result()                           # alerts and entries gained and lost

No transaction waits for the network or a worker process, and a message is sent only after the
commit that created it.
"""

from straitwatch.pipeline.actions import ActionResult, act, undo
from straitwatch.pipeline.backfill import backfill_feed
from straitwatch.pipeline.clicks import carry_out, subject_named, wanted_action
from straitwatch.pipeline.commit import commit_document, commit_poll
from straitwatch.pipeline.corrections import merge_stories, split_story
from straitwatch.pipeline.deliver import deliver_due
from straitwatch.pipeline.digest import write_digest
from straitwatch.pipeline.edits import edit_due
from straitwatch.pipeline.notices import address
from straitwatch.pipeline.pages import PageReport, commit_page, give_up_look, look_at_page
from straitwatch.pipeline.poll import (
    FetchedFeed,
    fetch_feed,
    ingest_feed,
    recognize_entries,
    record_broken_poll,
)
from straitwatch.pipeline.release import SplitOff, alert_story, release_feed, split_reports
from straitwatch.pipeline.replay import backtest, refold
from straitwatch.pipeline.tools import Tools
from straitwatch.pipeline.websub import (
    Push,
    PushOutcome,
    answer_verification,
    claim_requests,
    count_new_entries,
    hasten_pushed,
    receive_push,
    send_request,
    update_subscriptions,
)
from straitwatch.pipeline.window import WINDOW, FoldWindowCache

__all__ = [
    "WINDOW",
    "ActionResult",
    "FetchedFeed",
    "FoldWindowCache",
    "PageReport",
    "Push",
    "PushOutcome",
    "SplitOff",
    "Tools",
    "act",
    "address",
    "alert_story",
    "answer_verification",
    "backfill_feed",
    "backtest",
    "carry_out",
    "claim_requests",
    "commit_document",
    "commit_page",
    "commit_poll",
    "count_new_entries",
    "deliver_due",
    "edit_due",
    "fetch_feed",
    "give_up_look",
    "hasten_pushed",
    "ingest_feed",
    "look_at_page",
    "merge_stories",
    "receive_push",
    "recognize_entries",
    "record_broken_poll",
    "refold",
    "release_feed",
    "send_request",
    "split_reports",
    "split_story",
    "subject_named",
    "undo",
    "update_subscriptions",
    "wanted_action",
    "write_digest",
]

"""The fault table: the behaviour of a server, and the outcome of an attempt.

A message that cannot have been read is tried again, and one that may have been read is unsure. A
message that is refused for its content is dead, and a fault of the receiver holds the receiver.
"""

from servers import slack as server
from straitwatch.core.model import Outcome

DELIVERED, UNSURE, RETRY = Outcome.DELIVERED, Outcome.UNSURE, Outcome.RETRY
PERMANENT, BROKEN = Outcome.PERMANENT, Outcome.RECEIVER_BROKEN

WEBHOOK_FAULTS = [
    ("ok", server.ok(), DELIVERED, "200"),
    ("ok after a while", server.late(), DELIVERED, "200"),
    ("OK in capitals", server.html(200, "OK"), UNSURE, "200"),
    ("a login page", server.html(), UNSURE, "200"),
    ("nothing, with 200", server.error(200, ""), UNSURE, "200"),
    ("rate limited", server.rate_limited(7), RETRY, "429"),
    ("invalid payload", server.error(400, "invalid_payload"), PERMANENT, "invalid_payload"),
    ("invalid blocks", server.error(400, "invalid_blocks"), PERMANENT, "invalid_blocks"),
    ("forbidden", server.error(403, "action_prohibited"), BROKEN, "action_prohibited"),
    ("no such hook", server.error(404, "no_service"), BROKEN, "no_service"),
    ("archived", server.error(410, "channel_is_archived"), BROKEN, "channel_is_archived"),
    ("redirected", server.redirect("http://127.0.0.1:9/"), BROKEN, "302"),
    ("rollup error", server.error(500, "rollup_error"), UNSURE, "rollup_error"),
    ("unavailable", server.html(503, "<html>busy</html>"), UNSURE, "503"),
    ("reset after reading", server.reset(), UNSURE, "no answer"),
    ("closed after reading", server.close(), UNSURE, "no answer"),
    ("reset inside the answer", server.cut_off(), UNSURE, "no answer"),
    ("no answer in time", server.hang(), UNSURE, "no answer"),
]

BOT_FAULTS = [
    ("ok", server.ok(), DELIVERED, "ok"),
    ("ok after a while", server.late(), DELIVERED, "ok"),
    ("not in channel", server.not_ok("not_in_channel"), BROKEN, "not_in_channel"),
    ("token revoked", server.not_ok("token_revoked"), BROKEN, "token_revoked"),
    ("rate limited", server.rate_limited(7), RETRY, "ratelimited"),
    ("rate limited with 200", server.not_ok("ratelimited"), RETRY, "ratelimited"),
    ("invalid blocks", server.not_ok("invalid_blocks"), PERMANENT, "invalid_blocks"),
    ("fatal error", server.not_ok("fatal_error"), UNSURE, "fatal_error"),
    ("internal error", server.not_ok("internal_error"), UNSURE, "internal_error"),
    ("a login page", server.html(), UNSURE, "200"),
    ("a list", server.error(200, "[]"), UNSURE, "200"),
    ("redirected", server.redirect("http://127.0.0.1:9/"), BROKEN, "302"),
    ("not found", server.html(404, "<html>gone</html>"), BROKEN, "404"),
    ("unavailable", server.html(503, "<html>busy</html>"), UNSURE, "503"),
    ("reset after reading", server.reset(), UNSURE, "no answer"),
    ("closed after reading", server.close(), UNSURE, "no answer"),
    ("reset inside the answer", server.cut_off(), UNSURE, "no answer"),
    ("no answer in time", server.hang(), UNSURE, "no answer"),
]

# When, the reply, and how many mails the server has taken.
MAIL_FAULTS = [
    ("connect", "421 later", RETRY, "421", 0),
    ("connect", "554 not you", BROKEN, "554", 0),
    ("connect", "hang", RETRY, "disconnected", 0),
    ("connect", "close", RETRY, "disconnected", 0),
    ("ehlo", "close", RETRY, "disconnected", 0),
    ("mail", "451 later", RETRY, "451", 0),
    ("mail", "550 who are you", BROKEN, "550", 0),
    ("mail", "reset", RETRY, "disconnected", 0),
    ("rcpt", "450 greylisted", RETRY, "450", 0),
    ("rcpt", "550 no such user", BROKEN, "550", 0),
    ("rcpt", "hang", RETRY, "disconnected", 0),
    ("data", "452 full", RETRY, "452", 0),
    ("data", "554 no", PERMANENT, "554", 0),
    ("data", "close", RETRY, "disconnected", 0),
    ("data", "hang", RETRY, "disconnected", 0),
    ("dot", "451 later", RETRY, "451", 0),
    ("dot", "554 spam", PERMANENT, "554", 0),
    ("dot", "552 too large", PERMANENT, "552", 0),
    ("dot", "close", UNSURE, "no answer", 1),
    ("dot", "reset", UNSURE, "no answer", 1),
    ("dot", "hang", UNSURE, "no answer", 1),
    ("quit", "hang", DELIVERED, "250", 1),
    ("quit", "close", DELIVERED, "250", 1),
]

# The same for a server that requires a login, or offers STARTTLS, and accepts no mail.
LOGIN_FAULTS = [
    ("auth", "535 no", BROKEN, "535"),
    ("auth", "454 later", RETRY, "454"),
    ("auth", "close", RETRY, "disconnected"),
    ("auth", "334 a", BROKEN, "login"),  # a challenge that is not in Base64
]
STARTTLS_FAULTS = [
    ("starttls", "454 not now", RETRY, "454"),
    ("starttls", "close", RETRY, "disconnected"),
]

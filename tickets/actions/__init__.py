"""Every write of tickets, by the two funnels."""

from tickets.actions.calls import NewCall, NewCaller, log_call
from tickets.actions.changes import KEEP, Change, NewEntry, NewHold
from tickets.actions.funnel import Also, BatchChange, change_batch, change_ticket
from tickets.actions.once import forget_submissions, key_of
from tickets.actions.opening import NewTicket, open_ticket
from tickets.actions.publishing import publish, stamp_to_publish
from tickets.actions.recalculation import BeingTakenBack, CannotUndo, undo, why_not_undo
from tickets.actions.rehearsal import ask_rehearsal, preview, stamp_of
from tickets.actions.repairs import ask_repair, repair
from tickets.actions.replays import resume_replays, run_replay, stop_replay
from tickets.actions.rereading import read_anew, read_on
from tickets.actions.verbs import (
    assign,
    cancel,
    classify,
    close,
    hold,
    note,
    reopen,
    reply,
    resolve,
    resume,
    take,
)

__all__ = [
    "KEEP",
    "Also",
    "BatchChange",
    "BeingTakenBack",
    "CannotUndo",
    "Change",
    "NewCall",
    "NewCaller",
    "NewEntry",
    "NewHold",
    "NewTicket",
    "ask_rehearsal",
    "ask_repair",
    "assign",
    "cancel",
    "change_batch",
    "change_ticket",
    "classify",
    "close",
    "forget_submissions",
    "hold",
    "key_of",
    "log_call",
    "note",
    "open_ticket",
    "preview",
    "publish",
    "read_anew",
    "read_on",
    "reopen",
    "repair",
    "reply",
    "resolve",
    "resume",
    "resume_replays",
    "run_replay",
    "stamp_of",
    "stamp_to_publish",
    "stop_replay",
    "take",
    "undo",
    "why_not_undo",
]

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from sla.choices import ClockState, Metric
from sla.models.agreements import Agreement


class PolicyRevision(models.Model):
    """The one row that says which revision of all calendars and agreements is in force.

    A stamp and no number: what a process keeps in memory under it can be of no other
    revision, neither of one that was taken back nor of another database's. zone_data: the
    release of the zone data that deadlines were counted by.
    """

    stamp = models.UUIDField(default=uuid.uuid4)
    zone_data = models.CharField(max_length=20, blank=True, default="")

    def __str__(self) -> str:
        return str(self.stamp)


class AbstractClock(models.Model):
    """A cached reading of one promise; what it times is the business of the concrete row.

    next_action_at is a hint to look: the earliest instant at which a step may be due.
    """

    metric = models.CharField(_("metric"), max_length=15, choices=Metric)
    run = models.PositiveSmallIntegerField(_("run"), default=1)
    state = models.CharField(_("state"), max_length=9, choices=ClockState)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="+", db_index=False, verbose_name=_("agreement")
    )
    target_seconds = models.PositiveIntegerField(_("target, seconds"))
    started_at = models.DateTimeField(_("started"))
    terms_since = models.DateTimeField(_("terms since"))
    due_at = models.DateTimeField(_("due"), null=True)
    at_risk_at = models.DateTimeField(_("at risk from"), null=True)
    breached_at = models.DateTimeField(_("breached"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    next_action_at = models.DateTimeField(_("next action"), null=True)

    class Meta:
        abstract = True

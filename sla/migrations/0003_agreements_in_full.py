import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.translated


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_distribution"),
        ("sla", "0002_revision_stamp"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "valid_from",
                    models.DateField(default=datetime.date(1900, 1, 1), verbose_name="valid from"),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="what changes"),
                ),
            ],
            options={
                "verbose_name": "version of a calendar",
                "verbose_name_plural": "versions of calendars",
                "ordering": ["valid_from"],
            },
        ),
        migrations.CreateModel(
            name="Example",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(verbose_name="agreement")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("first_response", "response"),
                            ("next_reply", "next reply"),
                            ("resolution", "fix"),
                            ("acceptance", "acceptance by the team"),
                            ("team_resolution", "time of the team"),
                            ("supplier", "supplier"),
                        ],
                        max_length=15,
                        verbose_name="metric",
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(verbose_name="priority")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("pauses", models.JSONField(blank=True, default=list, verbose_name="on hold")),
                ("expected_due", models.DateTimeField(blank=True, null=True, verbose_name="due")),
            ],
            options={
                "verbose_name": "saved example",
                "verbose_name_plural": "saved examples",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PauseReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=20, unique=True, verbose_name="short name")),
                (
                    "names",
                    models.JSONField(
                        validators=[common.translated.validate_names], verbose_name="names"
                    ),
                ),
                (
                    "needs_date",
                    models.BooleanField(default=False, verbose_name="needs a promised date"),
                ),
                (
                    "needs_message",
                    models.BooleanField(default=False, verbose_name="the caller is to be told"),
                ),
                (
                    "wakes_on_answer",
                    models.BooleanField(
                        default=False, verbose_name="an answer of the caller wakes it"
                    ),
                ),
                (
                    "wakes_on_date",
                    models.BooleanField(default=True, verbose_name="the promised date wakes it"),
                ),
                (
                    "max_seconds",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="longest, seconds of opening hours"
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=100, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="may be chosen")),
            ],
            options={
                "verbose_name": "reason for a hold",
                "verbose_name_plural": "reasons for holds",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.AlterModelOptions(
            name="step",
            options={"ordering": ["pk"], "verbose_name": "step", "verbose_name_plural": "steps"},
        ),
        migrations.AddField(
            model_name="agreement",
            name="reopening",
            field=models.CharField(
                choices=[
                    (
                        "resume",
                        "goes on with the old clock; the time since the solution does not count",
                    ),
                    ("new_run", "gets a new clock; both are reported"),
                ],
                default="resume",
                max_length=7,
                verbose_name="a reopened ticket",
            ),
        ),
        migrations.AddField(
            model_name="calendar",
            name="country",
            field=models.CharField(
                blank=True, max_length=2, verbose_name="country of the holidays"
            ),
        ),
        migrations.AddField(
            model_name="calendar",
            name="retired_on",
            field=models.DateField(blank=True, null=True, verbose_name="not to be chosen from"),
        ),
        migrations.AddField(
            model_name="calendar",
            name="subdivision",
            field=models.CharField(blank=True, max_length=6, verbose_name="canton or region"),
        ),
        migrations.AddField(
            model_name="dayexception",
            name="names",
            field=models.JSONField(blank=True, default=dict, verbose_name="names"),
        ),
        migrations.AddField(
            model_name="dayexception",
            name="source",
            field=models.CharField(blank=True, max_length=10, verbose_name="comes from"),
        ),
        migrations.AddField(
            model_name="step",
            name="offset_seconds",
            field=models.IntegerField(blank=True, null=True, verbose_name="seconds after due"),
        ),
        migrations.AddField(
            model_name="step",
            name="persons",
            field=models.ManyToManyField(
                blank=True,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="tell these persons",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.team",
                verbose_name="to team",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="tell",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("assignee", "the assignee"),
                        ("team", "the team on duty"),
                        ("lead", "the lead of the team"),
                    ],
                    max_length=8,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="tell",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="wakes",
            field=models.BooleanField(default=False, verbose_name="even outside their hours"),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="valid_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="valid from"),
        ),
        migrations.AlterField(
            model_name="step",
            name="action",
            field=models.CharField(
                choices=[
                    ("warn", "tell"),
                    ("hand_over", "hand over"),
                    ("inform", "inform the superiors"),
                    ("raise", "raise the priority"),
                    ("propose", "propose a major incident"),
                ],
                max_length=10,
                verbose_name="action",
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="percent",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="percent of the target"
            ),
        ),
        migrations.AlterField(
            model_name="target",
            name="metric",
            field=models.CharField(
                choices=[
                    ("first_response", "response"),
                    ("next_reply", "next reply"),
                    ("resolution", "fix"),
                    ("acceptance", "acceptance by the team"),
                    ("team_resolution", "time of the team"),
                    ("supplier", "supplier"),
                ],
                max_length=15,
                verbose_name="metric",
            ),
        ),
        migrations.AlterField(
            model_name="target",
            name="pause_reasons",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                default=list,
                size=None,
                verbose_name="paused while waiting for",
            ),
        ),
        migrations.AddField(
            model_name="calendarversion",
            name="calendar",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="sla.calendar",
                verbose_name="calendar",
            ),
        ),
        migrations.AddField(
            model_name="window",
            name="version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="windows",
                to="sla.calendarversion",
                verbose_name="version",
            ),
        ),
        migrations.AddField(
            model_name="example",
            name="site",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.site",
                verbose_name="site",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarversion",
            constraint=models.UniqueConstraint(
                fields=("calendar", "valid_from"), name="calendar_version_once_a_date"
            ),
        ),
        migrations.AddIndex(
            model_name="example",
            index=models.Index(fields=["slug"], name="example_of_agreement"),
        ),
    ]

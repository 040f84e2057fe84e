import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_distribution"),
        ("sla", "0005_old_columns"),
        ("tickets", "0006_submission"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Replay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rehearsal", "rehearsal of a draft"),
                            ("recalculation", "recalculation of open tickets"),
                            ("undo", "taking a recalculation back"),
                            ("repair", "repair of clocks"),
                        ],
                        max_length=13,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("cancelled", "stopped"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(default=30, verbose_name="days looked back"),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="tickets")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("last_id", models.BigIntegerField(default=0)),
                ("result", models.JSONField(default=dict, verbose_name="result")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="error")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("cancel_asked", models.BooleanField(default=False, verbose_name="to be stopped")),
                (
                    "undo_until",
                    models.DateTimeField(null=True, verbose_name="can be taken back until"),
                ),
            ],
            options={
                "verbose_name": "replay of tickets",
                "verbose_name_plural": "replays of tickets",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="clock",
            name="team",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.team",
                verbose_name="team",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="supplier",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
                verbose_name="supplier",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="wake_at",
            field=models.DateTimeField(null=True, verbose_name="wakes"),
        ),
        migrations.AddField(
            model_name="hold",
            name="woken_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "a person"),
                    ("answer", "an answer of the caller"),
                    ("date", "the promised date"),
                    ("limit", "the longest time allowed"),
                ],
                max_length=6,
                verbose_name="ended by",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="accepted_at",
            field=models.DateTimeField(null=True, verbose_name="accepted by the team"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="agreed_at",
            field=models.DateTimeField(null=True, verbose_name="agreed"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="awaiting_since",
            field=models.DateTimeField(null=True, verbose_name="unanswered since"),
        ),
        migrations.AlterField(
            model_name="clock",
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
            model_name="hold",
            name="reason",
            field=models.CharField(max_length=20, verbose_name="reason"),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True), ("wake_at__isnull", False)),
                fields=["wake_at"],
                name="hold_to_wake",
            ),
        ),
        migrations.AddField(
            model_name="replay",
            name="agreement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.agreement",
                verbose_name="agreement",
            ),
        ),
        migrations.AddField(
            model_name="replay",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="replay",
            name="undone",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undoes",
                to="tickets.replay",
                verbose_name="taken back by",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="team_since",
            field=models.DateTimeField(null=True, verbose_name="with the team since"),
        ),
    ]

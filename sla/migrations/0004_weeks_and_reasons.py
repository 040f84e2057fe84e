from datetime import date

from django.db import migrations

# What the product knows by itself, as rows that an administrator words anew.
REASONS = (
    ("requester", ("the caller", "la personne", "die anrufende Person", "la persona"), False, True),
    ("supplier", ("a supplier", "un fournisseur", "einen Lieferanten", "un fornitore"), True, False),
    ("part", ("a part", "une pièce", "ein Ersatzteil", "un pezzo di ricambio"), True, False),
    ("change", ("a change", "un changement", "eine Änderung", "una modifica"), False, False),
    ("approval", ("an approval", "une approbation", "eine Freigabe", "un'approvazione"), False, False),
    ("scheduled", ("an agreed date", "une date convenue", "einen vereinbarten Termin",
                   "una data concordata"), True, False),
    ("problem", ("a problem to be solved", "la résolution d'un problème",
                 "die Lösung eines Problems", "la soluzione di un problema"), False, False),
)  # fmt: skip


def forwards(apps, schema_editor):
    """Each calendar gets a first version with its windows; reasons become rows."""
    models = {name: apps.get_model("sla", name) for name in (
        "Calendar", "CalendarVersion", "Window", "DayException", "Step", "PauseReason",
    )}  # fmt: skip
    for calendar in models["Calendar"].objects.all():
        version = models["CalendarVersion"].objects.create(
            calendar=calendar, valid_from=date(1900, 1, 1)
        )
        models["Window"].objects.filter(calendar=calendar).update(version=version)
    for day in models["DayException"].objects.exclude(name=""):
        day.names = dict.fromkeys(("en", "fr", "de", "it"), day.name)
        day.save(update_fields=["names"])
    steps = models["Step"].objects
    # Whom a step told until now: the lead of what is handed over, or who is warned.
    steps.exclude(action="warn").update(tell=["lead"])
    steps.filter(action="warn").update(tell=["assignee"])
    steps.filter(action="warn", tell_lead=True).update(tell=["assignee", "lead"])
    for order, (slug, words, dated, answer) in enumerate(REASONS, start=1):
        models["PauseReason"].objects.create(
            slug=slug, names=dict(zip(("en", "fr", "de", "it"), words, strict=True)),
            needs_date=dated, wakes_on_answer=answer, order=order * 10,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("sla", "0003_agreements_in_full")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]

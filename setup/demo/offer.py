"""Services and categories, with the words of four languages by which the desk finds them."""

from dataclasses import dataclass, field

from catalog import actions as catalog
from catalog.choices import Impact, Kind, Urgency
from catalog.models import Category, Service
from common.origin import Origin
from setup.demo.base import names
from setup.demo.people import People

FOUR = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """A category as written below; level 1 works on it first, in `team`."""

    slug: str
    names: FOUR
    words: str
    kind: str = Kind.INCIDENT
    team: str = "service-desk"
    impact: str = Impact.PERSON
    urgency: str = Urgency.HINDERED
    skills: str = ""
    is_sensitive: bool = False
    is_default: bool = False


# Short name: names, teams that serve it, categories.
SERVICES: tuple[tuple[str, FOUR, str, tuple[What, ...]], ...] = (
    ("network", ("Network and remote access", "Réseau et accès à distance",
                 "Netzwerk und Fernzugriff", "Rete e accesso remoto"),
     "service-desk l2-network l3-infrastructure", (
        What(slug="vpn", names=("VPN", "VPN", "VPN", "VPN"), skills="network:1",
             words="vpn remote tunnel home télétravail distance homeoffice fernzugriff "
                   "telelavoro remoto token forticlient"),
        What(slug="wifi", names=("Wi-Fi", "Wi-Fi", "WLAN", "Wi-Fi"), skills="network:1",
             words="wifi wlan wireless sans-fil drahtlos senza-fili hotspot signal"),
        What(slug="network-socket", names=("Network socket", "Prise réseau", "Netzwerkdose",
                                           "Presa di rete"), skills="network:1",
             words="socket cable network lan prise câble réseau dose kabel netzwerk presa cavo "
                   "rete internet"),
    )),
    ("workplace", ("Workplace", "Poste de travail", "Arbeitsplatz", "Postazione di lavoro"),
     "service-desk l2-workplace l3-infrastructure", (
        What(slug="laptop", names=("Laptop or PC", "Portable ou PC", "Laptop oder PC",
                                   "Portatile o PC"), urgency=Urgency.BLOCKED,
             skills="windows:1",
             words="laptop notebook pc computer ordinateur portable écran-bleu démarre rechner "
                   "bluescreen startet computer schermo avvia battery batterie akku"),
        What(slug="screen", names=("Screen and dock", "Écran et station", "Bildschirm und Dock",
                                   "Schermo e dock"), urgency=Urgency.CAN_WORK,
             words="screen monitor dock écran moniteur station bildschirm schermo docking "
                   "keyboard clavier tastatur tastiera mouse souris maus"),
        What(slug="slow-computer", names=("Slow computer", "Ordinateur lent",
                                          "Langsamer Computer", "Computer lento"),
             skills="windows:1",
             words="slow freezes lent lenteur bloque langsam hängt einfriert lento lentezza"),
        What(slug="malware", names=("Suspected virus", "Soupçon de virus", "Virusverdacht",
                                    "Sospetto virus"), impact=Impact.GROUP,
             urgency=Urgency.BLOCKED, skills="security:1", team="service-desk",
             words="virus malware trojan ransomware antivirus cheval-de-troie schadsoftware "
                   "trojaner infetto"),
        What(slug="new-laptop", names=("New laptop", "Nouveau portable", "Neuer Laptop",
                                       "Nuovo portatile"), kind=Kind.REQUEST,
             urgency=Urgency.CAN_WORK,
             words="order replace commander remplacement bestellen ersatz ordinare sostituzione "
                   "equipment matériel material materiale"),
        What(slug="software", names=("Install software", "Installer un logiciel",
                                     "Software installieren", "Installare un programma"),
             kind=Kind.REQUEST, urgency=Urgency.CAN_WORK,
             words="software install licence logiciel installer programme lizenz installieren "
                   "programm licenza installare programma pdf"),
    )),
    ("printing", ("Printing and scanning", "Impression et numérisation", "Drucken und Scannen",
                  "Stampa e scansione"), "service-desk l2-printing", (
        What(slug="printer", names=("Printer", "Imprimante", "Drucker", "Stampante"),
             impact=Impact.GROUP, urgency=Urgency.CAN_WORK, skills="printing:1",
             words="printer print paper jam imprimante imprimer bourrage papier drucker drucken "
                   "papierstau stampante stampare carta inceppata"),
        What(slug="scanner", names=("Scanning", "Numérisation", "Scannen", "Scansione"),
             skills="printing:1", words="scan scanner numériser scannen scannerizzare pdf"),
        What(slug="toner", names=("Toner", "Toner", "Toner", "Toner"), kind=Kind.REQUEST,
             impact=Impact.GROUP, urgency=Urgency.CAN_WORK,
             words="toner cartridge ink cartouche encre patrone tinte cartuccia inchiostro"),
    )),
    ("mail", ("E-mail and calendar", "Messagerie et agenda", "E-Mail und Kalender",
              "Posta e agenda"), "service-desk l2-workplace", (
        What(slug="e-mail", names=("E-mail", "Messagerie", "E-Mail", "Posta elettronica"),
             skills="mail:1",
             words="mail outlook inbox message courriel messagerie boîte postfach nachricht "
                   "posta messaggio calendar agenda kalender"),
        What(slug="phishing", names=("Suspicious mail", "Message suspect", "Verdächtige Mail",
                                     "Messaggio sospetto"), urgency=Urgency.CAN_WORK,
             words="phishing spam suspicious link suspect hameçonnage verdächtig sospetto"),
        What(slug="shared-mailbox", names=("Shared mailbox", "Boîte partagée",
                                           "Gemeinsames Postfach", "Casella condivisa"),
             kind=Kind.REQUEST, urgency=Urgency.CAN_WORK,
             words="shared group partagée groupe gemeinsam gruppenpostfach condivisa delegation"),
    )),
    ("telephony", ("Telephony", "Téléphonie", "Telefonie", "Telefonia"),
     "service-desk l2-network", (
        What(slug="desk-phone", names=("Desk phone", "Téléphone fixe", "Tischtelefon",
                                       "Telefono fisso"), skills="telephony:1",
             words="phone headset call téléphone casque appel telefon headset anruf telefono "
                   "cuffie chiamata dect"),
        What(slug="mobile", names=("Mobile phone", "Téléphone mobile", "Mobiltelefon",
                                   "Telefono cellulare"), skills="telephony:1",
             words="mobile smartphone sim natel handy portable cellulare iphone android"),
    )),
    ("access", ("Accounts and access", "Comptes et accès", "Konten und Zugriffe",
                "Conti e accessi"), "service-desk l2-workplace", (
        What(slug="password", names=("Password and sign-in", "Mot de passe et connexion",
                                     "Passwort und Anmeldung", "Password e accesso"),
             urgency=Urgency.BLOCKED, is_sensitive=True, skills="identity:1",
             words="password login locked mfa mot-de-passe passe bloqué connexion passwort "
                   "gesperrt anmelden kennwort bloccato accedere code"),
        What(slug="account", names=("New colleague", "Nouvelle personne", "Neue Mitarbeitende",
                                    "Nuovo collega"), kind=Kind.REQUEST,
             urgency=Urgency.CAN_WORK, skills="identity:1",
             words="account newcomer arrival departure compte arrivée départ nouveau konto "
                   "eintritt austritt conto arrivo partenza"),
        What(slug="access-rights", names=("Access right", "Droit d'accès",
                                          "Zugriffsberechtigung", "Diritto di accesso"),
             kind=Kind.REQUEST, is_sensitive=True, urgency=Urgency.CAN_WORK,
             skills="identity:1",
             words="access right folder permission droit dossier autorisation berechtigung "
                   "ordner zugriff diritto cartella permesso badge"),
    )),
    ("applications", ("Business applications", "Applications métier", "Fachanwendungen",
                      "Applicazioni aziendali"), "service-desk l2-applications", (
        What(slug="finance", names=("Finance and purchasing", "Finances et achats",
                                    "Finanzen und Einkauf", "Finanze e acquisti"),
             skills="finance:1",
             words="sap invoice order accounting facture commande comptabilité rechnung "
                   "buchhaltung einkauf fattura contabilità budget"),
        What(slug="intranet", names=("Intranet", "Intranet", "Intranet", "Intranet"),
             urgency=Urgency.CAN_WORK,
             words="intranet sharepoint wiki page site seite pagina"),
    )),
    ("clinical", ("Clinical applications", "Applications cliniques", "Klinische Anwendungen",
                  "Applicazioni cliniche"), "service-desk l2-applications", (
        What(slug="patient-record", names=("Patient record", "Dossier patient",
                                           "Patientendossier", "Cartella del paziente"),
             impact=Impact.GROUP, skills="clinical:1",
             words="patient record kis dossier ordonnance prescription dossier verordnung "
                   "cartella paziente prescrizione"),
        What(slug="lab-results", names=("Laboratory results", "Résultats de laboratoire",
                                        "Laborwerte", "Risultati di laboratorio"),
             impact=Impact.GROUP, skills="clinical:1",
             words="laboratory results sample laboratoire résultats échantillon labor probe "
                   "laborwerte laboratorio risultati campione"),
        What(slug="imaging", names=("Imaging", "Imagerie", "Bildgebung", "Diagnostica"),
             impact=Impact.GROUP, skills="clinical:1",
             words="pacs imaging radiology mri ct image imagerie radiologie irm röntgen mrt "
                   "bilder radiologia immagini risonanza"),
    )),
    ("hr", ("Human resources", "Ressources humaines", "Personaldienst", "Risorse umane"),
     "hr-services", (
        What(slug="payroll", names=("Salary", "Salaire", "Lohn", "Salario"), team="hr-services",
             urgency=Urgency.CAN_WORK, is_sensitive=True,
             words="salary payslip wage salaire fiche paie lohn lohnabrechnung salario "
                   "busta-paga"),
        What(slug="hr-document", names=("Certificate or letter", "Attestation ou certificat",
                                        "Bestätigung oder Zeugnis", "Attestato o certificato"),
             team="hr-services", kind=Kind.REQUEST, urgency=Urgency.CAN_WORK, is_sensitive=True,
             words="certificate letter attestation certificat bestätigung zeugnis attestato "
                   "holiday vacances ferien vacanze"),
    )),
    ("live-demo", ("Live demo", "Démonstration", "Live-Demo", "Dimostrazione"),
     "service-desk l2-network", (
        # Reto alone has this level: the demo shows routing by skill as well.
        What(slug="live-demo", names=("Live demo (20 seconds)", "Démo en direct (20 secondes)",
                                      "Live-Demo (20 Sekunden)", "Demo dal vivo (20 secondi)"),
             skills="network:3",
             words="demo démo live escalation escalade eskalation dimostrazione "
                   "démonstration vorführung"),
    )),
    ("general", ("Everything else", "Tout le reste", "Alles andere", "Tutto il resto"),
     "service-desk l2-workplace", (
        What(slug="other", names=("Something else", "Autre chose", "Etwas anderes", "Altro"),
             urgency=Urgency.CAN_WORK, is_default=True, words="question frage domanda"),
    )),
)  # fmt: skip


@dataclass(slots=True)
class Offer:
    """What was built, by short name."""

    services: dict[str, Service] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)


def build(people: People, origin: Origin) -> Offer:
    """Build the catalogue."""
    built = Offer()
    for place, (slug, four, teams, categories) in enumerate(SERVICES):
        service = Service(slug=slug, names=names(*four), order=10 * (place + 1))
        serving = [people.teams[team] for team in teams.split()]
        built.services[slug] = catalog.save_service(service, teams=serving, origin=origin)
        for number, what in enumerate(categories):
            built.categories[what.slug] = _category(what, number, service, people, origin)
    return built


def _category(
    what: What, number: int, service: Service, people: People, origin: Origin
) -> Category:
    category = Category(
        slug=what.slug, names=names(*what.names), service=service, keywords=what.words,
        kind=what.kind, team=people.teams[what.team], impact=what.impact, urgency=what.urgency,
        is_sensitive=what.is_sensitive, is_default=what.is_default, order=10 * (number + 1),
    )  # fmt: skip
    catalog.save(category, origin=origin)
    for pair in what.skills.split():
        skill, _colon, level = pair.partition(":")
        catalog.require_skill(category, people.skills[skill], int(level), origin=origin)
    return category

"""What opens from a record alone and stands on no list: answers, hours of service, what is taken back, mail to come."""

AT = "/people/2/certifications/2"
NIGHTLY = (
    ("/forecast", "alice"),
    ("/forecast?month=2026-12", "alice"),
    ("/forecast/preview", "alice"),
    ("/jobs", "alice"),
    ("/letters/print", "alice"),
    ("/people/former", "alice"),
    ("/people/2/leaving", "alice"),
    ("/people/2/mail-preferences", "carol"),
    ("/people/2/evidence/1", "carol"),
    ("/people/2/checks/new", "alice"),
    ("/people/2/checks/1/amend", "alice"),
    ("/people/2/service/new", "bob"),
    ("/people/2/service/1/amend", "bob"),
    ("/people/2/service/1/withdraw", "bob"),
    ("/people/2/credits/3/claims/3/answer", "carol"),
    (f"{AT}/more-time", "carol"),
    (f"{AT}/not-going-on", "carol"),
    ("/people/33/certifications/33/steps/1/receipt", "alice"),
    ("/people/33/certifications/33/steps/1/take-back", "alice"),
    ("/people/34/certifications/34/waivers/1/take-back", "alice"),
    (f"{AT}/waivers/extension", "alice"),
    (f"{AT}/application/received", "alice"),
    ("/people/35/tellings/1/take-back", "bob"),
    ("/trainings/1/amend", "alice"),
)

"""Activities, the way in and links that help."""

FULL = (("/offerings", "carol"),)
NIGHTLY = (
    ("/offerings", "alice"),
    ("/offerings?area=trauma_informed_care&form=in_person", "bob"),
    ("/offerings?words=zzz", "carol"),
    ("/offerings/1", "carol"),
    ("/offerings/3", "alice"),
    ("/offerings/new", "alice"),
    ("/offerings/1/amend", "alice"),
    ("/ways-in", "carol"),
    ("/ways-in", "alice"),
    ("/ways-in/check", None),
    ("/ways-in/check?credential=us-wi-cps", "carol"),
    ("/ways-in/trainings/3/apply", "carol"),
    ("/resources", "alice"),
    ("/resources/new", "alice"),
    ("/resources/1/amend", "alice"),
)

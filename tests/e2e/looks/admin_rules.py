"""The rules, for administrators."""

FULL = (
    ("/admin/rules", "alice"),
    ("/admin/rules/us-wi-cps", "alice"),
    ("/admin/rules/us-wi-cps/weekend.rule", "alice"),
)
NIGHTLY = (
    ("/admin/rules/us-wi-dhs36", "alice"),
    ("/admin/rules/us-wi-cps/hours.areas.area_4.minimum.minutes", "alice"),
    ("/admin/rules/us-wi-cps/fees.exam_route.cents", "alice"),
)

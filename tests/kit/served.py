"""What gunicorn serves to a browser in tests: `certtrack.wsgi`, with templates that the run has compiled already."""

from kit.templates import share_templates

from certtrack.wsgi import app

share_templates(app)

__all__ = ["app"]

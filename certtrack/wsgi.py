"""What a web server imports: `gunicorn certtrack.wsgi:app`, with the settings of the environment."""

import sys

from certtrack.errors import CertTrackError
from certtrack.logs import configure_logs
from certtrack.settings import load_settings
from certtrack.starting import loading

with loading():  # once, before the server forks: what its workers share stays shared
    from certtrack.app import create_app

try:
    _settings = load_settings()
    configure_logs(_settings.log_format)
    app = create_app(_settings)
except CertTrackError as error:
    sys.exit(f"certtrack: {error}")
